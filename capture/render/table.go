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
	// wraps are the columns whose cells are wrapped, not cut; only a word that is
	// wider than its column is cut.
	wraps map[int]bool
	// whole are the rows in which no word of a wrapped column may be cut.
	whole map[int]bool
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
		lines := []*canvas{c}
		col := tb.indent
		for j, s := range row {
			parts := []string{s}
			switch {
			case j == 0 && apart && i >= tb.heads:
				t.painted(plain, s)
				parts = nil
			case j == 0 && tb.titled && i >= tb.heads:
				parts = titleLines(t.text(s), widths[0])
			case tb.wraps[j]:
				parts = t.cellLines(s, widths[j])
			}
			for k, part := range parts {
				if k == len(lines) {
					lines = append(lines, newCanvas(t.o.width()))
				}
				part = t.fit(part, widths[j])
				at := col
				if tb.right[j] {
					at = col + widths[j] - cells(part)
				}
				lines[k].put(at, part, st)
			}
			col += widths[j] + columnGap
		}
		for _, c := range lines {
			t.emit(c)
		}
		if line := tb.under[i]; line != "" {
			t.indented(underIndent, faint, line)
		}
	}
}

// leastWord is how much of a word must be seen, in cells.
const leastWord = 20

// leastWidths are what the columns take if their cells are wrapped between words.
// A column that is not wrapped can give way to one cell.
func (tb *table) leastWidths(t *text) []int {
	least := make([]int, len(tb.rows[0]))
	for i, row := range tb.rows {
		for j, s := range row {
			if !tb.wraps[j] {
				least[j] = 1
				continue
			}
			for _, word := range strings.Fields(s) {
				n := cells(t.text(word))
				if !tb.whole[i] {
					n = min(n, leastWord)
				}
				least[j] = max(least[j], n)
			}
		}
	}
	return least
}

// tooWide reports whether words would have to be cut.
func (tb *table) tooWide(t *text) bool {
	total := tb.indent - columnGap
	for j, n := range tb.leastWidths(t) {
		if !tb.wraps[j] {
			n = tb.naturalWidths(t)[j]
		}
		total += n + columnGap
	}
	return total > t.o.width()
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
	wraps := map[int]bool{}
	for j := range tb.wraps {
		wraps[j-min(max(j-col, 0), 1)] = true
	}
	tb.wraps = wraps
}

// titleLines wraps a title; lines after the first stand further in.
func titleLines(s string, width int) []string {
	if cells(s) <= width {
		return []string{s}
	}
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	lines := wrap(s, max(width-cells(indent)-2, 1))
	for i, l := range lines {
		if i > 0 {
			l = "  " + l
		}
		lines[i] = indent + l
	}
	return lines
}

// maxCell is how many lines a cell takes: what is longer ends in an ellipsis.
const maxCell = 6

// cellLines wraps a cell between its words, and a word that is longer than a line
// between its parts. What there is no room for is its end: never its middle.
func (t *text) cellLines(s string, width int) []string {
	var words []string
	for _, w := range strings.Fields(s) {
		words = append(words, wordParts(w, width)...)
	}
	lines := wrap(strings.Join(words, " "), width)
	if len(lines) > maxCell {
		lines = lines[:maxCell]
		lines[maxCell-1] = cut(lines[maxCell-1], width-1, "") + t.text("…")
	}
	return lines
}

// wordParts breaks a word that is wider than a line where a list or an object goes
// on, or anywhere.
func wordParts(w string, width int) (parts []string) {
	for cells(w) > width {
		head := cut(w, width, "")
		if i := strings.LastIndexAny(head, ",{"); i >= len(head)/2 {
			head = head[:i+1]
		}
		if head == "" {
			break
		}
		parts, w = append(parts, head), w[len(head):]
	}
	return append(parts, w)
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
	widths, least := tb.naturalWidths(t), tb.leastWidths(t)
	room := t.o.width() - tb.indent - columnGap*(len(widths)-1)
	for {
		total, widest := 0, -1
		for j, w := range widths {
			total += w
			if w > least[j] && (widest < 0 || w > widths[widest]) {
				widest = j
			}
		}
		if total <= room || widest < 0 {
			return widths
		}
		give := max(widths[widest]-second(widths, widest), 1)
		widths[widest] -= min(total-room, give, widths[widest]-least[widest])
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
