package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// client is an editor: it speaks the Language Server Protocol with `bevote lsp`.
type client struct {
	t         testing.TB
	in        io.WriteCloser
	messages  chan lspMessage
	code      chan int
	last      int
	published map[string]lspPublished // the newest by URI
}

type lspMessage struct {
	ID     *int            `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *lspError       `json:"error"`
}

type lspError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type lspPlace struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type lspRange struct {
	Start lspPlace `json:"start"`
	End   lspPlace `json:"end"`
}

type lspPublished struct {
	URI         string          `json:"uri"`
	Version     int             `json:"version"`
	Diagnostics []lspDiagnostic `json:"diagnostics"`
}

type lspDiagnostic struct {
	Range    lspRange `json:"range"`
	Severity int      `json:"severity"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Related  []struct {
		Location struct {
			Range lspRange `json:"range"`
		} `json:"location"`
		Message string `json:"message"`
	} `json:"relatedInformation"`
}

type lspEdit struct {
	Range   lspRange `json:"range"`
	NewText string   `json:"newText"`
}

type lspAction struct {
	Title string `json:"title"`
	Kind  string `json:"kind"`
	Edit  struct {
		Changes map[string][]lspEdit `json:"changes"`
	} `json:"edit"`
}

type object = map[string]any

// connect starts a server and does not speak yet.
func connect(t testing.TB, args ...string) *client {
	t.Helper()
	theirs, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, in: in, messages: make(chan lspMessage, 1<<16), code: make(chan int, 1), published: map[string]lspPublished{}}
	go func() {
		code := run(append([]string{"lsp"}, args...), theirs, ours, io.Discard)
		ours.Close()
		c.code <- code
	}()
	go c.listen(out)
	t.Cleanup(func() { in.Close() })
	return c
}

// start is connect with the first two messages of an editor.
func start(t testing.TB, args ...string) *client {
	t.Helper()
	c := connect(t, args...)
	c.ask("initialize", object{"capabilities": object{}}, nil)
	c.tell("initialized", object{})
	return c
}

// listen reads messages until the server is gone.
func (c *client) listen(out io.Reader) {
	defer close(c.messages)
	for r := bufio.NewReader(out); ; {
		length := 0
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\r\n" {
				break
			}
			fmt.Sscanf(line, "Content-Length: %d\r\n", &length)
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var m lspMessage
		if err := json.Unmarshal(body, &m); err != nil {
			m.Error = &lspError{0, err.Error()}
		}
		c.messages <- m
	}
}

func (c *client) send(m object) {
	m["jsonrpc"] = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	fmt.Fprintf(c.in, "Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n%s", len(body), body)
}

func (c *client) tell(method string, params any) { c.send(object{"method": method, "params": params}) }

// ask sends a request and returns its error. What the server tells meanwhile is kept.
func (c *client) ask(method string, params, result any) *lspError {
	c.t.Helper()
	c.last++
	c.send(object{"id": c.last, "method": method, "params": params})
	for {
		m := c.hear()
		if m.ID == nil || *m.ID != c.last {
			continue
		}
		if m.Error == nil && result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				c.t.Fatalf("%s: %v in %s", method, err, m.Result)
			}
		}
		return m.Error
	}
}

// hear returns the next message. One about diagnostics is kept too.
func (c *client) hear() lspMessage {
	c.t.Helper()
	select {
	case m, ok := <-c.messages:
		switch {
		case !ok:
			c.t.Fatal("the server is gone")
		case m.Method == "textDocument/publishDiagnostics":
			var p lspPublished
			if err := json.Unmarshal(m.Params, &p); err != nil {
				c.t.Fatal(err)
			}
			c.published[p.URI] = p
		case m.Method == "window/showMessage":
			c.t.Errorf("the server says %s", m.Params)
		}
		return m
	case <-time.After(time.Minute):
		c.t.Fatal("the server says nothing")
	}
	panic("unreachable")
}

const anURI = "file:///policies/club%20chair.bev"

func (c *client) open(text string) {
	c.tell("textDocument/didOpen", object{"textDocument": object{"uri": anURI, "languageId": "bevote", "version": 1, "text": text}})
}

func (c *client) change(version int, changes ...object) {
	c.tell("textDocument/didChange", object{"textDocument": object{"uri": anURI, "version": version}, "contentChanges": changes})
}

// diagnostics waits for those of a version.
func (c *client) diagnostics(version int) []lspDiagnostic {
	c.t.Helper()
	for c.published[anURI].Version != version {
		c.hear()
	}
	return c.published[anURI].Diagnostics
}

// about is the parameter of a request at a byte of a text.
func about(text string, offset int) object {
	return object{"textDocument": object{"uri": anURI}, "position": lspAt(text, offset)}
}

// lspAt returns the position of a byte: its line, and the units of UTF-16 before it.
func lspAt(text string, offset int) lspPlace {
	before := strings.ReplaceAll(text[:offset], "\r\n", "\n")
	if strings.HasSuffix(before, "\r") && strings.HasPrefix(text[offset:], "\n") {
		before = before[:len(before)-1] + "?" // between CR and LF
	}
	before = strings.ReplaceAll(before, "\r", "\n")
	line := before[strings.LastIndex(before, "\n")+1:]
	return lspPlace{strings.Count(before, "\n"), len(utf16.Encode([]rune(line)))}
}
