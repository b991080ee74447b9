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
	TypeManager   Type = "manager"
	TypeMixer     Type = "mixer" // M2 and M4
	TypeRegistry  Type = "registry"
	TypeDeposit   Type = "deposit"   // M5
	TypeReady     Type = "ready"     // asks for an offer, with group-blind
	TypeOffer     Type = "offer"     // first move of issuing
	TypeChallenge Type = "challenge" // second move
	TypeIssue     Type = "issue"     // third move, M6
	TypeVoucher   Type = "voucher"   // M7
	TypeOpened    Type = "opened"
)

// Bounds of the exchange.
const (
	MaxMemberKeys = 16 // of a mixer
	MaxTurns      = 4  // offers that a depositor can ask for
)

// Manager publishes the manager's modulus with its proofs; its layout is
// internal/mixing's.
type Manager struct {
	Modulus Bytes `json:"modulus"`
}

// Mixer announces a mixer, which thereby accepts to hold deposits and to pay coins.
type Mixer struct {
	Name  string      `json:"name"`
	Keys  List[Bytes] `json:"keys"`  // its RSA key, or up to MaxMemberKeys member keys, with proofs
	Coins int         `json:"coins"` // how many it can pay
	From  Hex         `json:"from"`  // outpoint, 36 bytes: where its payments begin
}

// Registry is the supervisor's list of voters and mixers.
type Registry struct {
	Root   Hash                  `json:"root"` // RegistryRoot of the voters
	Mixers List[curve.PublicKey] `json:"mixers"`
	Voters List[Registered]      `json:"voters"`
}

// Registered is a voter's registration key and the commitment to its identity.
type Registered struct {
	Key      curve.PublicKey `json:"key"`
	Identity Hash            `json:"identity"` // IdentityHash
}

// Deposit names the output that is the author's deposit (M5).
type Deposit struct {
	Mixer    curve.PublicKey `json:"mixer"`
	Outpoint Hex             `json:"outpoint"` // 36 bytes, wire form
	Message  Bytes           `json:"message"`  // the blinded message with blind RSA; else empty
}

// Ready asks the holding mixer for an offer.
type Ready struct {
	Turn int `json:"turn"` // from 1
}

// Offer opens a session with a depositor. It names the registration key and not the
// outpoint, of which a depositor may have named several.
type Offer struct {
	To    curve.PublicKey `json:"to"`
	Key   int             `json:"key"` // number of the member key, from 1
	Offer Bytes           `json:"offer"`
}

// Challenge is the depositor's answer to one offer.
type Challenge struct {
	Offer     Hash  `json:"offer"` // OfferHash
	Challenge Bytes `json:"challenge"`
}

// Issue is the mixer's answer to a deposit or to a challenge (M6), with the
// signature by which the supervisor can sweep the deposit.
type Issue struct {
	To     curve.PublicKey `json:"to"`
	Answer Bytes           `json:"answer"`
	Sweep  Hex             `json:"sweep"` // DER ‖ hash type
}

// Voucher shows the unblinded signature to the paying mixer (M7), by the roll key.
type Voucher struct {
	Mixer     curve.PublicKey `json:"mixer"`
	Issuer    Hex             `json:"issuer"`    // key of the mixer that signed, with blind RSA; else empty
	Signature Bytes           `json:"signature"` // over VoucherMessage
}

// OpenedVouchers is the manager's proof of who issued the vouchers that are too many.
type OpenedVouchers struct {
	Vouchers List[OpenedVoucher] `json:"vouchers"`
}

// OpenedVoucher says which member key signed a voucher.
type OpenedVoucher struct {
	Voucher int             `json:"voucher"` // number of its line
	Mixer   curve.PublicKey `json:"mixer"`
	Key     int             `json:"key"` // number of the member key, from 1
	Proof   Bytes           `json:"proof"`
}

// Type is TypeManager.
func (Manager) Type() Type { return TypeManager }

