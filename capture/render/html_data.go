package render

import (
	"slices"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// pageData is what the page's script reads: what opens when a row is opened. Of
// what stands in the page already, nothing is repeated.
type pageData struct {
	Rows     []dataRow              `json:"rows"`
	Frames   map[int]frameOctets    `json:"frames"`
	Layouts  [][]layoutField        `json:"layouts"`
	Names    []string               `json:"names"`
	Values   []string               `json:"values"`
	Lanes    []twofold              `json:"lanes"`
	Order    []int                  `json:"order"` // lanes from left to right
	States   map[string]dataMeaning `json:"states"`
	Findings map[string]dataFinding `json:"findings"`
	Words    map[string]twofold     `json:"words"`
}

// twofold is a text in both languages.
type twofold struct {
	En string `json:"en"`
	Ko string `json:"ko"`
}

// dataMeaning is what a state means, and the class of a lane in it.
type dataMeaning struct {
	twofold
	Class string `json:"c,omitempty"`
}

type dataFinding struct {
	Label    twofold `json:"label"`
	Why      twofold `json:"why"`
	Severity string  `json:"severity"`
}

// scriptWords are the words that the script writes.
var scriptWords = []string{
	"all", "bit", "bits", "byte", "byte-range", "bytes", "evidence", "field-hint", "fields", "findings", "frame", "frames", "message", "more-bytes",
	"no-bytes", "not-captured", "nothing", "refers", "remembers", "states", "why",
}

// dataRow is one row.
type dataRow struct {
	Frames   []int       `json:"f,omitempty"` // whose bytes and fields it opens to
	Findings []dataFound `json:"x,omitempty"`
	States   []dataState `json:"st,omitempty"`
	Evidence []int       `json:"e,omitempty"`
	Text     []string    `json:"t,omitempty"` // a message, line by line
	Memory   []dataEntry `json:"m,omitempty"`
	// Seq and Ack are a segment's numbers as an ISN and what is added to it.
	Seq []uint32 `json:"q,omitempty"`
	Ack []uint32 `json:"a,omitempty"`
}

type dataFound struct {
	Name  string `json:"n"`
	Frame int    `json:"f,omitempty"`
	Nth   int    `json:"k,omitempty"`
}

type dataState struct {
	Lane  int    `json:"l"`
	State string `json:"s"`
	// Doubt says that the state is not certain: its sign, and the word for it.
	Doubt *twofold `json:"d,omitempty"`
}

type dataEntry struct {
	Name  twofold `json:"n"`
	Value twofold `json:"v"`
	Bytes int     `json:"b"`
}

// data gathers it.
func (r *report) data() pageData {
	d := pageData{
		Rows: make([]dataRow, 0, len(r.rows)), Frames: r.frames.frames, Layouts: r.frames.Layouts,
		Names: r.frames.Names.all, Values: r.frames.Values.all,
		Order: r.order, States: map[string]dataMeaning{}, Findings: map[string]dataFinding{}, Words: map[string]twofold{},
	}
	for _, l := range r.lanes {
		d.Lanes = append(d.Lanes, twofold(inTwo(func(s speaker) string { return s.lane(l) })))
	}
	for _, key := range scriptWords {
		d.Words[key] = twofold(pageWords[key])
	}
	now := map[laneEnd]ladder.StateMark{}
	for i := range r.rows {
		d.Rows = append(d.Rows, r.dataRow(&r.rows[i], now, &d))
	}
	return d
}

func (r *report) dataRow(row *ladder.Row, now map[laneEnd]ladder.StateMark, d *pageData) dataRow {
	out := dataRow{Frames: octetsOf(row)}
	for _, p := range row.Proofs {
		if m, ok := now[laneEnd{row.Stream, p.Lane}]; ok && row.Proves(&m) {
			m.Basis = tcpstate.Inferred
			now[laneEnd{row.Stream, p.Lane}] = m
		}
	}
	for _, m := range row.States {
		now[laneEnd{row.Stream, m.Lane}] = m
		d.States[m.To.String()] = dataMeaning{twofold(inTwo(func(s speaker) string { return explain.Gloss(s.lang, m.To) })), stateClass(m.To)}
		out.Evidence = append(out.Evidence, m.Change.Frames...)
	}
	for _, lane := range r.order {
		if m, ok := now[laneEnd{row.Stream, lane}]; ok && row.Stream >= 0 {
			out.States = append(out.States, stateData(&m))
		}
	}
	if seg := row.Event.Segment; seg != nil {
		for _, f := range standing(seg) {
			name := safe(f.Name)
			out.Findings = append(out.Findings, dataFound{name, f.Frame, f.Nth})
			d.Findings[name] = dataFinding{
				Label:    twofold(inTwo(func(s speaker) string { return s.finding(f.Name, 0) })),
				Why:      twofold(inTwo(func(s speaker) string { return explain.WhyItMatters(s.lang, f.Name) })),
				Severity: explain.SeverityOf(f.Name).String(),
			}
		}
		if seg.Relative {
			out.Seq = []uint32{uint32(seg.Seq) - seg.RelSeq, seg.RelSeq}
		}
		if seg.Relative && seg.Flags.Has(tcpstate.ACK) {
			out.Ack = []uint32{uint32(seg.Ack) - seg.RelAck, seg.RelAck}
		}
		if seg.AcksFrame > 0 {
			out.Evidence = append(out.Evidence, seg.AcksFrame)
		}
	}
	if m := row.Event.Message; m != nil {
		out.Text = messageLines(&row.Event)
		for _, n := range []int{m.FirstFrame, m.LastFrame, m.CompletedBy} {
			if n > 0 {
				out.Evidence = append(out.Evidence, n)
			}
		}
	}
	if row.Event.Memory != nil {
		for _, e := range entriesOf(row.Event.Memory) {
			out.Memory = append(out.Memory, dataEntry{twofold(e.Name), twofold(e.Value), e.Bytes})
		}
	}
	slices.Sort(out.Evidence)
	out.Evidence = slices.DeleteFunc(slices.Compact(out.Evidence), func(n int) bool { return slices.Contains(out.Frames, n) })
	return out
}

// octetsOf are the frames whose bytes a row opens to.
func octetsOf(row *ladder.Row) []int {
	if own := framesOf(row); own != nil || row.Frame == 0 || row.Event.Message != nil {
		return own
	}
	return []int{row.Frame}
}

// stateData is a state that an end is in, with the doubt that there is of it.
func stateData(m *ladder.StateMark) dataState {
	out := dataState{Lane: m.Lane, State: m.To.String()}
	if sign, _ := doubt(m); sign != "" {
		told := twofold(inTwo(func(s speaker) string { return words(sign, s.doubted(m)) }))
		out.Doubt = &told
	}
	return out
}

// maxBody is how much of a body the page shows, in bytes.
const maxBody = 200

// messageLines is an HTTP message, line by line, as far as it is kept.
func messageLines(e *trace.Event) []string {
	m := e.Message
	out := []string{messageText(speaker{}, m)}
	for _, f := range m.Fields {
		out = append(out, safe(f.Name)+": "+safe(f.Value))
	}
	if len(m.Body) > 0 {
		out = append(out, "", trace.EscapeBytes(m.Body, maxBody))
	}
	return out
}
