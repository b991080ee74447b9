package nodetest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"bevote/internal/node"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Bitcoind is a server that answers as bitcoind does, single calls and batches, with a cookie:
// getblockcount, getbestblockhash, getblockhash, getblockheader, getblock and getblockchaininfo, and of
// its mempool gettxspendingprevout and getrawtransaction.
type Bitcoind struct {
	t      testing.TB
	server *httptest.Server
	cookie string // file

	mu     sync.Mutex
	best   []*wire.MsgBlock
	byHash map[chainhash.Hash]*wire.MsgBlock // also blocks that have left the best chain
	pool   []*wire.MsgTx                     // the mempool, nil where the server lacks gettxspendingprevout
	hook   func(method string) bool
	mood   Mood
	bare   bool // blocks without witnesses
	most   int  // calls of a batch; 0 is no limit
	lag    int  // headers without blocks
}

const cookieUser, cookieSecret = "__cookie__", "5f1c6b1e"

// StartBitcoind starts the server with a best chain from genesis.
func StartBitcoind(t testing.TB, blocks []*wire.MsgBlock) *Bitcoind {
	t.Helper()
	b := &Bitcoind{
		t: t, cookie: filepath.Join(t.TempDir(), ".cookie"),
		byHash: map[chainhash.Hash]*wire.MsgBlock{}, pool: []*wire.MsgTx{},
	}
	if err := os.WriteFile(b.cookie, []byte(cookieUser+":"+cookieSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Follow(blocks)
	b.server = httptest.NewServer(b)
	t.Cleanup(b.server.Close)
	return b
}

// URL returns the server's URL with the cookie.
func (b *Bitcoind) URL() string { return "bitcoind://" + b.host() + "?cookie=" + b.cookie }

// UserURL returns the server's URL with a user and a password.
func (b *Bitcoind) UserURL(password string) string {
	return "bitcoind://" + cookieUser + ":" + password + "@" + b.host()
}

func (b *Bitcoind) host() string { return strings.TrimPrefix(b.server.URL, "http://") }

// Dial connects to the server.
func (b *Bitcoind) Dial() *node.Node {
	b.t.Helper()
	return dial(b.t, b.URL(), node.Options{})
}

// Follow makes blocks, from genesis, the best chain.
func (b *Bitcoind) Follow(blocks []*wire.MsgBlock) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.best = blocks
	for _, block := range blocks {
		b.byHash[block.BlockHash()] = block
	}
}

// SetMempool sets the transactions that wait for a block. With nil the server lacks
// gettxspendingprevout, as Bitcoin Core before 24.
func (b *Bitcoind) SetMempool(txs []*wire.MsgTx) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pool = txs
}

// Hook sets what is called before each call. Where it returns false, the connection breaks.
func (b *Bitcoind) Hook(f func(method string) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hook = f
}

// SetMood sets how the server answers from now on; nil is as bitcoind does.
func (b *Bitcoind) SetMood(m Mood) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mood = m
}

// LimitBatches makes the server refuse batches of more than n calls, with status 413.
func (b *Bitcoind) LimitBatches(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.most = n
}

// SetLag makes the server know so many headers more than it has blocks.
func (b *Bitcoind) SetLag(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lag = n
}

// OmitWitnesses makes the server leave witnesses out of blocks, as bitcoind with rpcserialversion=0.
func (b *Bitcoind) OmitWitnesses() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bare = true
}

// refusal returns what the mood answers in place of the blocks, or nil.
func (b *Bitcoind) refusal(method string) *Answer {
	b.mu.Lock()
	mood := b.mood
	b.mu.Unlock()
	if mood == nil {
		return nil
	}
	return mood(method)
}

// tooMany reports whether a batch of n calls is over the limit.
func (b *Bitcoind) tooMany(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.most > 0 && n > b.most
}

func (b *Bitcoind) broken(method string) bool {
	b.mu.Lock()
	hook := b.hook
	b.mu.Unlock()
	return hook != nil && !hook(method)
}

