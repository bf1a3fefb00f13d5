package render

import (
	"slices"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// cell is one cell of a line. A wide character takes two: the second is empty.
type cell struct {
	text  string
	style style
	tail  bool // covered by the wide character to the left
}

// canvas is one line of text that is drawn on at any column. What does not fit
// is cut at its edges, so that no line can be wider than it.
type canvas struct{ cells []cell }

func newCanvas(width int) *canvas {
	c := &canvas{cells: make([]cell, width)}
	c.blank()
	return c
}

// blank makes the line empty.
func (c *canvas) blank() {
	for i := range c.cells {
		c.cells[i] = cell{text: " "}
	}
}

// put writes s from column col on.
func (c *canvas) put(col int, s string, st style) {
	for s != "" {
		cluster, width := first(s)
		s = s[len(cluster):]
		if width > 0 {
			c.set(col, cluster, width, st)
		}
		col += width
	}
}

// set writes one character.
func (c *canvas) set(col int, cluster string, width int, st style) {
	if col < 0 || col+width > len(c.cells) {
		return
	}
	if width > 1 || c.cells[col].tail || col+1 < len(c.cells) && c.cells[col+1].tail {
		c.clear(col)
		c.clear(col + width - 1)
	}
	c.cells[col] = cell{text: cluster, style: st}
	for i := 1; i < width; i++ {
		c.cells[col+i] = cell{tail: true, style: st}
	}
}

// first takes the first character off s, and tells how wide it is.
func first(s string) (cluster string, width int) {
	if n := oneCell(s); n > 0 && (len(s) == n || oneCell(s[n:]) > 0) {
		return s[:n], 1
	}
	return ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
}

// oneCell is how many bytes a character takes that s begins with, if it is one of
// those of which ladders are made: it takes one cell, and none of them joins another.
// For any other it is 0.
func oneCell(s string) int {
	if ascii(s[0]) {
		return 1
	}
	switch r, n := utf8.DecodeRuneInString(s); {
	case r >= '─' && r <= '╿': // box drawings
		return n
	case r == '◄', r == '►', r == '◆', r == '●', r == '▣', r == '▤', r == '⋮', r == '✗', r == '…', r == '·', r == '–', r == '×', r == 'µ', r == '±':
		return n
	}
	return 0
}

// ascii reports whether b is a visible ASCII character.
func ascii(b byte) bool { return b >= ' ' && b <= '~' }

// clear blanks the whole of the character that covers a column.
func (c *canvas) clear(col int) {
	if c.cells[col].tail {
		c.cells[col-1] = cell{text: " "}
	}
	if col+1 < len(c.cells) && c.cells[col+1].tail {
		c.cells[col+1] = cell{text: " "}
	}
	c.cells[col] = cell{text: " "}
}

// fill repeats a character of one cell over the columns from..to, without to.
func (c *canvas) fill(from, to int, s string, st style) {
	for col := max(from, 0); col < min(to, len(c.cells)); col++ {
		c.set(col, s, 1, st)
	}
}

// right writes s so that it ends before column end.
func (c *canvas) right(end int, s string, st style) { c.put(end-cells(s), s, st) }

// same reports whether n cells from a column on are those of another line of the
// same width.
func (c *canvas) same(o *canvas, from, n int) bool {
	from, to := max(from, 0), min(from+n, len(c.cells))
	return from >= to || slices.Equal(c.cells[from:to], o.cells[from:to])
}

// line returns the line without the blanks at its end, coloured by p.
func (c *canvas) line(p palette) string { return string(c.appendTo(nil, p)) }

// appendTo appends it to b.
func (c *canvas) appendTo(b []byte, p palette) []byte {
	end := len(c.cells)
	for end > 0 && c.cells[end-1].text == " " {
		end--
	}
	st := plain
	for _, cl := range c.cells[:end] {
		if cl.tail {
			continue
		}
		// A blank takes the colour of what stands before it.
		if cl.style != st && cl.text != " " {
			b = append(append(b, p.marks[st].after...), p.marks[cl.style].before...)
			st = cl.style
		}
		b = append(b, cl.text...)
	}
	return append(b, p.marks[st].after...)
}
