package workbench

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/wire/v2"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
)

// certificateVersion is the format that this program writes and reads.
const certificateVersion = 1

// MaxCertificate is the size in bytes over which a certificate is not read.
const MaxCertificate = 16 << 20

// Certificate shows on the script engine that a contract spends as its policy
// says and not otherwise: for each path one spend that is accepted, and for
// each of its conditions one that breaks just that and is refused. The policy's
// keys are replaced by stand-ins of the seed.
type Certificate struct {
	Certificate int                 `json:"certificate"` // format version, 1
	Policy      string              `json:"policy"`      // policy id of the source
	Source      string              `json:"source"`      // the policy file
	Seed        uint64              `json:"seed"`
	Contract    *templates.Contract `json:"contract"`          // of the policy as it is
	Redeem      string              `json:"redeem"`            // the script with its holes filled, hex
	Funding     string              `json:"funding"`           // the transaction whose output 0 is the stake, hex
	Escrow      string              `json:"escrow,omitempty"`  // with mixing: the same of a deposit
	Deposit     string              `json:"deposit,omitempty"` // and the transaction whose output 0 it is
	Spends      []certifiedSpend    `json:"spends"`            // of the stake, then of the deposit
}

// certifiedSpend is a spend of the stake or the deposit by a path without one
// condition. If the other conditions satisfy another path, Covered names that
// path and there is no transaction, since no refusal can be shown.
type certifiedSpend struct {
	Path    string   `json:"path"`
	Signers []string `json:"signers"`
	removal
	Covered   string `json:"covered"` // the other path, or ""
	Tx        string `json:"tx"`      // hex
	Consensus bool   `json:"consensus"`
	Relay     bool   `json:"relay"`
}

// Certify certifies a policy file. The certificate is nil if the file has
// errors; the diagnostics are those of [Build]. The error is a bug of this
// program: the engine does not do what the lift says.
func Certify(src []byte) (*Certificate, []lang.Diagnostic, error) {
	built, diags, err := Build(src)
	if built == nil {
		return nil, diags, err
	}
	stake, err := contractOutput(src, trySeed, built.Contract)
	if err != nil {
		return nil, diags, err
	}
	c := &Certificate{
		Certificate: certificateVersion, Policy: built.Policy.ID(), Source: string(src), Seed: trySeed,
		Contract: built.Contract, Redeem: hex.EncodeToString(stake.redeem), Funding: encodeTx(stake.funding),
	}
	deposit, err := stake.deposit()
	if err != nil {
		return nil, diags, err
	}
	if c.Spends, err = stake.certifyAll(); err != nil {
		return nil, diags, err
	}
	if deposit != nil {
		c.Escrow, c.Deposit = hex.EncodeToString(deposit.redeem), encodeTx(deposit.funding)
		spends, err := deposit.certifyAll()
		if err != nil {
			return nil, diags, err
		}
		c.Spends = append(c.Spends, spends...)
	}
	return c, diags, nil
}

// certifyAll makes the spends by every path, in full and without each condition.
func (o *lockedOutput) certifyAll() ([]certifiedSpend, error) {
	var spends []certifiedSpend
	for _, q := range o.built.Contract.Paths {
		for _, r := range append([]removal{{}}, removals(q)...) {
			spend, err := o.certify(q, r)
			if err != nil {
				return nil, fmt.Errorf("path %s: %w", q.Name, err)
			}
			spends = append(spends, spend)
		}
	}
	return spends, nil
}

