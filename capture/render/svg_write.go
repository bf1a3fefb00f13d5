package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"unicode/utf8"
)

// f writes markup.
func (d *drawing) f(format string, args ...any) { fmt.Fprintf(&d.buf, format, args...) }

// text writes one line of text.
func (d *drawing) text(x, y, size float64, anchor, attributes, s string) {
	if s == "" {
		return
	}
	d.f(`<text x="%.1f" y="%.1f" font-size="%g" text-anchor="%s" %s>%s</text>`+"\n", x, y, size, anchor, attributes, esc(s))
}

func fill(color string) string { return `fill="` + color + `"` }

// esc escapes for XML, whatever comes.
func esc(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}

// letters are those of a line of text: their size, in the picture's units, and how
// they look.
type letters struct {
	size float64
	face face
}

type face uint8

const (
	sans face = iota
	bold
	mono
)

// advances are how wide characters are in hundredths of the letters' size: those
// of DejaVu Sans, the widest of the fonts that a picture may be shown in. What is
// not among them takes usualAdvance, and a character of two cells a whole one.
var advances = advanceTable(map[int]string{
	34:  " ',.·/:;\\|ijlIJ",
	42:  "-f()[]t!r",
	55:  "\"*_`–sz?c“”",
	62:  "LFPTYkvxyaoeé",
	70:  "KAVBRXZC",
	80:  "UHNDGOQ&◆▲",
	87:  "w#+<=>^~→←↔×✗M●",
	100: "mW%@…—▤▣",
})

const (
	usualAdvance = 64
	wideAdvance  = 100
	monoAdvance  = 61   // of a cell in a font of fixed width
	heavier      = 1.15 // how much wider bold letters are
)

func advanceTable(by map[int]string) map[rune]int {
	table := map[rune]int{}
	for advance, all := range by {
		for _, r := range all {
			table[r] = advance
		}
	}
	return table
}

// width estimates how wide text is: fonts differ, so it errs on the wide side.
func (l letters) width(s string) float64 {
	if l.face == mono {
		return l.size * monoAdvance / 100 * float64(cells(s))
	}
	n := 0
	for _, r := range s {
		advance, ok := advances[r]
		switch {
		case ok:
		case r >= 0x1100 && cells(string(r)) == 2:
			advance = wideAdvance
		default:
			advance = usualAdvance
		}
		n += advance
	}
	w := l.size * float64(n) / 100
	if l.face == bold {
		w *= heavier
	}
	return w
}

// clip cuts text to a width.
func (l letters) clip(s string, room float64) string {
	if l.width(s) <= room {
		return s
	}
	for s != "" && l.width(s+"…") > room {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s + "…"
}

// wrap breaks text into lines of at most room.
func (l letters) wrap(s string, room float64) []string { return wrapWith(s, room, l.width) }

// pick returns the fullest form of a label that fits.
func (l letters) pick(forms []string, room float64) string {
	for _, f := range forms {
		if l.width(f) <= room {
			return f
		}
	}
	return forms[len(forms)-1]
}
