package render

import (
	"strconv"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// htmlLedger is the table of who held how much after each step.
type htmlLedger struct {
	Columns []trace.Text
	Steps   []htmlStep
}

type htmlStep struct {
	Title trace.Text
	Cells []htmlCell
}

// htmlCell is how many bytes one party held, and how long its bar is, of 100.
type htmlCell struct {
	Bytes      string
	Start, Bar int
}

// Ledger is nil where nobody told what it remembers.
func (r *report) Ledger() *htmlLedger {
	columns := ledgerColumns(r.lanes, r.ledger, r.talked)
	if len(columns) == 0 {
		return nil
	}
	l := &htmlLedger{}
	for _, c := range columns {
		l.Columns = append(l.Columns, inTwo(func(s speaker) string { return s.lane(r.lanes[c.lane]) + ": " + s.of(kindWords[c.kind]) }))
	}
	most := 1
	for _, s := range r.ledger {
		for _, c := range columns {
			most = max(most, held(s, c))
		}
	}
	for _, s := range r.ledger {
		step := htmlStep{Title: trace.Text{En: safe(s.Title.En), Ko: safe(s.Title.Ko)}}
		if s.Title == (trace.Text{}) {
			step.Title = wordStart
		}
		for _, c := range columns {
			cell := htmlCell{Bytes: "–"}
			if n := held(s, c); n >= 0 {
				cell = htmlCell{strconv.Itoa(n), 100 - 100*n/most, 100 * n / most}
			}
			step.Cells = append(step.Cells, cell)
		}
		l.Steps = append(l.Steps, step)
	}
	return l
}

// htmlHolder is what one party remembers at the end.
type htmlHolder struct {
	Name    trace.Text
	Entries []htmlEntry
	Total   int
	Heap    trace.Text
}

type htmlEntry struct {
	Kind, Name, Value trace.Text
	Bytes             int
}

// Now is what each party remembers at the end.
func (r *report) Now() []htmlHolder {
	var out []htmlHolder
	for _, lane := range r.order {
		for i := range r.now {
			if m := &r.now[i]; m.Lane == lane {
				out = append(out, r.holder(m))
			}
		}
	}
	return out
}

func (r *report) holder(m *ladder.Remembered) htmlHolder {
	h := htmlHolder{Name: inTwo(func(s speaker) string { return s.lane(r.lanes[m.Lane]) }), Entries: entriesOf(&m.Memory)}
	for _, e := range m.Memory.Entries {
		h.Total += e.Bytes
	}
	if m.Memory.HeapMeasured {
		h.Heap = inTwo(func(s speaker) string { return s.f(wordHeap, m.Memory.Heap) })
	}
	return h
}

// maxEntries bounds how many entries of one memory are listed.
const maxEntries = 200

func entriesOf(m *trace.Memory) []htmlEntry {
	var out []htmlEntry
	for _, e := range m.Entries[:min(len(m.Entries), maxEntries)] {
		out = append(out, htmlEntry{
			Kind:  kindWords[min(int(e.Kind), len(kindWords)-1)],
			Name:  inTwo(func(s speaker) string { return explain.MemoryName(s.lang, safe(e.Name)) }),
			Value: inTwo(func(s speaker) string { return explain.MemoryValue(s.lang, safe(e.Value)) }),
			Bytes: e.Bytes,
		})
	}
	return out
}
