package devnet_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bevote/examples"
	"bevote/internal/node"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/relay"
	"bevote/verifier"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TestElection plays an election whose transactions go through a devnet, by its RPC and the client that a
// role uses. The devnet's chain is the play's. It is killed and started again, and a block is replaced on
// the way. An auditor who asks the devnet then has the report that the record gives.
func TestElection(t *testing.T) {
	if testing.Short() {
		t.Skip("slow under the race detector")
	}
	m := &mirror{t: t}
	_, path := rehearsaltest.Run(t, rehearsal.Options{Source: examples.Policy("club_chair"), Seed: 5}, m.run)
	m.catchUp()
	if m.sent < 10 {
		t.Errorf("only %d transactions went through the devnet", m.sent)
	}
	rec := rehearsaltest.Open(t, path)
	want := rehearsaltest.Audit(t, path)
	u, err := node.ParseURL(m.url())
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Dial(context.Background(), u, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	got, err := verifier.Audit(context.Background(), rec, n, verifier.Options{Now: time.Now(), Live: true})
	if err != nil {
		t.Fatal(err)
	}
	if got.Level != want.Level || got.Exit != result.ExitProven || got.Verdict != want.Verdict || got.Tip != want.Tip {
		t.Errorf("the devnet gives %s, %s, exit %d; the record %s, %s", got.Level, got.Verdict, got.Exit, want.Level, want.Verdict)
	}
}

// TestManyRoles: two hundred roles look at one devnet at once and send, while it mines.
func TestManyRoles(t *testing.T) {
	const roles = 200
	m := &mirror{t: t, dir: t.TempDir()}
	m.start()
	d := m.server.Devnet
	u, err := node.ParseURL(m.url())
	m.check(err)
	start := time.Now()
	var all sync.WaitGroup
	for i := range roles {
		all.Go(func() {
			l := node.NewLive(u, &chaincfg.RegressionNetParams, 90, node.Options{})
			defer l.Close()
			at := node.Point{}
			for range 3 {
				s, err := l.Snapshot(context.Background())
				if err != nil {
					t.Errorf("role %d: %v", i, err)
					return
				}
				for step, err := range s.Since(at) {
					if err != nil {
						t.Errorf("role %d: %v", i, err)
						return
					}
					if step.Block != nil {
						at = node.Point{Height: step.Height, Hash: step.Block.BlockHash()}
					}
				}
				if tip, hash := s.Tip(); at != (node.Point{Height: tip, Hash: hash}) {
					t.Errorf("role %d has read up to %d, the tip is %d", i, at.Height, tip)
				}
				if _, err := d.Pay(wire.NewTxOut(10_000, script(byte(i)))); err != nil {
					t.Errorf("role %d: %v", i, err)
				}
			}
		})
	}
	for range 5 {
		mine(t, d, 1)
	}
	all.Wait()
	t.Logf("%d roles looked three times and sent in %v", roles, time.Since(start))
	mine(t, d, 1)
	if _, _, waiting := d.Tip(); waiting != 0 {
		t.Errorf("%d wait after the last block", waiting)
	}
}

// mirror gives a devnet the chain of a play, and the play's transactions to the devnet first.
type mirror struct {
	t      *testing.T
	play   *rehearsal.Play
	dir    string
	server *server
	live   *node.Live
	fed    uint32 // height up to which the devnet has the play's blocks
	sent   int
}

func (m *mirror) url() string {
	return "bitcoind://" + strings.TrimPrefix(m.server.url, "http://") + "?cookie=" + filepath.Join(m.dir, ".cookie")
}

func (m *mirror) run(ctx context.Context, opt rehearsal.Options, w *record.Writer) (*rehearsal.Summary, error) {
	p, err := rehearsal.New(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	m.play = p
	p.Hooks.Block, p.Hooks.Send = m.block, m.send
	if err := p.Run(); err != nil {
		return nil, err
	}
	m.catchUp()
	return p.Summary(), p.Write(w)
}

// block is called before the block of a height is mined.
func (m *mirror) block(height uint32) error {
	switch height {
	case 105:
		m.begin()
	case 140, 230: // killed while votes wait, and while claims do
		m.restart()
	case 160:
		m.catchUp()
		_, hash := m.play.Chain.Tip()
		if err := m.play.Chain.Reorganise(); err != nil {
			return err
		}
		if got := m.server.call("invalidateblock", hash.String()); got != "null" {
			m.t.Fatalf("invalidateblock: %s", got)
		}
		m.fed--
	}
	m.catchUp()
	return nil
}

// begin starts a devnet with the blocks of the play.
func (m *mirror) begin() {
	m.dir = m.t.TempDir()
	log := []byte("bevote devnet 1 regtest\n")
	tip, _ := m.play.Chain.Tip()
	for h := uint32(1); h <= tip; h++ {
		log = append(log, "block "+m.blockHex(h)+"\n"...)
	}
	m.fed = tip
	m.check(os.WriteFile(filepath.Join(m.dir, "chain.log"), log, 0o600))
	m.start()
}

func (m *mirror) start() {
	m.server = serveDir(m.t, m.dir)
	u, err := node.ParseURL(m.url())
	m.check(err)
	m.live = node.NewLive(u, &chaincfg.RegressionNetParams, 100, node.Options{})
	m.t.Cleanup(m.live.Close)
}

// restart goes on with what a killed process leaves, in another directory.
func (m *mirror) restart() {
	log, err := os.ReadFile(filepath.Join(m.dir, "chain.log"))
	m.check(err)
	m.dir = m.t.TempDir()
	m.check(os.WriteFile(filepath.Join(m.dir, "chain.log"), append(log, "tx 02"...), 0o600))
	m.start()
}

func (m *mirror) blockHex(height uint32) string {
	b, err := m.play.Chain.Block(height)
	m.check(err)
	var raw bytes.Buffer
	m.check(b.Serialize(&raw))
	return hex.EncodeToString(raw.Bytes())
}

// catchUp gives the devnet the play's newest blocks.
func (m *mirror) catchUp() {
	if m.server == nil {
		return
	}
	for tip, _ := m.play.Chain.Tip(); m.fed < tip; m.fed++ {
		if got := m.server.call("submitblock", m.blockHex(m.fed+1)); got != "null" {
			m.t.Fatalf("block %d: %s", m.fed+1, got)
		}
	}
}

// send hands a role's transaction to the devnet, which must take it as the play's chain does.
func (m *mirror) send(role string, tx *wire.MsgTx) (bool, error) {
	if m.server == nil {
		return false, nil
	}
	m.catchUp()
	s, err := m.live.Snapshot(context.Background())
	if err != nil {
		return false, err
	}
	tip, hash := m.play.Chain.Tip()
	if got, at := s.Tip(); got != tip || at != hash {
		m.t.Fatalf("the devnet is at %d %s, the play at %d %s", got, at, tip, hash)
	}
	if err := s.Submit(tx); !relay.Stands(tx, err) {
		m.t.Errorf("%s: %v", role, err)
	}
	m.sent++
	return false, nil
}

func (m *mirror) check(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}
