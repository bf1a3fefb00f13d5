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

// widthOf estimates how wide text is: fonts differ, so it errs on the wide side.
func widthOf(s string, size float64) float64 {
	n := 0.0
	for _, r := range s {
		switch {
		case r >= 0x1100 && cells(string(r)) == 2:
			n++
		case r >= 'A' && r <= 'Z' || r == 'm' || r == 'w' || r == 'M' || r == 'W':
			n += 0.66
		default:
			n += 0.53
		}
	}
	return n * size
}

// clip cuts text to a width.
func clip(s string, size, room float64) string {
	if widthOf(s, size) <= room {
		return s
	}
	for s != "" && widthOf(s+"…", size) > room {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s + "…"
}

// wrapTo breaks text into lines of at most room.
func wrapTo(s string, size, room float64) []string {
	return wrapWith(s, room, func(t string) float64 { return widthOf(t, size) })
}
