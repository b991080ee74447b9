package home

import (
	"errors"
	"fmt"
	"strings"

	"bevote/internal/roles"

	"github.com/btcsuite/btcd/address/v2/bech32"
)

// backupPrefix begins a backup. What follows is bech32m (BIP 350) of 33 bytes:
//
//	role 1 ‖ seed 32
const backupPrefix = "bvseed"

// Backup returns the secret as text to write down, 67 letters and digits. It restores the
// role ([ParseBackup]).
func (k Key) Backup() string {
	groups, err := bech32.ConvertBits(append([]byte{byte(k.Role.number())}, k.Seed[:]...), 8, 5, true)
	if err == nil {
		var text string
		if text, err = bech32.EncodeM(backupPrefix, groups); err == nil {
			return text
		}
	}
	panic("home: " + err.Error()) // 33 bytes have an encoding
}

// ParseBackup reads a backup, also with capitals and with spaces between groups. It finds up
// to three mistyped letters, and never says what they should be.
func ParseBackup(text string) (Key, error) {
	text = strings.Join(strings.Fields(text), "")
	prefix, groups, version, err := bech32.DecodeGeneric(text)
	if err != nil || version != bech32.VersionM || prefix != backupPrefix {
		return Key{}, errors.New("not a backup: it begins with " + backupPrefix + "1, and a letter may be mistyped")
	}
	data, err := bech32.ConvertBits(groups, 5, 8, false)
	if err != nil || len(data) != 1+len(roles.Seed{}) {
		return Key{}, fmt.Errorf("not a backup: %d bytes", len(data))
	}
	if int(data[0]) >= len(purposes) {
		return Key{}, errors.New("a backup of a role that this version does not know")
	}
	return Key{purposes[data[0]].role, roles.Seed(data[1:])}, nil
}