// certify makes one spend of a certificate.
func (o *lockedOutput) certify(q templates.Path, r removal) (certifiedSpend, error) {
	c := certifiedSpend{Path: q.Name, Signers: q.Signers, removal: r}
	full := r == removal{}
	lock, sequence := r.times(q)
	tx, err := o.spend(r.witness(q), lock, sequence, q.Signers[0])
	if err != nil {
		return c, err
	}
	v := o.judge(tx)
	switch {
	case full && !v.accepted():
		return c, fmt.Errorf("refused: %w", errors.Join(v.consensus, v.relay))
	case !full && (v.consensus == nil || v.relay == nil):
		if c.Covered = r.covered(o.built.Contract.Paths, q); c.Covered == "" {
			return c, fmt.Errorf("accepted without %s (%s)", r.Without, r.Instead)
		}
		return c, nil
	}
	c.Tx, c.Consensus, c.Relay = encodeTx(tx), v.consensus == nil, v.relay == nil
	return c, nil
}

// contractOutput locks a stake under the stand-ins of a policy file by a
// contract of that file: the script is the contract's, with the stand-ins' keys
// in place of the policy's. Nothing is compiled.
func contractOutput(src []byte, seed uint64, c *templates.Contract) (*lockedOutput, error) {
	replaced, keys, err := StandIns(src, seed)
	if err != nil {
		return nil, err
	}
	p, diags := lang.Load(replaced)
	if p == nil {
		return nil, fmt.Errorf("policy with stand-ins: %w", firstError(diags))
	}
	own := *c
	own.Policy = p.ID()
	if own.Script, err = replaceScriptKeys(src, keys, c.Script); err != nil {
		return nil, err
	}
	if own.Escrow, err = replaceScriptKeys(src, keys, c.Escrow); err != nil {
		return nil, err
	}
	t, err := liftBack(p, &own)
	if err != nil {
		return nil, err
	}
	return lockOutput(&Built{p, &own, t}, keys, func(role string) curve.Scalar { return standIn(seed, role) })
}

// replaceScriptKeys replaces the policy's keys in a template's text.
func replaceScriptKeys(src []byte, keys map[string]curve.Scalar, script string) (string, error) {
	literals, err := lang.Literals(src)
	if err != nil {
		return "", err
	}
	var pairs []string
	for _, l := range literals {
		if l.Kind == "pub" {
			old := strings.TrimPrefix(string(src[l.Start:l.End]), "pub:")
			pairs = append(pairs, "0x"+old, "0x"+curve.BaseMul(keys[l.Role]).Key().String())
		}
	}
	return strings.NewReplacer(pairs...).Replace(script), nil
}

// Encode writes c as canonical JSON: keys in the order of the types, no white
// space, no escapes beyond need, one LF at the end.
func (c *Certificate) Encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		panic("workbench: encoding a certificate: " + err.Error()) // strings and numbers always encode
	}
	return b.Bytes()
}

// DecodeCertificate reads a canonical certificate: exactly the bytes that
// Encode writes.
func DecodeCertificate(b []byte) (*Certificate, error) {
	if len(b) > MaxCertificate {
		return nil, fmt.Errorf("certificate of %d bytes, at most %d", len(b), MaxCertificate)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var c Certificate
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if c.Certificate != certificateVersion {
		return nil, fmt.Errorf("certificate: unknown format version %d, want %d", c.Certificate, certificateVersion)
	}
	if c.Contract == nil {
		return nil, errors.New("certificate: no contract")
	}
	if _, err := templates.DecodeContract(c.Contract.Encode()); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if !bytes.Equal(c.Encode(), b) {
		return nil, errors.New("certificate: not in canonical form")
	}
	return &c, nil
}

func encodeTx(tx *wire.MsgTx) string {
	var b bytes.Buffer
	if err := tx.Serialize(&b); err != nil {
		panic("workbench: encoding a transaction: " + err.Error()) // a buffer has no errors
	}
	return hex.EncodeToString(b.Bytes())
}

func decodeTx(text string) (*wire.MsgTx, error) {
	raw, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("transaction: %w", err)
	}
	tx := wire.NewMsgTx(0)
	if err := tx.Deserialize(bytes.NewReader(raw)); err != nil {
		return nil, fmt.Errorf("transaction: %w", err)
	}
	if encodeTx(tx) != text {
		return nil, errors.New("transaction: not in canonical form")
	}
	return tx, nil
}
