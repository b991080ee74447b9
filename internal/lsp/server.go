// Package lsp serves the Language Server Protocol 3.17 to editors of policy files: what
// package editor answers, over JSON-RPC.
//
// It promises to keep the texts that a client has open and nothing else: it reads and
// writes no file. Messages are handled in their order. Diagnostics are published with
// the version that they are of, and a version that a newer one replaced may be left out.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// ErrNoShutdown is the error of a client that left without asking for the shutdown.
var ErrNoShutdown = errors.New("the client left without `shutdown`")

// Options are what a server depends on beside its client.
type Options struct {
	Build string // names the server's build
	Now   uint32 // height of the present block: phases before it are errors; 0 for none
}

// Serve answers a client until it leaves. in and out are closed then, if they can be.
func Serve(ctx context.Context, in io.Reader, out io.Writer, opt Options) error {
	s := &server{Options: opt, methods: methods(), open: map[string]*document{}, stale: map[string]bool{}, wake: make(chan struct{}, 1)}
	stream := jsonrpc2.NewBufferedStream(pipe{in, out}, jsonrpc2.VSCodeObjectCodec{})
	conn := jsonrpc2.NewConn(ctx, stream, jsonrpc2.HandlerWithError(s.handle), jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	defer conn.Close()
	for {
		select {
		case <-s.wake:
			s.publish(ctx, conn)
		case <-conn.DisconnectNotify():
			s.mu.Lock()
			defer s.mu.Unlock()
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !s.shutdown {
				return ErrNoShutdown
			}
			return nil
		}
	}
}

// pipe is the two directions of a connection as one.
type pipe struct {
	io.Reader
	io.Writer
}

// Close closes what can be closed.
func (p pipe) Close() error {
	for _, x := range []any{p.Reader, p.Writer} {
		if c, ok := x.(io.Closer); ok {
			c.Close()
		}
	}
	return nil
}

// server is one client's.
type server struct {
	Options
	methods map[string]method
	wake    chan struct{} // there is something stale

	mu                    sync.Mutex
	initialized, shutdown bool
	open                  map[string]*document // by URI
	stale                 map[string]bool      // URIs whose diagnostics are to be published
}

// method answers a message of one kind. The answer to a notification is dropped.
type method func(s *server, params json.RawMessage) (any, error)

// methods returns what the server answers.
func methods() map[string]method {
	return map[string]method{
		"initialize":                       with((*server).initialize),
		"initialized":                      ignore,
		"shutdown":                         with((*server).end),
		"textDocument/didOpen":             with((*server).didOpen),
		"textDocument/didChange":           with((*server).didChange),
		"textDocument/didClose":            with((*server).didClose),
		"textDocument/didSave":             ignore,
		"textDocument/hover":               about((*document).hover),
		"textDocument/completion":          about((*document).complete),
		"textDocument/definition":          about((*document).define),
		"textDocument/references":          about((*document).uses),
		"textDocument/prepareRename":       about((*document).prepareRename),
		"textDocument/rename":              about((*document).rename),
		"textDocument/formatting":          about((*document).format),
		"textDocument/codeAction":          about((*document).actions),
		"textDocument/foldingRange":        about((*document).folds),
		"textDocument/semanticTokens/full": about((*document).tokens),
	}
}

func ignore(*server, json.RawMessage) (any, error) { return nil, nil }

// with decodes the parameters of a method.
func with[P any](f func(*server, P) (any, error)) method {
	return func(s *server, params json.RawMessage) (any, error) {
		var p P
		if len(params) > 0 {
			if err := json.Unmarshal(params, &p); err != nil {
				return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: err.Error()}
			}
		}
		return f(s, p)
	}
}

// about is a request about an open document.
func about(f func(*document, at) (any, error)) method {
	return with(func(s *server, q at) (any, error) {
		d, err := s.document(q.TextDocument.URI)
		if err != nil {
			return nil, err
		}
		return f(d, q)
	})
}

// Error codes of the protocol beside those of JSON-RPC.
const (
	codeNotInitialized = -32002
	codeRefused        = -32803
)

// refused is the error of a request that is understood and cannot be done.
func refused(err error) error { return &jsonrpc2.Error{Code: codeRefused, Message: err.Error()} }

