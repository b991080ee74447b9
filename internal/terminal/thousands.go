package terminal

import "strconv"

// Thousands writes n in decimal with a separator between groups of three
// digits: 1,234,567 for ",".
func Thousands(n int64, separator string) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + separator + s[i:]
	}
	return s
}
