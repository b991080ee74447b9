package boardserver

// Statuses returns the HTTP status of each code of a refusal.
func Statuses() map[string]int {
	out := make(map[string]int)
	for code, r := range remedies {
		out[code] = r.status
	}
	return out
}

// ScanTip reads a line of the tips' file, and writes it again.
func ScanTip(text []byte) (again []byte, size int, err error) {
	var t tipSince
	size, err = scanTip(text, &t)
	if err != nil {
		return nil, 0, err
	}
	return encodeTip(t), size, nil
}
