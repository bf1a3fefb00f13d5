package render

import "strings"

// table is rows of text in columns.
type table struct {
	rows   [][]string
	right  map[int]bool // columns to align at the right
	heads  int          // how many rows are its head
	indent int
	// titled: the first column holds titles, which are wrapped, not cut.
	titled bool
	// under are lines that stand below rows, by row.
	under map[int]string
}

const (
	columnGap   = 2
	underIndent = 8
	leastTitle  = 28 // a narrower column of titles gives them lines of their own
)

// write sets the table in the width of the screen: when it is too wide, the
// widest column gives way; what does not fit is cut, and titles are wrapped, or stand
// above their rows.
func (tb *table) write(t *text) {
	if len(tb.rows) == 0 {
		return
	}
	widths := tb.widths(t)
	apart := tb.titled && widths[0] < leastTitle && tb.naturalWidths(t)[0] > widths[0]
	for i, row := range tb.rows {
		c := newCanvas(t.o.width())
		st := plain
		if i < tb.heads {
			st = faint
		}
		col := tb.indent
		var rest []string
		for j, s := range row {
			if j == 0 && apart && i >= tb.heads {
				t.painted(plain, s)
				s = ""
			} else if j == 0 && tb.titled && i >= tb.heads {
				s, rest = titleLines(t.text(s), widths[0])
			}
			s = t.fit(s, widths[j])
			at := col
			if tb.right[j] {
				at = col + widths[j] - cells(s)
			}
			c.put(at, s, st)
			col += widths[j] + columnGap
		}
		t.emit(c)
		for _, line := range rest {
			c := newCanvas(t.o.width())
			c.put(tb.indent, line, st)
			t.emit(c)
		}
		if line := tb.under[i]; line != "" {
			t.indented(underIndent, faint, line)
		}
	}
}

// drop leaves out a column.
func (tb *table) drop(col int) {
	for i, row := range tb.rows {
		tb.rows[i] = append(row[:col:col], row[col+1:]...)
	}
	right := map[int]bool{}
	for j := range tb.right {
		if j > col {
			j--
		}
		right[j] = true
	}
	tb.right = right
}

// titleLines wraps a title; lines after the first stand further in.
func titleLines(s string, width int) (first string, rest []string) {
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	lines := wrap(s, max(width-cells(indent)-2, 1))
	if len(lines) == 0 {
		return s, nil
	}
	for _, l := range lines[1:] {
		rest = append(rest, indent+"  "+l)
	}
	return indent + lines[0], rest
}

// naturalWidths are what the columns would take.
func (tb *table) naturalWidths(t *text) []int {
	widths := make([]int, len(tb.rows[0]))
	for _, row := range tb.rows {
		for j, s := range row {
			widths[j] = max(widths[j], cells(t.text(s)))
		}
	}
	return widths
}

func (tb *table) widths(t *text) []int {
	widths := tb.naturalWidths(t)
	room := t.o.width() - tb.indent - columnGap*(len(widths)-1)
	for {
		total, widest := 0, 0
		for j, w := range widths {
			total += w
			if w > widths[widest] {
				widest = j
			}
		}
		if total <= room || widths[widest] <= 1 {
			return widths
		}
		widths[widest] -= min(total-room, max(widths[widest]-second(widths, widest), 1))
	}
}

// second returns the largest width but that of column i.
func second(widths []int, i int) int {
	n := 0
	for j, w := range widths {
		if j != i {
			n = max(n, w)
		}
	}
	return n
}
