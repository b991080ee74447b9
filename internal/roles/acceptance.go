package roles

import (
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/address/v2"
)

// accept answers requests up to T1: M3 by M4 and M1 by M2.
//
// The coins that it promises are at most those that the mixer can pay. A mixer that can pay one to
// each registered voter accepts every request: there are no more valid vouchers than registered
// voters, so requests by keys of no voter take no coin from a voter.
func (m *Mixer) accept(x *election.Exchange) (lines []board.Line, err error) {
	tip := m.tip()
	if tip > x.Deadlines[election.T1] {
		return nil, nil
	}
	coins := m.promised(x)
	for _, r := range x.Requests {
		if _, done := x.Accepted(r.Body.For, m.public, r.Line.By); done || r.Body.Mixer != m.public {
			continue
		}
		if r.Body.For == board.ForPaying {
			if m.Balance() < m.costOf(min(coins+1, int64(len(x.Registry.Voters)))) {
				continue
			}
			coins++
		}
		if !m.retries.allow(tip, r.Body.For+r.Line.By.String()) {
			continue
		}
		line, err := m.writeAccept(r.Body.For, r.Line.By)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// writeAccept writes M4 or M2 with a fresh nonce.
func (m *Mixer) writeAccept(purpose string, to curve.PublicKey) (board.Line, error) {
	body := board.Accept{For: purpose, To: to}
	if purpose == board.ForHolding {
		redeem, err := m.e.EscrowRedeem(m.public, to)
		if err != nil {
			return board.Line{}, err
		}
		body.Escrow = address.Hash160(redeem)
	}
	if _, err := io.ReadFull(m.rand, body.Nonce[:]); err != nil {
		return board.Line{}, fmt.Errorf("drawing a nonce: %w", err)
	}
	return m.write(body)
}

// promised counts the coins that the mixer has accepted to pay.
func (m *Mixer) promised(x *election.Exchange) (coins int64) {
	for _, r := range x.Requests {
		_, done := x.Accepted(r.Body.For, m.public, r.Line.By)
		if done && r.Body.Mixer == m.public && r.Body.For == board.ForPaying {
			coins++
		}
	}
	return coins
}

// costOf is the satoshis that a payment of coins takes, out of one input and with change.
func (m *Mixer) costOf(coins int64) int64 {
	p := m.e.Policy
	return coins*p.Coin() + p.Fee*(templates.TxFrame+templates.P2PKHInput+(coins+1)*templates.P2PKHOutput)
}
