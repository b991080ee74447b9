package workbench_test

import (
	"testing"

	"bevote/templates"
)

// TestSizesOfTheDesign measures real transactions of two candidates with a
// timeout of three bytes: the redeem script has 175 bytes, a claim 336, a
// refund 372 with a signature one byte short of the longest (half of them are)
// and 373 at most. Twelve candidates make 515 bytes and 13 sigops.
func TestSizesOfTheDesign(t *testing.T) {
	s := newStage(t, forms[0].source())
	if len(s.redeem) != 175 {
		t.Errorf("redeem script of %d bytes, want 175", len(s.redeem))
	}
	refund, claim := s.built.Contract.Paths[0], s.built.Contract.Paths[1]
	if got := s.longest(t, claim); got != 336 {
		t.Errorf("claim of %d bytes, want 336", got)
	}
	if got := s.longest(t, refund); got != 373 {
		t.Errorf("refund of %d bytes, want 373", got)
	}
	if got := templates.SpendSize(claim.Witness, 175, templates.PayoutP2PKH); got != 336 {
		t.Errorf("a claim is reckoned with %d bytes, want 336", got)
	}
	if got := templates.SpendSize(refund.Witness, 175, templates.PayoutP2PKH); got != 373 {
		t.Errorf("a refund is reckoned with %d bytes, want 373", got)
	}
	most := build(t, forms[2].source())
	if got := most.Template.Size(false); got != 515 {
		t.Errorf("twelve candidates: redeem script of %d bytes, want 515", got)
	}
	if got := most.Template.SigOps(); got != 13 {
		t.Errorf("twelve candidates: %d sigops, want 13", got)
	}
}

// longest signs some transactions and returns the size of the longest.
func (s *stage) longest(t *testing.T, path templates.Path) int {
	size := 0
	for i := range uint32(20) {
		tx := s.spend(t, path.Witness, path.After+i, notFinal, itself)
		size = max(size, tx.SerializeSize())
	}
	return size
}
