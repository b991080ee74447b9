package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/rpcclient"
)

// btcd is a btcd node over one websocket, which carries many calls at once.
type btcd struct{ client *rpcclient.Client }

// dialBtcd opens the websocket. A lost connection is not opened again, since another node could answer
// then.
func dialBtcd(ctx context.Context, u URL) (rpc, error) {
	config := &rpcclient.ConnConfig{
		Host: u.host, Endpoint: "ws", User: u.user, Pass: u.password, DisableAutoReconnect: true,
	}
	if u.cert != "" {
		pem, err := os.ReadFile(u.cert)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		config.Certificates = pem
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	client, err := await(ctx, func() (*rpcclient.Client, error) { return rpcclient.New(config, nil) })
	switch {
	case errors.Is(err, rpcclient.ErrInvalidAuth):
		return nil, errors.New("the node refuses user and password")
	case err != nil:
		return nil, err
	}
	return btcd{client}, nil
}

func (b btcd) close() { b.client.Shutdown() }

func (b btcd) call(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	raw := make([]json.RawMessage, len(params))
	for i, p := range params {
		var err error
		if raw[i], err = json.Marshal(p); err != nil {
			return nil, err
		}
	}
	answer, err := await(ctx, b.client.RawRequestAsync(method, raw).Receive)
	var no *btcjson.RPCError
	switch {
	case errors.As(err, &no):
		return nil, newRPCError(no)
	case errors.Is(err, rpcclient.ErrClientDisconnect), errors.Is(err, rpcclient.ErrClientShutdown):
		return nil, errors.New("the connection is lost")
	}
	return answer, err
}

// headers asks for up to 2,000 at once. The node begins after prev if that is on its best chain, else
// after genesis.
func (b btcd) headers(ctx context.Context, from, to uint32, prev chainhash.Hash) ([][headerSize]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if from == 0 {
		return oneHeader(ctx, b, 0)
	}
	answer, err := b.call(ctx, "getheaders", []string{prev.String()}, "")
	if err != nil {
		return nil, fmt.Errorf("getheaders: %w", err)
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(answer, &texts); err != nil || len(texts) == 0 {
		return nil, errors.New("getheaders: no headers in the answer")
	}
	texts = texts[:min(len(texts), int(to-from)+1)]
	out := make([][headerSize]byte, len(texts))
	for i, text := range texts {
		if out[i], err = parseHeader(text); err != nil {
			return nil, fmt.Errorf("getheaders: %w", err)
		}
	}
	return out, nil
}

// oneHeader asks for the header at a height.
func oneHeader(ctx context.Context, r rpc, height uint32) ([][headerSize]byte, error) {
	hash, err := r.call(ctx, "getblockhash", height)
	if err != nil {
		return nil, fmt.Errorf("getblockhash: %w", err)
	}
	answer, err := r.call(ctx, "getblockheader", hash, false)
	if err != nil {
		return nil, fmt.Errorf("getblockheader: %w", err)
	}
	h, err := parseHeader(answer)
	return [][headerSize]byte{h}, err
}

// rpcError is an error that a node answered with. It quotes the node's text.
type rpcError struct {
	code btcjson.RPCErrorCode
	text string
}

func (e *rpcError) Error() string {
	return fmt.Sprintf("the node refuses with %q (%d)", e.text, e.code)
}

func newRPCError(e *btcjson.RPCError) error { return &rpcError{e.Code, e.Message} }

// await returns the result of f, or the context's error if that comes first.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
