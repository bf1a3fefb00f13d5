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
	if r.Delta > 0 {
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

// ledgerTable shows how much everybody held at the end of each step.
func (t *text) ledgerTable() {
	steps := worthShowing(t.builder.Ledger())
	columns := ledgerColumns(t.builder.Lanes(), steps, t.builder.Talked())
	if len(columns) == 0 {
		return
	}
	lanes := t.builder.Lanes()
	table := table{right: map[int]bool{}, heads: 2, titled: true}
	parties, kinds := []string{""}, []string{explain.Label(t.o.Lang, "column.step")}
	for i, c := range columns {
		name := t.say.lane(lanes[c.lane])
		if i > 0 && columns[i-1].lane == c.lane {
			name = ""
		}
		parties = append(parties, name)
		kinds = append(kinds, t.say.of(kindWords[c.kind]))
		table.right[i+1] = true
	}
	table.rows = append(table.rows, parties, kinds)
	for _, s := range steps {
		title := safe(t.o.Lang.Of(s.Title))
		if title == "" {
			title = t.say.of(wordStart)
		}
		row := []string{title}
		for _, c := range columns {
			value := "-"
			if n := held(s, c); n >= 0 {
				value = strconv.Itoa(n)
			}
			row = append(row, value)
		}
		table.rows = append(table.rows, row)
	}
	t.blank()
	t.painted(strong, t.say.of(wordLedger))
	table.write(t)
	if t.o.Told.first("content") {
		t.painted(faint, t.say.of(wordContent))
	}
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
