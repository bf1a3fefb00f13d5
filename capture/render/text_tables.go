package render

import (
	"fmt"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// memoryLines says beside a lane what its party has learned and forgotten.
func (t *text) memoryLines(r *ladder.Row) []*canvas {
	t.used[symMemory] = true
	c := t.lanes(r)
	if showsTime(r) {
		t.gutter(c, r)
	}
	t.beside(c, r.Lane, t.g.memory+" "+memoryText(t.say, r.Memory), memory)
	return []*canvas{c}
}

// memoryText is a change of memory in short: sizes by kind; and names, where
// sizes alone do not tell.
func memoryText(say speaker, m *ladder.MemoryChange) string {
	var parts []string
	learned, forgotten := 0, 0
	for i, name := range kindWords {
		switch before, after := m.Before[i], m.After[i]; {
		case before == after:
		case before == 0:
			learned++
			parts = append(parts, fmt.Sprintf("%s %d B", say.of(name), after))
		default:
			parts = append(parts, fmt.Sprintf("%s %d→%d B", say.of(name), before, after))
			if after == 0 {
				forgotten++
			}
		}
	}
	sizes := strings.Join(parts, ", ")
	switch {
	case forgotten == len(parts) && m.After.Total() < m.Before.Total(), m.After.Total() == 0:
		return say.f(wordForgotten, sizes)
	case learned == len(parts) && m.After.Total() > m.Before.Total():
		return say.f(wordRemembers, sizes)
	case sizes != "":
		return sizes
	}
	for _, e := range m.Added {
		parts = append(parts, "+"+explain.MemoryName(say.lang, safe(e.Name)))
	}
	for _, e := range m.Removed {
		parts = append(parts, "-"+explain.MemoryName(say.lang, safe(e.Name)))
	}
	return strings.Join(parts, " ")
}

// ledgerTable shows how much everybody held at the end of each step: a row for
// each step, or, where there is no room for so many columns, a column.
func (t *text) ledgerTable() {
	steps := worthShowing(t.builder.Ledger())
	columns := ledgerColumns(t.builder.Lanes(), steps, t.builder.Talked())
	if len(columns) == 0 {
		return
	}
	t.blank()
	t.painted(strong, t.say.of(wordLedger))
	down := t.ledgerDown(steps, columns)
	if down.tooWide(t) {
		t.ledgerAcross(steps, columns)
	} else {
		down.write(t)
	}
	if t.o.Told.first("content") {
		t.painted(faint, t.say.of(wordContent))
	}
}

// ledgerDown has a row for each step.
func (t *text) ledgerDown(steps []ladder.Step, columns []ledgerColumn) *table {
	tb := &table{right: map[int]bool{}, wraps: map[int]bool{0: true}, heads: 2, titled: true}
	parties, kinds := []string{""}, []string{explain.Label(t.o.Lang, "column.step")}
	for i := range columns {
		party, kind := t.columnName(columns, i)
		parties, kinds = append(parties, party), append(kinds, kind)
		tb.right[i+1] = true
	}
	tb.rows = append(tb.rows, parties, kinds)
	for _, s := range steps {
		row := []string{t.stepTitle(s)}
		for _, c := range columns {
			row = append(row, heldText(s, c))
		}
		tb.rows = append(tb.rows, row)
	}
	return tb
}

// ledgerAcross has a column for each step, under its number, and as many tables
// as it takes to show all of them.
func (t *text) ledgerAcross(steps []ladder.Step, columns []ledgerColumn) {
	first := 1
	if steps[0].Title == (trace.Text{}) {
		first = 0
	}
	for i, s := range steps {
		number := fmt.Sprintf("%2d ", first+i)
		t.hanging(plain, number, "   ", t.stepTitle(s))
	}
	for i := 0; i < len(steps); {
		tb := t.acrossTable(steps[i:], columns, first+i, len(steps)-i)
		n := len(steps) - i
		for ; n > 1 && tb.tooWide(t); n-- {
			tb = t.acrossTable(steps[i:], columns, first+i, n-1)
		}
		tb.write(t)
		i += n
	}
}

// acrossTable has a column for each of the first n steps, numbered from first on.
func (t *text) acrossTable(steps []ladder.Step, columns []ledgerColumn, first, n int) *table {
	tb := &table{right: map[int]bool{}, heads: 1, rows: [][]string{{explain.Label(t.o.Lang, "column.step"), ""}}}
	for i := range n {
		tb.right[i+2] = true
		tb.rows[0] = append(tb.rows[0], strconv.Itoa(first+i))
	}
	for i, c := range columns {
		party, kind := t.columnName(columns, i)
		row := []string{party, kind}
		for _, s := range steps[:n] {
			row = append(row, heldText(s, c))
		}
		tb.rows = append(tb.rows, row)
	}
	return tb
}

// columnName names a party, once, and a kind of its memory.
func (t *text) columnName(columns []ledgerColumn, i int) (party, kind string) {
	c := columns[i]
	if i == 0 || columns[i-1].lane != c.lane {
		party = t.say.lane(t.builder.Lanes()[c.lane])
	}
	return party, t.say.of(kindWords[c.kind])
}

func (t *text) stepTitle(s ladder.Step) string {
	if s.Title == (trace.Text{}) {
		return t.say.of(wordStart)
	}
	return safe(t.o.Lang.Of(s.Title))
}

func heldText(s ladder.Step, c ledgerColumn) string {
	if n := held(s, c); n >= 0 {
		return strconv.Itoa(n)
	}
	return "-"
}

// ledgerColumn is one party's memory of one kind.
type ledgerColumn struct{ lane, kind int }

// ledgerColumns are the columns in which there is ever anything, and every
// party's memory of the conversation as soon as there is one, or anybody
// remembers it: a column of noughts is the point of a lesson.
func ledgerColumns(lanes []ladder.Lane, steps []ladder.Step, conversation bool) []ledgerColumn {
	used, parties := map[ledgerColumn]bool{}, map[int]bool{}
	for _, s := range steps {
		for _, h := range s.Holdings {
			parties[h.Lane] = true
			for k, n := range h.Sizes {
				if n > 0 {
					used[ledgerColumn{h.Lane, k}] = true
					conversation = conversation || ladder.Kinds[k] == trace.MemoryConversation
				}
			}
		}
	}
	var out []ledgerColumn
	for _, lane := range ladder.Arrange(lanes) {
		for k, kind := range ladder.Kinds {
			c := ledgerColumn{lane, k}
			if used[c] || (parties[lane] && conversation && kind == trace.MemoryConversation) {
				out = append(out, c)
			}
		}
	}
	return out
}

// worthShowing leaves out what came before the first step, where nobody held
// anything then, or no step followed.
func worthShowing(steps []ladder.Step) []ladder.Step {
	untitled := len(steps) > 0 && steps[0].Title == (trace.Text{})
	if untitled && (len(steps) == 1 || empty(steps[0])) {
		return steps[1:]
	}
	return steps
}

// empty reports whether nobody held anything when a step ended.
func empty(s ladder.Step) bool {
	for _, h := range s.Holdings {
		if h.Sizes.Total() > 0 {
			return false
		}
	}
	return true
}

// held is how many bytes a column had when a step ended; -1 if its party had
// not reported anything yet.
func held(s ladder.Step, c ledgerColumn) int {
	for _, h := range s.Holdings {
		if h.Lane == c.lane {
			return h.Sizes[c.kind]
		}
	}
	return -1
}
