package roles_test

import (
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/psbt/v2"
	"github.com/btcsuite/btcd/txscript/v2"
)

// branching is an election whose stakes two branches can take.
func branching() []byte {
	f := rehearsaltest.Forms()["hardened"]
	f.Extra += "\n  branch a when supervisor and voter sign\n  branch b when 2 of { alice, bob, supervisor } sign after block 200"
	return f.Source()
}

// TestPackets: signers on separate machines pass a packet on as text, and the last one finishes it.
func TestPackets(t *testing.T) {
	payout := templates.PayToKey([33]byte{2, 9})
	r := playTo(t, branching(), func(p *rehearsal.Play) {
		for i, row := range []struct {
			branch  string
			signers []string
		}{{"a", []string{"voter", "supervisor"}}, {"b", []string{"alice", "supervisor"}}, {"b", []string{"bob", "alice"}}} {
			v := p.Votes[i]
			secrets := map[string]curve.Scalar{
				"voter": secretOf(p, v.Index), "supervisor": p.Keys["supervisor"], "alice": p.Keys["candidate alice"], "bob": p.Keys["candidate bob"],
			}
			path, err := roles.BranchPath(p.Election, row.branch, secrets)
			check(t, err)
			packet, err := roles.BranchPacket(p.Election, v, path, payout)
			check(t, err)
			voter := curve.BaseMul(secrets["voter"]).Key()
			for _, signer := range row.signers {
				packet = passOn(t, packet)
				if _, err := roles.FinishPacket(p.Election, packet, voter); err == nil {
					t.Errorf("branch %s is finished without %s", row.branch, signer)
				}
				check(t, roles.SignPacket(packet, secretOf(p, p.Votes[3].Index))) // a key that is none of the script's
				check(t, roles.SignPacket(packet, secrets[signer]))
				check(t, roles.SignPacket(packet, secrets[signer])) // again
			}
			tx, err := roles.FinishPacket(p.Election, passOn(t, packet), voter)
			check(t, err)
			tip, _ := p.Chain.Tip()
			check(t, p.Advance(max(tip, path.After)))
			check(t, p.Chain.Submit(tx))
			tip, _ = p.Chain.Tip()
			check(t, p.Advance(tip+1))
			if _, height := p.Chain.Find(tx.TxHash()); height == 0 {
				t.Errorf("branch %s: the spend is in no block", row.branch)
			}
		}
	})
	if r.Exit != result.ExitProven {
		t.Errorf("exit %d, %s", r.Exit, r.Verdict)
	}
}

// passOn returns what another machine reads of a packet.
func passOn(t *testing.T, p *psbt.Packet) *psbt.Packet {
	t.Helper()
	text, err := p.B64Encode()
	check(t, err)
	again, err := psbt.NewFromRawBytes(strings.NewReader(text), true)
	check(t, err)
	return again
}

// TestPacketRefuses: nothing is signed of a packet that does not show what it spends, or asks for another
// signature than one of the whole transaction.
func TestPacketRefuses(t *testing.T) {
	playTo(t, branching(), func(p *rehearsal.Play) {
		v, key := p.Votes[0], p.Keys["supervisor"]
		path, err := roles.BranchPath(p.Election, "a", map[string]curve.Scalar{"supervisor": key, "voter": key})
		check(t, err)
		for name, change := range map[string]func(*psbt.Packet){
			"":                   func(*psbt.Packet) {},
			"hash type":          func(p *psbt.Packet) { p.Inputs[0].SighashType = txscript.SigHashNone },
			"vote's transaction": func(p *psbt.Packet) { p.Inputs[0].NonWitnessUtxo = nil },
			"the vote's":         func(p *psbt.Packet) { p.UnsignedTx.TxIn[0].PreviousOutPoint.Index = 99 },
			"redeem script":      func(p *psbt.Packet) { p.Inputs[0].RedeemScript = []byte{txscript.OP_TRUE} },
			"inputs":             func(p *psbt.Packet) { p.UnsignedTx.TxIn = append(p.UnsignedTx.TxIn, p.UnsignedTx.TxIn[0]) },
		} {
			packet, err := roles.BranchPacket(p.Election, v, path, v.Redeem[:22])
			check(t, err)
			packet.Inputs[0].NonWitnessUtxo = v.Spend.Tx.Copy()
			change(packet)
			err = roles.SignPacket(packet, key)
			if name == "" {
				check(t, err)
			} else if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want words of the %s", err, name)
			}
		}
	})
}
