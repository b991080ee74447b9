package lang

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar, in docs/language.md as EBNF. It is LL(1) and read at lookahead 0:
// alternatives differ in their first token. parse.go reads statement by statement
// and never a whole file, so that one mistake costs one statement.

type file struct {
	Version    *version     `parser:"@@"`
	Opening    *opening     `parser:"@@"`
	Statements []*statement `parser:"@@* '}'"`
}

type version struct {
	Number lexer.Token `parser:"'bevote' @Number"`
}

type opening struct {
	Name lexer.Token `parser:"'election' @Word '{'"`
}

// statement has exactly one part that is not nil.
type statement struct {
	Network       *networkLine    `parser:"  @@"`
	Supervisor    *supervisorLine `parser:"| @@"`
	Voters        *votersLine     `parser:"| @@"`
	Voter         *voterLine      `parser:"| @@"`
	Threshold     *thresholdLine  `parser:"| @@"`
	Stake         *stakeLine      `parser:"| @@"`
	Fee           *feeLine        `parser:"| @@"`
	Confirmations *confirmLine    `parser:"| @@"`
	Grace         *graceLine      `parser:"| @@"`
	Announced     *announcedLine  `parser:"| @@"`
	Mixing        *mixingLine     `parser:"| @@"`
	Mixer         *mixerLine      `parser:"| @@"`
	By            *byLine         `parser:"| @@"`
	Vote          *voteLine       `parser:"| @@"`
	Timeout       *timeoutLine    `parser:"| @@"`
	Reveal        *revealLine     `parser:"| @@"`
	Candidate     *candidateLine  `parser:"| @@"`
	Joint         *jointLine      `parser:"| @@"`
	Win           *winLine        `parser:"| @@"`
	Refund        *refundLine     `parser:"| @@"`
	Branch        *branchLine     `parser:"| @@"`
	Ballots       *ballotsLine    `parser:"| @@"`
	Target        *targetLine     `parser:"| @@"`
	Allow         *allowLine      `parser:"| @@"`
	Test          *testLine       `parser:"| @@"`
}

type networkLine struct {
	Name lexer.Token `parser:"'network' @('mainnet' | 'testnet4' | 'simnet' | 'regtest')"`
}

type supervisorLine struct {
	Key lexer.Token `parser:"'supervisor' @Key"`
}

type votersLine struct {
	Number lexer.Token `parser:"'voters' @Number"`
}

type voterLine struct {
	Name lexer.Token `parser:"'voter' @Word"`
	Key  lexer.Token `parser:"@Key"`
}

type thresholdLine struct {
	Number  lexer.Token `parser:"'threshold' @Number"`
	Percent lexer.Token `parser:"@'%'?"`
	Of      lexer.Token `parser:"'of' @Number"`
}

type stakeLine struct {
	Number lexer.Token `parser:"'stake' @Number"`
	Unit   lexer.Token `parser:"@('sat' | 'btc')"`
}

type feeLine struct {
	Number lexer.Token `parser:"'fee' @Number 'sat/vB'"`
}

type confirmLine struct {
	Number lexer.Token `parser:"'confirmations' @Number"`
}

type graceLine struct {
	Number lexer.Token `parser:"'grace' @Number 'blocks'"`
}

type announcedLine struct {
	Outpoint lexer.Token `parser:"'announced' 'by' 'spending' @Outpoint"`
}

type mixingLine struct {
	None       lexer.Token `parser:"'mixing' ( @'none'"`
	GroupBlind *groupBlind `parser:"| @@"`
	BlindRSA   *blindRSA   `parser:"| @@ )"`
}

type groupBlind struct {
	Modulus lexer.Token `parser:"'group-blind' '{' 'modulus' @Number"`
	Rounds  lexer.Token `parser:"'rounds' @Number"`
	Mixers  lexer.Token `parser:"'mixers' @Number '}'"`
}

type blindRSA struct {
	Modulus lexer.Token `parser:"'blind-rsa' '{' 'modulus' @Number"`
	Mixers  lexer.Token `parser:"'mixers' @Number '}'"`
}

type mixerLine struct {
	Name lexer.Token `parser:"'mixer' @Word"`
	Key  lexer.Token `parser:"@Key"`
}

type height struct {
	Pos    lexer.Position
	Number lexer.Token `parser:"'block' @Number"`
}

