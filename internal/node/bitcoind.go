package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

const (
	// maxBatch is how many headers are requested at once, if the node accepts that many.
	maxBatch = 2000
	// maxAnswer is the maximal length of an answer in bytes: a block in hex, or a batch.
	maxAnswer = 2*wire.MaxBlockPayload + 1<<20
)

// bitcoind is a Bitcoin Core node over HTTP. Connections are reused, calls end with the context, and
// answers are limited. btcd's rpcclient does none of these over HTTP, and retries a refused connection
// for twenty seconds.
type bitcoind struct {
	url            string // without secrets
	user, password string
	client         *http.Client
	batch          atomic.Int32 // how many calls are sent at once
}

// dialBitcoind prepares the client and reads the cookie.
func dialBitcoind(_ context.Context, u URL) (rpc, error) {
	b := &bitcoind{url: "http://" + u.host + "/", user: u.user, password: u.password}
	if u.cookie != "" {
		text, err := os.ReadFile(u.cookie)
		if err != nil {
			return nil, fmt.Errorf("cookie: %w", err)
		}
		var ok bool
		if b.user, b.password, ok = strings.Cut(strings.TrimSpace(string(text)), ":"); !ok {
			return nil, fmt.Errorf("cookie: %s: want user:password", u.cookie)
		}
	}
	b.batch.Store(maxBatch)
	b.client = &http.Client{
		Transport: &http.Transport{MaxConnsPerHost: inFlight, MaxIdleConnsPerHost: inFlight},
		// A redirect would send the password to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the node redirects elsewhere") },
	}
	return b, nil
}

func (b *bitcoind) close() { b.client.CloseIdleConnections() }

// request is a request of JSON-RPC 1.0.
type request struct {
	Version string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  []any  `json:"params"`
}

// response is a response of JSON-RPC 1.0.
type response struct {
	ID     int               `json:"id"`
	Result json.RawMessage   `json:"result"`
	Error  *btcjson.RPCError `json:"error"`
}

func newRequest(id int, method string, params []any) request {
	if params == nil {
		params = []any{}
	}
	return request{"1.0", id, method, params}
}

func (b *bitcoind) call(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	var r response
	if err := b.post(ctx, newRequest(0, method, params), &r); err != nil {
		return nil, err
	}
	if r.Error != nil {
		return nil, newRPCError(r.Error)
	}
	return r.Result, nil
}

// calls makes a batch of calls of one method.
func (b *bitcoind) calls(ctx context.Context, method string, params [][]any) ([]json.RawMessage, error) {
	requests := make([]request, len(params))
	for i, p := range params {
		requests[i] = newRequest(i, method, p)
	}
	var responses []response
	if err := b.post(ctx, requests, &responses); err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	out := make([]json.RawMessage, len(params))
	for _, r := range responses {
		if r.Error != nil {
			return nil, fmt.Errorf("%s: %w", method, newRPCError(r.Error))
		}
		if r.ID < 0 || r.ID >= len(out) || out[r.ID] != nil {
			return nil, fmt.Errorf("%s: an answer to no question", method)
		}
		out[r.ID] = r.Result
	}
	if len(responses) != len(params) {
		return nil, fmt.Errorf("%s: %d answers to %d questions", method, len(responses), len(params))
	}
	return out, nil
}

// headers asks for hashes by height and then for headers by hash. If the node refuses a batch as too
// long, this and all later batches are half as long.
func (b *bitcoind) headers(ctx context.Context, from, to uint32, _ chainhash.Hash) ([][headerSize]byte, error) {
	for {
		n := b.batch.Load()
		out, err := b.someHeaders(ctx, from, min(to, from+uint32(n)-1))
		if !errors.Is(err, errTooLarge) || n == 1 {
			return out, err
		}
		b.batch.CompareAndSwap(n, n/2)
	}
}

// someHeaders returns the headers from a height to another, in two batches of calls.
func (b *bitcoind) someHeaders(ctx context.Context, from, to uint32) ([][headerSize]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var heights, hashes [][]any
	for h := from; h <= to; h++ {
		heights = append(heights, []any{h})
	}
	answers, err := b.calls(ctx, "getblockhash", heights)
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		hashes = append(hashes, []any{a, false})
	}
	if answers, err = b.calls(ctx, "getblockheader", hashes); err != nil {
		return nil, err
	}
	out := make([][headerSize]byte, len(answers))
	for i, a := range answers {
		if out[i], err = parseHeader(a); err != nil {
			return nil, fmt.Errorf("getblockheader: %w", err)
		}
	}
	return out, nil
}

// post sends one HTTP request. The node reports the error of a single call with status 500 and a JSON
// body, and a failed login without a body.
func (b *bitcoind) post(ctx context.Context, ask, into any) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.SetBasicAuth(b.user, b.password)
	r.Header.Set("Content-Type", "application/json")
	response, err := b.client.Do(r)
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return errors.New("the connection is lost")
	}
	if err != nil {
		return unwrapURL(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized:
		return errors.New("the node refuses user and password, or cookie")
	case status == http.StatusForbidden:
		return errForbidden
	case status == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w%s", errTooLarge, b.words(text))
	case isBusyStatus(status):
		return &busyError{fmt.Errorf("the node is busy, status %d%s", status, b.words(text)), retryAfter(response.Header)}
	case err != nil:
		return fmt.Errorf("the connection is lost: %w", unwrapURL(err))
	case len(text) > maxAnswer:
		return fmt.Errorf("an answer of more than %d bytes", maxAnswer)
	case json.Unmarshal(text, into) != nil:
		return fmt.Errorf("status %d and no JSON-RPC answer%s", response.StatusCode, b.words(text))
	}
	return nil
}

// errForbidden is the error of a call that the user may not make. Bitcoin Core answers with status 403
// by rpcwhitelist and rpcallowip, and with 401 to a wrong password.
var errForbidden = errors.New("the node forbids this call to the user (status 403, see rpcwhitelist and rpcallowip)")

// errTooLarge is the error of a batch that is longer than the server accepts.
var errTooLarge = errors.New("the request is too large (status 413)")

// maxWords is how many bytes of an answer are quoted.
const maxWords = 120

// words returns the first line of an answer that is not JSON-RPC, quoted, after a colon; "" where it is
// empty or holds the password.
func (b *bitcoind) words(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text[:min(len(text), 1<<12)])), "\n")
	if line = strings.TrimSpace(line[:min(len(line), maxWords)]); line == "" || strings.Contains(line, b.password) {
		return ""
	}
	return fmt.Sprintf(": %q", strings.ToValidUTF8(line, ""))
}

// unwrapURL removes method and URL, which package http adds to an error.
func unwrapURL(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}
