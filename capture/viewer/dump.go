package viewer

import (
	"fmt"
	"strings"

	"statelab/capture/decode"
	"statelab/capture/render"
)

// dump draws a frame's bytes, those of a field lit.
type dump struct {
	data     []byte
	from, to int // bytes of the field; none where they are alike
	perLine  int
	text     bool // characters instead of hexadecimal
}

// bytesOf are the bytes in which a field lies, as far as they were captured.
func bytesOf(f *decode.Field, captured int) (from, to int) {
	from = f.BitOffset / 8
	to = (f.BitOffset + f.BitLength - f.Missing + 7) / 8
	return min(from, captured), max(from, min(to, captured))
}

// lines are how many there are.
func (d *dump) lines() int { return (len(d.data) + d.perLine - 1) / d.perLine }

// perLine is how many bytes there is room for on a line of w cells.
func perLine(w int, text bool) int {
	if text {
		return max(8, min(64, (w-7)/8*8))
	}
	switch {
	case w >= 73:
		return 16
	case w >= 41:
		return 8
	}
	return 4
}

// line draws one. Where there are no colours, brackets stand around what is lit.
func (d *dump) line(l look, n int) string {
	at := n * d.perLine
	row := d.data[at:min(at+d.perLine, len(d.data))]
	lit := func(i int) bool { return i >= d.from && i < d.to }
	var hex, chars strings.Builder
	for i, b := range row {
		before := " "
		switch {
		case l.color:
		case lit(at+i) && (i == 0 || !lit(at+i-1)):
			before = "["
		case !lit(at+i) && i > 0 && lit(at+i-1):
			before = "]"
		}
		if i == 8 {
			hex.WriteByte(' ')
		}
		if lit(at+i) && l.color {
			gap := before
			if i > 0 && i != 8 && lit(at+i-1) {
				gap = l.paint(render.Chosen, gap)
			}
			hex.WriteString(gap + l.paint(render.Chosen, fmt.Sprintf("%02x", b)))
			chars.WriteString(l.paint(render.Chosen, character(b)))
			continue
		}
		hex.WriteString(before + fmt.Sprintf("%02x", b))
		chars.WriteString(character(b))
	}
	end := " "
	if len(row) > 0 && lit(at+len(row)-1) && !l.color {
		end = "]"
	}
	offset := l.paint(render.Faint, fmt.Sprintf("%04x", at))
	if d.text {
		return offset + "  " + chars.String()
	}
	missing := d.perLine - len(row)
	pad := 3 * missing
	if d.perLine > 8 && len(row) <= 8 {
		pad++
	}
	return offset + " " + hex.String() + end + blank(pad) + " " + chars.String()
}

// character is a byte in ASCII, a point for what has none.
func character(b byte) string {
	if b < ' ' || b > '~' {
		return "."
	}
	return string(rune(b))
}

// bits spells out the bits of a field of less than two bytes, with those around
// it that share its bytes: "0101 ....".
func bits(data []byte, f *decode.Field) string {
	from, to := bytesOf(f, len(data))
	if f.Missing > 0 || to-from > 2 || f.BitLength%8 == 0 && f.BitOffset%8 == 0 {
		return ""
	}
	var b strings.Builder
	for bit := from * 8; bit < to*8; bit++ {
		if bit%4 == 0 && bit > from*8 {
			b.WriteByte(' ')
		}
		switch {
		case bit < f.BitOffset || bit >= f.BitOffset+f.BitLength:
			b.WriteByte('.')
		case data[bit/8]>>(7-bit%8)&1 == 1:
			b.WriteByte('1')
		default:
			b.WriteByte('0')
		}
	}
	return b.String()
}
