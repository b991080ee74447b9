// Package workbench answers the questions about a policy before its election:
// what it compiles to, who can spend when and at what cost, and what changes
// with it. No answer needs a real secret: stand-ins take the place of all keys.
//
//   - [Build], [BuildAt]: the contract, compiled and lifted
//   - [Illustrate], [Repair], [Scaffold]: counterexamples, fixes, new policy files
//   - [Built.Annotate], [Built.Explain]: the script beside the policy; costs, limits, risks
//   - [Test], [Certify], [Diff]: spends that the script engine accepts and refuses
//   - [StandIns]: the policy with keys whose secrets are known
//
// It promises that nothing is built without being lifted: Build alone calls the
// compiler, and returns a contract only if its script spends exactly as the
// policy says.
package workbench

import (
	"fmt"
	"slices"

	"bevote/compiler"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/lift"
)

// Built is a policy with its contract, compiled and lifted.
type Built struct {
	Policy   *lang.Policy
	Contract *templates.Contract
	Template templates.Template
}

// Build loads, compiles and lifts a policy file. Built is nil if any of the
// diagnostics is an error. The diagnostics are those that the file's allow lines
// leave, sorted by place. The error is a bug of this program: the script does
// not spend as the policy says (E0901, among the diagnostics too).
func Build(src []byte) (*Built, []lang.Diagnostic, error) { return BuildAt(src, 0) }

// BuildAt is [Build] at block height now: phases that lie at or before it are
// errors. A now of 0 is before every phase.
func BuildAt(src []byte, now uint32) (*Built, []lang.Diagnostic, error) {
	return build(src, now, compiler.Compile)
}

// compile is the type of [compiler.Compile]; tests put a faulty one in its place.
type compile func(*lang.Policy) (*templates.Contract, []lang.Diagnostic)

func build(src []byte, now uint32, compile compile) (*Built, []lang.Diagnostic, error) {
	p, diags := lang.Draft(src, now)
	if p != nil && slices.ContainsFunc(diags, lang.Diagnostic.IsError) {
		return nil, lang.ApplyAllows(p, append(diags, compiler.Review(p)...)), nil
	}
	if p == nil {
		return nil, diags, nil
	}
	b, more, err := assemble(p, compile)
	if err != nil {
		more = append(more, lang.Diagnostic{
			Code:    "E0901",
			Message: "the compiled script does not spend as the policy says",
			Primary: lang.Label{Span: p.Place("election")},
			Notes:   []string{err.Error(), "this is a bug of the compiler; nothing is written"},
		})
		return nil, lang.ApplyAllows(p, append(diags, more...)), err
	}
	diags = lang.ApplyAllows(p, append(diags, more...))
	if slices.ContainsFunc(diags, lang.Diagnostic.IsError) {
		return nil, diags, nil
	}
	return b, diags, nil
}

// assemble compiles a policy and lifts the contract. Built is nil if the compiler
// finds errors, or with an error, which is a bug of this program.
func assemble(p *lang.Policy, compile compile) (*Built, []lang.Diagnostic, error) {
	c, diags := compile(p)
	diags = append(diags, boardFits(p)...)
	if c == nil {
		return nil, diags, nil
	}
	t, err := liftBack(p, c)
	if err != nil {
		return nil, diags, err
	}
	return &Built{p, c, t}, diags, nil
}

// boardFits refuses a policy whose parties may write a larger board than readers keep.
func boardFits(p *lang.Policy) []lang.Diagnostic {
	size := election.GreatestBoard(p)
	if size.Fits() {
		return nil
	}
	help := "let fewer vote"
	if p.Dealt() {
		help = "let fewer vote, or `win when supervisor signs`: what is dealt grows with the square of the voters"
	}
	return []lang.Diagnostic{{
		Code: "E0606",
		Message: fmt.Sprintf("a board of up to %d MB in %d lines, the longest of %d bytes; at most %d MB, %d lines and %d bytes are read",
			size.Bytes/1e6, size.Lines, size.Longest, int64(election.MaxBoardBytes)/1e6, election.MaxBoardLines, board.MaxLine),
		Primary: lang.Label{Span: p.Place("voters")},
		Help:    help,
	}}
}

// liftBack takes the contract through its published bytes, and lifts it.
func liftBack(p *lang.Policy, c *templates.Contract) (templates.Template, error) {
	back, err := templates.DecodeContract(c.Encode())
	if err != nil {
		return templates.Template{}, fmt.Errorf("compiled contract: %w", err)
	}
	if err := lift.Check(p, back); err != nil {
		return templates.Template{}, fmt.Errorf("compiled contract: %w", err)
	}
	return back.Template()
}

// maxRounds bounds how often fixes may bring up further ones.
const maxRounds = 10

// change is one fix that Repair made.
type change struct {
	lang.Diagnostic        // with its fix, at its place in the file as it was then
	Old             string // what the fix replaced
}

// Repair applies the safe fixes to a policy file until it has none, at block
// height now as [BuildAt] has it. It returns the file and the changes in order.
// Fixes of warnings leave the policy's id as it is. The error is that of [Build].
func Repair(src []byte, now uint32) (fixed []byte, changes []change, err error) {
	for range maxRounds {
		_, diags, err := BuildAt(src, now)
		if err != nil {
			return nil, nil, err
		}
		next, applied := lang.Apply(src, diags)
		if len(applied) == 0 {
			break
		}
		for _, d := range applied {
			changes = append(changes, change{d, string(src[d.Fix.Start:d.Fix.End])})
		}
		src = next
	}
	return src, changes, nil
}
