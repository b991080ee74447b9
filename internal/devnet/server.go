package devnet

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/wire/v2"
)

const (
	// maxRequest is the longest request in bytes: a block's worth of a transaction in hex.
	maxRequest = 2*wire.MaxBlockPayload + 1<<16
	// maxBatch is the most calls of one request.
	maxBatch = 10_000
)

// call is a call of JSON-RPC 1.0.
type call struct {
	ID     json.RawMessage   `json:"id"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

// answer is the answer to one call.
type answer struct {
	Result any               `json:"result"`
	Error  *btcjson.RPCError `json:"error"`
	ID     json.RawMessage   `json:"id"`
}

// ServeHTTP answers a call or a batch of calls, as Bitcoin Core does: status 401 to a wrong password, 404
// to an unknown method and 500 to any other refusal of a single call; a batch has status 200.
func (d *Devnet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "JSONRPC server handles only POST requests", http.StatusMethodNotAllowed)
		return
	}
	if !d.knows(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="jsonrpc"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // the client has gone
	}
	w.Header().Set("Content-Type", "application/json")
	if body = bytes.TrimSpace(body); len(body) > 0 && body[0] == '[' {
		d.serveBatch(w, body)
		return
	}
	var one call
	out := answer{Error: rpcError(btcjson.ErrRPCParse.Code, "Parse error")}
	if json.Unmarshal(body, &one) == nil {
		out = d.answer(one)
	}
	if out.Error != nil {
		w.WriteHeader(statusOf(out.Error))
	}
	_ = json.NewEncoder(w).Encode(out) // the client may have gone
}

// knows reports whether a request has user and password.
func (d *Devnet) knows(r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	return subtle.ConstantTimeCompare([]byte(user), []byte(d.user))&
		subtle.ConstantTimeCompare([]byte(password), []byte(d.password)) == 1
}

// serveBatch answers a list of calls in their order.
func (d *Devnet) serveBatch(w http.ResponseWriter, body []byte) {
	var many []call
	if json.Unmarshal(body, &many) != nil {
		w.WriteHeader(http.StatusInternalServerError)
		_ = json.NewEncoder(w).Encode(answer{Error: rpcError(btcjson.ErrRPCParse.Code, "Parse error")})
		return
	}
	if len(many) > maxBatch {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	answers := make([]answer, len(many))
	for i, one := range many {
		answers[i] = d.answer(one)
	}
	_ = json.NewEncoder(w).Encode(answers)
}

// answer carries out one call.
func (d *Devnet) answer(c call) answer {
	m, ok := methods[c.Method]
	if !ok {
		return answer{Error: rpcError(btcjson.ErrRPCMethodNotFound.Code, "Method not found"), ID: c.ID}
	}
	if m.changes {
		d.mu.Lock()
		defer d.mu.Unlock()
	} else {
		d.mu.RLock()
		defer d.mu.RUnlock()
	}
	result, err := m.do(d, params{c.Params})
	if err == nil {
		return answer{Result: result, ID: c.ID}
	}
	var no *btcjson.RPCError
	if !errors.As(err, &no) {
		no = rpcError(btcjson.ErrRPCMisc, err.Error())
	}
	return answer{Error: no, ID: c.ID}
}

// statusOf returns the HTTP status of a single call that was refused.
func statusOf(e *btcjson.RPCError) int {
	if e.Code == btcjson.ErrRPCMethodNotFound.Code {
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

func rpcError(code btcjson.RPCErrorCode, text string) *btcjson.RPCError {
	return &btcjson.RPCError{Code: code, Message: text}
}