type byLine struct {
	Phase lexer.Token `parser:"@('register' | 'deposit' | 'issue' | 'voucher' | 'payout' | 'roll' | 'commit' | 'deal' | 'setup' | 'claim')"`
	By    *height     `parser:"'by' @@"`
}

type voteLine struct {
	From *height `parser:"'vote' 'from' @@"`
	To   *height `parser:"'to' @@"`
}

type timeoutLine struct {
	At *height `parser:"'timeout' @@"`
}

type revealLine struct {
	From *height `parser:"'reveal' 'from' @@"`
}

type candidateLine struct {
	Name    lexer.Token `parser:"'candidate' @Word"`
	Display lexer.Token `parser:"@String? '{'"`
	Key     lexer.Token `parser:"'key' @Key"`
	Pay     lexer.Token `parser:"'pay' @Address '}'"`
}

type jointLine struct {
	Each lexer.Token `parser:"'joint' 'by' 'voters' ( @'for' 'each' 'candidate' )?"`
}

type winLine struct {
	Joint      lexer.Token `parser:"'win' 'when' ( @'joint'"`
	Hardened   lexer.Token `parser:"( @'and' 'candidate' 'sign' | 'signs' )"`
	Supervisor lexer.Token `parser:"| @'supervisor' 'signs' )"`
}

type refundLine struct {
	Voter lexer.Token `parser:"'refund' @'voter' 'after' 'timeout'"`
}

type branchLine struct {
	Name    lexer.Token `parser:"'branch' @Word 'when'"`
	When    *anyOf      `parser:"@@ ( 'sign' | 'signs' )"`
	Timeout lexer.Token `parser:"( 'after' ( @'timeout'"`
	After   *height     `parser:"| @@ ) )?"`
}

type anyOf struct {
	Terms []*allOf `parser:"@@ ( 'or' @@ )*"`
}

type allOf struct {
	Factors []*factor `parser:"@@ ( 'and' @@ )*"`
}

type factor struct {
	Of   *someOf `parser:"  @@"`
	Role *role   `parser:"| @@"`
}

type someOf struct {
	Number lexer.Token `parser:"@Number 'of' '{'"`
	Roles  []*role     `parser:"@@ ( ',' @@ )* '}'"`
}

type role struct {
	Name lexer.Token `parser:"@( Word | 'joint' | 'candidate' | 'supervisor' | 'voter' )"`
}

type ballotsLine struct {
	Kind lexer.Token `parser:"'ballots' @( 'plain' | 'salted' )"`
}

type targetLine struct {
	Selector lexer.Token `parser:"'target' 'p2sh' '{' 'selector' @( 'signature' | 'flag' ) '}'"`
}

type allowLine struct {
	Code   lexer.Token `parser:"'allow' @Word"`
	Reason lexer.Token `parser:"@String"`
}

type testLine struct {
	Name    lexer.Token `parser:"'test' @String '{'"`
	At      *height     `parser:"'at' @@"`
	None    lexer.Token `parser:"'signers' ( @'none'"`
	Signers []*signer   `parser:"| @@ ( ',' @@ )* )"`
	Expect  *outcome    `parser:"'expect' @@ '}'"`
}

// signer tells "joint NAME" from "joint expect …": a candidate may be called expect,
// but what begins an expectation is no name.
type signer struct {
	Joint lexer.Token `parser:"  @'joint'"`
	Of    lexer.Token `parser:"  ( (?! 'expect' ( 'reject' | 'win' | 'refund' | 'branch' ) ) @Word )?"`
	Role  *role       `parser:"| @@"`
}

type outcome struct {
	Reject lexer.Token `parser:"  @'reject'"`
	Win    lexer.Token `parser:"| @'win'"`
	Winner lexer.Token `parser:"  @Word?"`
	Refund lexer.Token `parser:"| @'refund'"`
	Branch lexer.Token `parser:"| @'branch'"`
	Name   lexer.Token `parser:"  @Word"`
}

// grammar and its productions are built once and safe for concurrent use.
var (
	grammar         = participle.MustBuild[file](participle.Lexer(definition), participle.UseLookahead(0))
	versionParser   = production[version]()
	openingParser   = production[opening]()
	statementParser = production[statement]()
)

func production[P any]() *participle.Parser[P] {
	p, err := participle.ParserForProduction[P](grammar)
	if err != nil {
		panic("lang: " + err.Error())
	}
	return p
}
