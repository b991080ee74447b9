package rehearsal

import (
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// finish mines 2·(d − 1) blocks after the end of an election that ended early,
// so that its end is d blocks deep even without the last d − 1 blocks, and then
// up to the height that the hooks ask for.
func (p *Play) finish() error {
	tip, _ := p.Chain.Tip()
	height := tip
	if p.ended != "" {
		height = tip + 2*(p.Policy.Depth()-1)
	}
	return p.Advance(max(height, p.Hooks.Tip))
}

// Write writes the record: policy, contract, board, and the chain's headers and
// blocks: those from the announcement on where it spends a seal, and from the first in
// which it counts where it does not.
func (p *Play) Write(w *record.Writer) error {
	if err := w.WriteFile(record.Policy, p.PolicyFile); err != nil {
		return err
	}
	if err := w.WriteFile(record.Contract, p.ContractFile); err != nil {
		return err
	}
	f, err := w.Create(record.Board)
	if err != nil {
		return err
	}
	if _, err := p.Log.WriteTo(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	from := p.Times.Announce
	if p.Policy.Seal == nil {
		from = p.Policy.AnnouncedFrom()
	}
	return chainfile.Export(p.ctx, w, p.Chain, from)
}