type message struct {
	ID     json.RawMessage   `json:"id"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

type reply struct {
	Result any             `json:"result"`
	Error  any             `json:"error"`
	ID     json.RawMessage `json:"id"`
}

type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// ServeHTTP answers one call or a batch.
func (b *Bitcoind) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != cookieUser || password != cookieSecret {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(r.Body); err != nil {
		b.t.Error(err)
	}
	var one message
	var many []message
	single := json.Unmarshal(body.Bytes(), &one) == nil
	if !single && json.Unmarshal(body.Bytes(), &many) != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if single {
		many = []message{one}
	}
	if len(many) == 0 || b.tooMany(len(many)) {
		http.Error(w, "batch too large", http.StatusRequestEntityTooLarge)
		return
	}
	no := b.refusal(many[0].Method)
	if no != nil && no.Status != 0 {
		maps.Copy(w.Header(), no.Header)
		w.WriteHeader(no.Status)
		_, _ = io.WriteString(w, no.Body)
		return
	}
	replies := make([]reply, len(many))
	for i, m := range many {
		if b.broken(m.Method) {
			panic(http.ErrAbortHandler)
		}
		if no != nil {
			replies[i] = reply{Error: refusal{no.Code, no.Message}, ID: m.ID}
			continue
		}
		replies[i] = b.answer(m)
	}
	if !single {
		_ = json.NewEncoder(w).Encode(replies) // the client may have gone
		return
	}
	if replies[0].Error != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
	_ = json.NewEncoder(w).Encode(replies[0])
}

func (b *Bitcoind) answer(m message) reply {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch m.Method {
	case "getblockcount":
		return reply{Result: len(b.best) - 1, ID: m.ID}
	case "getbestblockhash":
		return reply{Result: b.best[len(b.best)-1].BlockHash().String(), ID: m.ID}
	case "getblockhash":
		var height int
		if json.Unmarshal(m.Params[0], &height) != nil || height < 0 || height >= len(b.best) {
			return reply{Error: refusal{-8, "Block height out of range"}, ID: m.ID}
		}
		return reply{Result: b.best[height].BlockHash().String(), ID: m.ID}
	case "getblockchaininfo":
		blocks := len(b.best) - 1
		return reply{Result: map[string]any{"blocks": blocks, "headers": blocks + b.lag}, ID: m.ID}
	case "getblock", "getblockheader":
		return b.block(m)
	case "gettxspendingprevout", "getrawtransaction":
		return b.waiting(m)
	}
	return reply{Error: refusal{-32601, "Method not found"}, ID: m.ID}
}

// block answers with the bytes of a block or of its header, in hex.
func (b *Bitcoind) block(m message) reply {
	var text string
	if json.Unmarshal(m.Params[0], &text) != nil {
		return reply{Error: refusal{-3, "JSON value is not a string"}, ID: m.ID}
	}
	hash, err := chainhash.NewHashFromStr(text)
	if err != nil || b.byHash[*hash] == nil {
		return reply{Error: refusal{-5, "Block not found"}, ID: m.ID}
	}
	var raw bytes.Buffer
	want, serialize := "0", b.byHash[*hash].Serialize
	if b.bare {
		serialize = b.byHash[*hash].SerializeNoWitness
	}
	if m.Method == "getblockheader" {
		want, serialize = "false", b.byHash[*hash].Header.Serialize
	}
	if len(m.Params) != 2 || string(m.Params[1]) != want {
		return reply{Error: refusal{-8, "only raw bytes are given here"}, ID: m.ID}
	}
	if err := serialize(&raw); err != nil {
		b.t.Error(err)
	}
	return reply{Result: hex.EncodeToString(raw.Bytes()), ID: m.ID}
}

// waiting answers which transactions of the mempool spend outpoints, and with the bytes of one in hex.
func (b *Bitcoind) waiting(m message) reply {
	if b.pool == nil && m.Method == "gettxspendingprevout" {
		return reply{Error: refusal{-32601, "Method not found"}, ID: m.ID}
	}
	var ops []map[string]any
	if m.Method == "gettxspendingprevout" && json.Unmarshal(m.Params[0], &ops) != nil {
		return reply{Error: refusal{-3, "Expected type array"}, ID: m.ID}
	}
	for _, tx := range b.pool {
		if m.Method == "getrawtransaction" && string(m.Params[0]) == `"`+tx.TxHash().String()+`"` {
			var raw bytes.Buffer
			if err := tx.Serialize(&raw); err != nil {
				b.t.Error(err)
			}
			return reply{Result: hex.EncodeToString(raw.Bytes()), ID: m.ID}
		}
		for _, in := range tx.TxIn {
			for _, op := range ops {
				if op["txid"] == in.PreviousOutPoint.Hash.String() && op["vout"] == float64(in.PreviousOutPoint.Index) {
					op["spendingtxid"] = tx.TxHash().String()
				}
			}
		}
	}
	if m.Method == "getrawtransaction" {
		return reply{Error: refusal{-5, "No such mempool transaction"}, ID: m.ID}
	}
	return reply{Result: ops, ID: m.ID}
}

// jsonParams encodes the parameters of a call.
func jsonParams(params ...any) (out []json.RawMessage) {
	for _, p := range params {
		raw, err := json.Marshal(p)
		if err != nil {
			panic(err)
		}
		out = append(out, raw)
	}
	return out
}