// Type is TypeMixer.
func (Mixer) Type() Type { return TypeMixer }

// Type is TypeRegistry.
func (Registry) Type() Type { return TypeRegistry }

// Type is TypeDeposit.
func (Deposit) Type() Type { return TypeDeposit }

// Type is TypeReady.
func (Ready) Type() Type { return TypeReady }

// Type is TypeOffer.
func (Offer) Type() Type { return TypeOffer }

// Type is TypeChallenge.
func (Challenge) Type() Type { return TypeChallenge }

// Type is TypeIssue.
func (Issue) Type() Type { return TypeIssue }

// Type is TypeVoucher.
func (Voucher) Type() Type { return TypeVoucher }

// Type is TypeOpened.
func (OpenedVouchers) Type() Type { return TypeOpened }

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
//	TH("mix", eid 32 ‖ roll key 33 ‖ key of the paying mixer 33)
func VoucherMessage(eid [32]byte, rollKey, mixer curve.PublicKey) [32]byte {
	return curve.TaggedHash("mix", eid[:], rollKey[:], mixer[:])
}

// OfferHash returns what a challenge names: TH("offer", eid 32 ‖ offer).
func OfferHash(eid [32]byte, offer []byte) Hash { return curve.TaggedHash("offer", eid[:], offer) }

func (b Manager) check() error { return wantSome("modulus", b.Modulus) }

func (b Mixer) check() error {
	switch {
	case !isName(b.Name):
		return fmt.Errorf("mixer %.40q is not a name", b.Name)
	case len(b.Keys) == 0 || len(b.Keys) > MaxMemberKeys:
		return fmt.Errorf("%d keys, want 1 to %d", len(b.Keys), MaxMemberKeys)
	case b.Coins < 1 || b.Coins > maxVoters:
		return fmt.Errorf("coins %d is out of range", b.Coins)
	}
	for _, k := range b.Keys {
		if err := wantSome("key", k); err != nil {
			return err
		}
	}
	return wantSize("from", b.From, outpointSize)
}

// maxVoters bounds lists of voters and of vouchers.
const maxVoters = 200_000

func (b Registry) check() error {
	if n := max(len(b.Mixers), len(b.Voters)); n > maxVoters {
		return fmt.Errorf("a list of %d, at most %d", n, maxVoters)
	}
	return nil
}

func (b Deposit) check() error { return wantSize("outpoint", b.Outpoint, outpointSize) }

func (b Ready) check() error {
	if b.Turn < 1 || b.Turn > MaxTurns {
		return fmt.Errorf("turn %d is out of range", b.Turn)
	}
	return nil
}

func (b Offer) check() error {
	return errors.Join(wantMemberKey(b.Key), wantSome("offer", b.Offer))
}

func (Challenge) check() error { return nil }

// maxECDSA is the longest signature of an input: DER ‖ hash type.
const maxECDSA = 73

func (b Issue) check() error {
	if len(b.Sweep) > maxECDSA {
		return fmt.Errorf("sweep of %d bytes, at most %d", len(b.Sweep), maxECDSA)
	}
	return nil
}

func (b Voucher) check() error {
	if len(b.Issuer) == 0 {
		return nil
	}
	return wantSize("issuer", b.Issuer, curve.PointSize)
}

func (b OpenedVouchers) check() error {
	for _, o := range b.Vouchers {
		if o.Voucher < 1 || o.Voucher > math.MaxInt32 {
			return fmt.Errorf("voucher %d is out of range", o.Voucher)
		}
		if err := errors.Join(wantMemberKey(o.Key), wantSome("proof", o.Proof)); err != nil {
			return err
		}
	}
	return nil
}

// wantMemberKey checks the number of a mixer's key.
func wantMemberKey(n int) error {
	if n < 1 || n > MaxMemberKeys {
		return fmt.Errorf("key %d is out of range", n)
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