// handle answers one message. A panic is a bug of this program, which costs the
// client this answer.
func (s *server) handle(_ context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) (answer any, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: fmt.Sprintf("bug: %v", bug)}
		}
	}()
	s.mu.Lock()
	initialized, shutdown := s.initialized, s.shutdown
	s.mu.Unlock()
	switch {
	case r.Method == "exit":
		return nil, conn.Close()
	case shutdown:
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: "the server is shut down"}
	case !initialized && r.Method != "initialize":
		return nil, &jsonrpc2.Error{Code: codeNotInitialized, Message: "the first request is `initialize`"}
	}
	f := s.methods[r.Method]
	if f == nil {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "no method " + r.Method}
	}
	var params json.RawMessage
	if r.Params != nil {
		params = *r.Params
	}
	return f(s, params)
}

func (s *server) initialize(none) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.initialized = true
	type object = map[string]any
	return object{
		"serverInfo": object{"name": "bevote", "version": s.Build},
		"capabilities": object{
			"positionEncoding":           "utf-16",
			"textDocumentSync":           object{"openClose": true, "change": 2},
			"hoverProvider":              true,
			"completionProvider":         object{"triggerCharacters": []string{" "}},
			"definitionProvider":         true,
			"referencesProvider":         true,
			"renameProvider":             object{"prepareProvider": true},
			"documentFormattingProvider": true,
			"codeActionProvider":         object{"codeActionKinds": []string{quickFix, fixAll}},
			"foldingRangeProvider":       true,
			"semanticTokensProvider": object{
				"legend": object{"tokenTypes": tokenTypes, "tokenModifiers": []string{"declaration"}}, "full": true,
			},
		},
	}, nil
}

func (s *server) end(none) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shutdown = true
	return nil, nil
}

func (s *server) didOpen(p struct {
	TextDocument textDocument `json:"textDocument"`
}) (any, error) {
	t := p.TextDocument
	s.set(newDocument(t.URI, t.Version, []byte(t.Text), s.Now))
	return nil, nil
}

func (s *server) didChange(c changed) (any, error) {
	d, err := s.document(c.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	s.set(d.edited(c, s.Now))
	return nil, nil
}

func (s *server) didClose(q at) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, q.TextDocument.URI)
	s.refresh(q.TextDocument.URI)
	return nil, nil
}

func (s *server) document(uri string) (*document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.open[uri]
	if d == nil {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: "not open: " + uri}
	}
	return d, nil
}

// set puts a document in the place of its last version.
func (s *server) set(d *document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[d.uri] = d
	s.refresh(d.uri)
}

// refresh has a document's diagnostics published. The lock is held.
func (s *server) refresh(uri string) {
	s.stale[uri] = true
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// publish sends the diagnostics of the documents that changed, of a closed one none.
func (s *server) publish(ctx context.Context, conn *jsonrpc2.Conn) {
	s.mu.Lock()
	changed := map[string]*document{}
	for uri := range s.stale {
		changed[uri] = s.open[uri]
	}
	clear(s.stale)
	s.mu.Unlock()
	for uri, d := range changed {
		p := published{URI: uri, Diagnostics: []diagnostic{}}
		if d != nil {
			p.Version = d.version
			p.Diagnostics = diagnose(ctx, conn, d)
		}
		s.mu.Lock()
		if s.open[uri] == d {
			conn.Notify(ctx, "textDocument/publishDiagnostics", p)
		}
		s.mu.Unlock()
	}
}

// diagnose returns a document's diagnostics. A bug of this program is shown to the
// client, which loses the diagnostics of this version.
func diagnose(ctx context.Context, conn *jsonrpc2.Conn, d *document) (all []diagnostic) {
	all = []diagnostic{}
	bug := func(what any) {
		conn.Notify(ctx, "window/showMessage", message{severityError, fmt.Sprintf("bevote: bug: %v", what)})
	}
	defer func() {
		if what := recover(); what != nil {
			bug(what)
		}
	}()
	diags, err := d.file.Diagnostics()
	if err != nil {
		bug(err)
	}
	for _, x := range diags {
		all = append(all, d.diagnostic(x))
	}
	return all
}
