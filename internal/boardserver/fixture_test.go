package boardserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bevote/internal/boardserver"
	"bevote/internal/regtest"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/board"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// node is the embedded chain as a server's node. It can be silenced.
type node struct {
	*regtest.Chain
	mu    sync.Mutex
	shown chainhash.Hash
	down  error
}

func (n *node) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, n.shown = n.Tip()
	return n.Chain.Headers(ctx)
}

func (n *node) Changed(context.Context) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, tip := n.Tip()
	return tip != n.shown, n.down
}

func (n *node) silence(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = err
}

// fixture is an election that is played through a server.
type fixture struct {
	testing.TB
	*rehearsal.Play
	node *node
	dir  string
	open boardserver.Options

	server *boardserver.Server
	http   *httptest.Server
	stop   func()
	said   []string
	mu     sync.Mutex
}

// newFixture prepares an election of a form, and its server's directory. line is called in
// place of posting a line of the play, with the line.
func newFixture(t testing.TB, form string, line func(*fixture, board.Line) error) *fixture {
	t.Helper()
	if line == nil {
		line = func(f *fixture, l board.Line) error { return f.mustPost(l) }
	}
	return newFixtureOf(t, rehearsaltest.Forms()[form], rehearsal.Options{Votes: map[string]int{"alice": 3, "bob": 1}}, line)
}

func newFixtureOf(t testing.TB, form rehearsaltest.Form, opt rehearsal.Options, line func(*fixture, board.Line) error) *fixture {
	t.Helper()
	f := &fixture{TB: t, dir: t.TempDir()}
	opt.Source, opt.Seed = form.Source(), 1
	opt.Hooks.Line = func(l board.Line) ([]board.Line, error) { return []board.Line{l}, line(f, l) }
	var err error
	if f.Play, err = rehearsal.New(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Play.Close)
	f.node = &node{Chain: f.Chain}
	for name, text := range map[string][]byte{record.Policy: f.PolicyFile, record.Contract: f.ContractFile} {
		if err := os.WriteFile(filepath.Join(f.dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f.open = boardserver.Options{Dir: f.dir, Key: f.Seed("server").Key("receipts"), Chain: f.node, Poll: 2 * time.Millisecond,
		Message: func(format string, args ...any) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.said = append(f.said, fmt.Sprintf(format, args...))
		}}
	return f
}

// start runs the server until stop.
func (f *fixture) start() error {
	var err error
	if f.server, err = boardserver.Open(context.Background(), f.open); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); f.server.Run(ctx) }()
	f.http = httptest.NewUnstartedServer(nil)
	f.http.Config = f.server.HTTPServer()
	f.http.Listener = f.server.Limit(f.http.Listener)
	f.http.Start()
	f.stop = sync.OnceFunc(func() {
		f.http.CloseClientConnections()
		cancel()
		f.http.Close()
		<-done
		f.server.Close()
	})
	f.Cleanup(f.stop)
	return nil
}

func (f *fixture) mustStart() {
	f.Helper()
	if err := f.start(); err != nil {
		f.Fatal(err)
	}
}

// status returns the server's status.
func (f *fixture) status() (s boardserver.Status) {
	f.Helper()
	f.getJSON("/status", &s)
	return s
}

func (f *fixture) getJSON(path string, into any) {
	f.Helper()
	r, err := f.http.Client().Get(f.http.URL + path)
	if err != nil {
		f.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		f.Fatal(path, err)
	}
}

// settle waits until the server has seen the chain's tip.
func (f *fixture) settle() {
	f.Helper()
	height, hash := f.Chain.Tip()
	for range 2000 {
		if s := f.status(); s.Tip.Height == height && s.Tip.Hash == hash.String() && s.Down == "" {
			return
		}
		time.Sleep(time.Millisecond)
	}
	f.Fatalf("the server does not come to block %d: %+v", height, f.status())
}

// posted is the answer to a line.
type posted struct {
	status  int
	body    []byte
	receipt board.Receipt
	problem boardserver.Problem
}

// post posts a line and reads the answer.
func (f *fixture) post(l board.Line) (posted, error) { return f.postText(l.Encode()) }

func (f *fixture) postText(text []byte) (p posted, err error) {
	r, err := f.http.Client().Post(f.http.URL+"/line", "application/json", bytes.NewReader(text))
	if err != nil {
		return p, err
	}
	defer r.Body.Close()
	p.status = r.StatusCode
	if p.body, err = io.ReadAll(r.Body); err != nil {
		return p, err
	}
	if p.status == http.StatusOK {
		p.receipt, err = board.DecodeReceipt(p.body)
		return p, err
	}
	return p, json.Unmarshal(p.body, &p.problem)
}

// mustPost posts a line that has to be taken.
func (f *fixture) mustPost(l board.Line) error {
	f.Helper()
	f.settle()
	p, err := f.post(l)
	switch {
	case err != nil:
		return err
	case p.status != http.StatusOK:
		return fmt.Errorf("a %s line: %d %s", l.Type, p.status, p.body)
	case !p.receipt.Verify(f.Server) || p.receipt.EID != f.EID || p.receipt.Line != l.ID(f.EID):
		return fmt.Errorf("a %s line: not its receipt: %s", l.Type, p.body)
	}
	return nil
}

// file returns the board's file.
func (f *fixture) file() []byte {
	f.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, record.Board))
	if err != nil {
		f.Fatal(err)
	}
	return text
}

// ofPlay returns the board of the play.
func (f *fixture) ofPlay() []byte {
	var b bytes.Buffer
	f.Play.Log.WriteTo(&b)
	return b.Bytes()
}
