package render

import (
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// memoryTables shows what the parties remember now, side by side: entries of
// the same name share a row.
func (t *text) memoryTables() {
	memories := t.builder.Memories()
	if len(memories) == 0 {
		return
	}
	t.blank()
	t.painted(strong, t.say.of(wordNowTitle))
	lanes := t.builder.Lanes()
	var holders []ladder.Remembered
	for _, lane := range ladder.Arrange(lanes) {
		for _, m := range memories {
			switch {
			case m.Lane != lane:
				continue
			case len(m.Memory.Entries) == 0:
				t.plainLine(t.say.lane(lanes[lane]) + ": " + t.say.of(wordNothing))
			default:
				holders = append(holders, m)
			}
			if m.Memory.HeapMeasured {
				t.plainLine(t.say.lane(lanes[lane]) + ": " + t.say.f(wordHeap, m.Memory.Heap))
			}
		}
	}
	if len(holders) > 0 {
		t.memoryTable(holders)
	}
}

// memoryRow is one entry as several parties hold it.
type memoryRow struct {
	kind   trace.MemoryKind
	name   string
	values []string // by holder
	sizes  []int    // in bytes, -1 where a holder has no such entry
}

// memoryRows lays the entries of several parties side by side. A party that has
// two of the same name has two rows; those of a control block share a row only
// with the block at the other end of the same connection.
func memoryRows(holders []ladder.Remembered) []*memoryRow {
	type key struct {
		kind        trace.MemoryKind
		name, block string
	}
	var rows []*memoryRow
	latest := map[key]*memoryRow{}
	for i, h := range holders {
		_, _, block := blockEnds(&h.Memory)
		for _, e := range h.Memory.Entries {
			k := key{e.Kind, e.Name, ""}
			if e.Kind == trace.MemoryConnection {
				k.block = block
			}
			r := latest[k]
			if r == nil || r.sizes[i] >= 0 {
				r = &memoryRow{kind: e.Kind, name: e.Name, values: make([]string, len(holders)), sizes: make([]int, len(holders))}
				for j := range r.sizes {
					r.sizes[j] = -1
				}
				latest[k] = r
				rows = append(rows, r)
			}
			r.values[i], r.sizes[i] = e.Value, e.Bytes
		}
	}
	return rows
}

// memoryTable sets what the parties remember side by side, or, where there is no
// room for that, below each other. A reader who has been told of a control block
// before is shown what is new.
func (t *text) memoryTable(holders []ladder.Remembered) {
	again := t.o.Told.begun()
	holders = paired(holders)
	var news []*memoryRow
	rows, nth := memoryRows(holders), map[string]int{}
	for _, r := range rows {
		nth[r.name]++
		if !t.o.Told.unchanged(r.name, nth[r.name], r.values) {
			news = append(news, r)
		}
	}
	tb := t.memorySide(holders, news, !again)
	if tb.tooWide(t) && len(holders) > 1 {
		for i := range holders {
			one := holders[i : i+1]
			t.memorySide(one, memoryRows(one), !again).write(t)
		}
		return
	}
	tb.write(t)
	if left := len(rows) - len(news); left > 0 {
		t.painted(faint, t.say.f(wordAsBefore, explain.Count(left, "entry")))
	}
}

// memorySide is a table of what some parties remember, side by side: a column of
// values for each, one of sizes, and one that says what a control block's entries
// are, where that is asked for and there is room.
func (t *text) memorySide(holders []ladder.Remembered, rows []*memoryRow, glosses bool) *table {
	head := []string{"", ""}
	for _, h := range holders {
		head = append(head, t.say.lane(t.builder.Lanes()[h.Lane]))
	}
	tb := &table{heads: 1, rows: [][]string{append(head, "B", "")}, whole: map[int]bool{}, wraps: map[int]bool{}}
	tb.right = map[int]bool{len(head): true}
	for j := range tb.rows[0] {
		tb.wraps[j] = true
	}
	kinds := map[trace.MemoryKind]bool{}
	for i, r := range rows {
		kinds[r.kind] = true
		row := []string{"", explain.MemoryName(t.o.Lang, safe(r.name))}
		if i == 0 || r.kind != rows[i-1].kind { // a kind is named once
			row[0] = t.say.of(kindWords[min(int(r.kind), len(kindWords)-1)])
		}
		for _, v := range r.values {
			row = append(row, explain.MemoryValue(t.o.Lang, safe(v)))
		}
		gloss := ""
		if glosses {
			gloss = explain.MemoryGloss(t.o.Lang, r.name)
		}
		tb.whole[len(tb.rows)] = r.kind == trace.MemoryConnection
		tb.rows = append(tb.rows, append(row, sizesText(r.sizes), gloss))
	}
	tb.rows = append(tb.rows, t.memoryTotal(holders))
	if tb.tooWide(t) {
		tb.drop(len(tb.rows[0]) - 1)
	}
	if len(kinds) == 1 && kinds[trace.MemoryConnection] {
		tb.drop(0)
	}
	return tb
}

// memoryTotal is the last row: what each holder remembers in all.
func (t *text) memoryTotal(holders []ladder.Remembered) []string {
	row := []string{"", explain.Label(t.o.Lang, "word.total")}
	var sums []int
	for _, h := range holders {
		sum := 0
		for _, e := range h.Memory.Entries {
			sum += e.Bytes
		}
		sums = append(sums, sum)
		row = append(row, "")
	}
	return append(row, sizesText(sums), "")
}

// sizesText is the size of an entry: one number where all who have it need the
// same, else one for each holder.
func sizesText(sizes []int) string {
	same := true
	var parts []string
	first := -1
	for _, n := range sizes {
		if n < 0 {
			parts = append(parts, "-")
			continue
		}
		same = same && (first < 0 || n == first)
		first = n
		parts = append(parts, strconv.Itoa(n))
	}
	if same {
		return strconv.Itoa(first)
	}
	return strings.Join(parts, "/")
}
