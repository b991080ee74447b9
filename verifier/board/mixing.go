package board

import (
	"errors"
	"fmt"
	"math"

	"bevote/internal/curve"
)

// The line types of registration and of the exchange, in the order of the
// messages (docs/protocol.md, "Mixing").
const (
	TypeManager    Type = "manager"
	TypeMixer      Type = "mixer"
	TypeRegistry   Type = "registry"
	TypeRequest    Type = "request"   // M1 and M3
	TypeAccept     Type = "accept"    // M2 and M4
	TypeDeposit    Type = "deposit"   // M5
	TypeOffer      Type = "offer"     // first move of issuing
	TypeChallenge  Type = "challenge" // second move
	TypeIssue      Type = "issue"     // third move, M6
	TypeVoucher    Type = "voucher"   // M7
	TypePayout     Type = "payout"    // the outpoint of tx3's coin
	TypeSweep      Type = "sweep"
	TypeSettlement Type = "settlement"
)

// The purposes of a [Request].
const (
	ForHolding = "hold" // to take a deposit and issue a voucher
	ForPaying  = "pay"  // to pay a coin for a voucher
)

// Manager publishes the manager's modulus with its proofs; its layout is
// internal/mixing's.
type Manager struct {
	Modulus Bytes `json:"modulus"`
}

// Mixer announces a mixer: its member key, or its RSA key, with proofs.
type Mixer struct {
	Name string `json:"name"`
	Key  Bytes  `json:"key"`
}

// Registry is the supervisor's list of voters and mixers, and the deadlines.
type Registry struct {
	Root      Hash                  `json:"root"`      // RegistryRoot of the voters
	Deadlines List[uint32]          `json:"deadlines"` // T1 … T5
	Mixers    List[curve.PublicKey] `json:"mixers"`
	Voters    List[Registered]      `json:"voters"`
}

// Registered is a voter's registration key and the commitment to its identity.
type Registered struct {
	Key      curve.PublicKey `json:"key"`
	Identity Hash            `json:"identity"` // IdentityHash
}

// Request asks a mixer to hold a deposit, by a registration key (M3), or to
// pay a coin, by a roll key (M1).
type Request struct {
	For       string          `json:"for"`
	Mixer     curve.PublicKey `json:"mixer"`
	Deadlines List[uint32]    `json:"deadlines"` // T2 and T3, or T4 and T5
}

// Accept is a mixer's acceptance of a request (M4, M2).
type Accept struct {
	For    string          `json:"for"`
	To     curve.PublicKey `json:"to"` // the author of the request
	Nonce  Hash            `json:"nonce"`
	Escrow Hex             `json:"escrow"` // HASH160 of the escrow's redeem script to hold a deposit; else empty
}

// Deposit names the output that is the author's deposit (M5).
type Deposit struct {
	Mixer    curve.PublicKey `json:"mixer"`
	Nonce    Hash            `json:"nonce"` // the acceptance's
	Outpoint Hex             `json:"outpoint"`
}

// Offer opens a session with a depositor. It names the registration key and not the
// outpoint, which several deposit lines may name.
type Offer struct {
	To    curve.PublicKey `json:"to"`
	Offer Bytes           `json:"offer"` // empty with blind RSA
}

// Challenge is the depositor's answer to one offer.
type Challenge struct {
	Offer     Hash  `json:"offer"` // OfferHash
	Challenge Bytes `json:"challenge"`
}

// Issue is the mixer's answer to a challenge (M6). It entitles the mixer to sweep the
// deposit.
type Issue struct {
	To     curve.PublicKey `json:"to"`
	Answer Bytes           `json:"answer"`
}

// Voucher shows the unblinded signature to the paying mixer (M7), by the roll key.
type Voucher struct {
	Mixer     curve.PublicKey `json:"mixer"`
	Nonce     Hash            `json:"nonce"`     // the acceptance's
	Issuer    Hex             `json:"issuer"`    // key of the mixer that signed, with blind RSA; else empty
	Signature Bytes           `json:"signature"` // over VoucherMessage
}

// Payout names the output that pays a roll key its coin (tx3), by the paying mixer or
// the supervisor.
type Payout struct {
	Key      curve.PublicKey `json:"key"`
	Outpoint Hex             `json:"outpoint"`
}

// Sweep is a transaction that spends escrows into the pool, with the mixer's
// signatures and without the supervisor's.
type Sweep struct {
	Tx Bytes `json:"tx"`
}

// Settlement is the supervisor's account of the pool.
type Settlement struct {
	Repaid   List[Repaid] `json:"repaid"`
	Residual int64        `json:"residual"` // satoshis left in the pool
}

// Repaid names the output that repays a mixer.
type Repaid struct {
	Mixer    curve.PublicKey `json:"mixer"`
	Outpoint Hex             `json:"outpoint"`
}

// Type is TypeManager.
func (Manager) Type() Type { return TypeManager }

// Type is TypeMixer.
func (Mixer) Type() Type { return TypeMixer }

// Type is TypeRegistry.
func (Registry) Type() Type { return TypeRegistry }

// Type is TypeRequest.
func (Request) Type() Type { return TypeRequest }

