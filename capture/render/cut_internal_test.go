package render

import (
	"testing"
	"unicode/utf8"
)

// What has no more octets than there are cells fits: no character is wider than it
// is long, with a variation selector neither.
func TestNoCharacterHasMoreCellsThanOctets(t *testing.T) {
	t.Parallel()
	for r := rune(1); r <= utf8.MaxRune; r++ {
		for _, s := range []string{string(r), string(r) + "\ufe0f"} {
			if cells(s) > len(s) {
				t.Errorf("%q has %d cells in %d octets", s, cells(s), len(s))
			}
		}
	}
}
