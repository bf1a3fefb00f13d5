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
// two of the same name has two rows.
func memoryRows(holders []ladder.Remembered) []*memoryRow {
	type key struct {
		kind trace.MemoryKind
		name string
	}
	var rows []*memoryRow
	latest := map[key]*memoryRow{}
	for i, h := range holders {
		for _, e := range h.Memory.Entries {
			k := key{e.Kind, e.Name}
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

// memoryTable has a column of values for each party, one of sizes, and one that
// says what a control block's entries are. A reader who has been told of one
// before is shown what is new.
func (t *text) memoryTable(holders []ladder.Remembered) {
	lanes, again := t.builder.Lanes(), t.o.Told.begun()
	rows := memoryRows(holders)
	kinds := map[trace.MemoryKind]bool{}
	for _, r := range rows {
		kinds[r.kind] = true
	}
	head := []string{"", ""}
	for _, h := range holders {
		head = append(head, t.say.lane(lanes[h.Lane]))
	}
	tb := table{right: map[int]bool{len(head): true}, heads: 1, rows: [][]string{append(head, "B", "")}}
	var last trace.MemoryKind
	left, nth := 0, map[string]int{}
	for i, r := range rows {
		nth[r.name]++
		if t.o.Told.unchanged(r.name, nth[r.name], r.values) {
			left++
			continue
		}
		row := []string{"", explain.MemoryName(t.o.Lang, safe(r.name))}
		if i == 0 || r.kind != last { // a kind is named once
			row[0], last = t.say.of(kindWords[min(int(r.kind), len(kindWords)-1)]), r.kind
		}
		for _, v := range r.values {
			row = append(row, explain.MemoryValue(t.o.Lang, safe(v)))
		}
		gloss := ""
		if !again {
			gloss = explain.MemoryGloss(t.o.Lang, r.name)
		}
		tb.rows = append(tb.rows, append(row, sizesText(r.sizes), gloss))
	}
	tb.rows = append(tb.rows, t.memoryTotal(holders))
	if len(kinds) == 1 && kinds[trace.MemoryConnection] {
		tb.drop(0)
	}
	tb.write(t)
	if left > 0 {
		t.painted(faint, t.say.f(wordAsBefore, left))
	}
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
