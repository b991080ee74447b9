package roles

import (
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/address/v2"
)

// accept answers requests, M3 by M4 and M1 by M2, while there is time. It
// promises no more coins than the mixer has, unless it has enough for everybody
// registered: more vouchers than that cannot be valid, however many strangers ask,
// and a mixer that counted their requests would have nothing left for voters.
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
		line, err := m.acceptance(r.Body.For, r.Line.By)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// acceptance writes M4 or M2 with a fresh nonce.
func (m *Mixer) acceptance(purpose string, to curve.PublicKey) (board.Line, error) {
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

// costOf is what coins cost whoever pays them all at once out of one coin.
func (m *Mixer) costOf(coins int64) int64 {
	p := m.e.Policy
	return coins*p.Coin() + p.Fee*(txFrame+p2pkhInput+(coins+1)*p2pkhOutput)
}
