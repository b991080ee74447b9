package ballot

// Salted reports whether the ballot carries a salt.
func (s Sealed) Salted() bool { return len(s.Cipher) > plainSize }