// Type is TypeAccept.
func (Accept) Type() Type { return TypeAccept }

// Type is TypeDeposit.
func (Deposit) Type() Type { return TypeDeposit }

// Type is TypeOffer.
func (Offer) Type() Type { return TypeOffer }

// Type is TypeChallenge.
func (Challenge) Type() Type { return TypeChallenge }

// Type is TypeIssue.
func (Issue) Type() Type { return TypeIssue }

// Type is TypeVoucher.
func (Voucher) Type() Type { return TypeVoucher }

// Type is TypePayout.
func (Payout) Type() Type { return TypePayout }

// Type is TypeSweep.
func (Sweep) Type() Type { return TypeSweep }

// Type is TypeSettlement.
func (Settlement) Type() Type { return TypeSettlement }

// RegistryRoot returns the commitment to the registered voters:
//
//	TH("registry", eid 32 ‖ number 4 ‖ (key 33 ‖ identity 32) …)
func RegistryRoot(eid [32]byte, voters []Registered) [32]byte {
	x := curve.Encoder(nil).Raw(eid[:]).U32(uint32(len(voters)))
	for _, v := range voters {
		x = x.Raw(v.Key[:]).Raw(v.Identity[:])
	}
	return curve.TaggedHash("registry", x)
}

// RegistrationHash returns what a voter's identity key and its registration key sign:
//
//	TH("registration", eid 32 ‖ text identity ‖ key 33)
func RegistrationHash(eid [32]byte, identity string, key curve.PublicKey) [32]byte {
	return curve.TaggedHash("registration", curve.Encoder(nil).Raw(eid[:]).Text([]byte(identity)).Raw(key[:]))
}

// IdentityHash returns the commitment to a voter's identity, hidden by the salt:
//
//	TH("identity", eid 32 ‖ salt 32 ‖ text identity)
func IdentityHash(eid, salt [32]byte, identity string) Hash {
	return curve.TaggedHash("identity", curve.Encoder(nil).Raw(eid[:]).Raw(salt[:]).Text([]byte(identity)))
}

// VoucherMessage returns what the holding mixer signs blindly:
//
//	TH("mix", eid 32 ‖ roll key 33 ‖ key of the paying mixer 33 ‖ nonce 32)
func VoucherMessage(eid [32]byte, rollKey, mixer curve.PublicKey, nonce Hash) [32]byte {
	return curve.TaggedHash("mix", eid[:], rollKey[:], mixer[:], nonce[:])
}

// OfferHash returns what a challenge names: TH("offer", eid 32 ‖ offer).
func OfferHash(eid [32]byte, offer []byte) Hash { return curve.TaggedHash("offer", eid[:], offer) }

const scriptHashSize = 20 // HASH160

func (b Manager) check() error { return wantSome("modulus", b.Modulus) }

func (b Mixer) check() error {
	if !isName(b.Name) {
		return fmt.Errorf("mixer %.40q is not a name", b.Name)
	}
	return wantSome("key", b.Key)
}

func (b Registry) check() error {
	if len(b.Deadlines) != 5 {
		return fmt.Errorf("%d deadlines, want 5", len(b.Deadlines))
	}
	if n := max(len(b.Mixers), len(b.Voters)); n > math.MaxUint16 {
		return fmt.Errorf("a list of %d, at most %d", n, math.MaxUint16)
	}
	return nil
}

func (b Request) check() error {
	if len(b.Deadlines) != 2 {
		return fmt.Errorf("%d deadlines, want 2", len(b.Deadlines))
	}
	return wantPurpose(b.For)
}

func (b Accept) check() error {
	size := 0
	if b.For == ForHolding {
		size = scriptHashSize
	}
	return errors.Join(wantPurpose(b.For), wantSize("escrow", b.Escrow, size))
}

func (b Deposit) check() error { return wantSize("outpoint", b.Outpoint, outpointSize) }
func (Offer) check() error     { return nil }
func (Challenge) check() error { return nil }
func (Issue) check() error     { return nil }
func (b Payout) check() error  { return wantSize("outpoint", b.Outpoint, outpointSize) }
func (b Sweep) check() error   { return wantSome("tx", b.Tx) }

func (b Voucher) check() error {
	if len(b.Issuer) == 0 {
		return nil
	}
	return wantSize("issuer", b.Issuer, curve.PointSize)
}

func (b Settlement) check() error {
	if b.Residual < 0 {
		return fmt.Errorf("residual %d is negative", b.Residual)
	}
	for _, r := range b.Repaid {
		if err := wantSize("outpoint", r.Outpoint, outpointSize); err != nil {
			return err
		}
	}
	return nil
}

// wantPurpose checks that s is [ForHolding] or [ForPaying].
func wantPurpose(s string) error {
	if s != ForHolding && s != ForPaying {
		return fmt.Errorf("for %.20q, want %q or %q", s, ForHolding, ForPaying)
	}
	return nil
}

// wantSome checks that a byte string is not empty.
func wantSome(name string, b []byte) error {
	if len(b) == 0 {
		return fmt.Errorf("empty %s", name)
	}
	return nil
}
