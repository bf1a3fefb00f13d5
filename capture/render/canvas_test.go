package render

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// TestOneCell: what is taken for a character of one cell is one for the library that
// knows all of Unicode, alone and beside any other of them.
func TestOneCell(t *testing.T) {
	t.Parallel()
	var all []string
	for r := ' '; r < 0x3000; r++ {
		if s := string(r); r != utf8.RuneError && oneCell(s) > 0 {
			if oneCell(s) != len(s) {
				t.Errorf("%q takes %d bytes, not %d", s, len(s), oneCell(s))
			}
			all = append(all, s)
		}
	}
	if len(all) < 95+128 {
		t.Fatalf("only %d characters: ASCII and box drawings are more", len(all))
	}
	for _, a := range all {
		for _, b := range all {
			if cluster, width := ansi.FirstGraphemeCluster(a+b, ansi.GraphemeWidth); cluster != a || width != 1 {
				t.Fatalf("%q: the first character is %q, %d cells wide", a+b, cluster, width)
			}
		}
	}
}

// TestCells: a width does not depend on the way in which it is found.
func TestCells(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "SYN seq=0", "─ ACK ─►", "연결 1", "─연결►", "e\u0301", "a\u200dé", "┃\ufe0f", "👩‍💻 x", "┊\u0301", "\xff┃", "ESTABLISHED?┃"} {
		if got, want := cells(s), ansi.StringWidth(s); got != want {
			t.Errorf("%q is %d cells wide, not %d", s, got, want)
		}
		c := newCanvas(40)
		c.put(1, s, plain)
		if got, want := c.line(palette{}), strings.TrimRight(" "+s, " "); utf8.ValidString(s) && got != want {
			t.Errorf("%q is drawn as %q", s, got)
		}
	}
}

// TestOverdrawn: what covers half of a wide character takes all of it away, and a
// line that is used again holds nothing of what it held.
func TestOverdrawn(t *testing.T) {
	t.Parallel()
	for col, want := range map[int]string{0: "x 결", 1: " x결", 2: "연x", 3: "연 x"} {
		c := newCanvas(8)
		c.put(0, "연결", strong)
		c.put(col, "x", plain)
		if got := c.line(palette{}); got != want {
			t.Errorf("an x in column %d: %q, not %q", col, got, want)
		}
		if c.blank(); c.line(newPalette(true)) != "" {
			t.Errorf("%q is left", c.line(palette{}))
		}
	}
}
