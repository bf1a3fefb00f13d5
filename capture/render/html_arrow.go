package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// htmlArrow is a way from lane to lane, in percent of the ladder's width and in
// pixels of its height.
type htmlArrow struct {
	X1, X2         string
	Y1, Y2         int
	Left           bool // it points to the left
	Lost, Damaged  bool
	Injected       bool
	Double, Resent bool
	Half           string // "from" or "to", where the other part is another row
	Tie            string // what both parts are known by
}

const (
	arrowHigh = 26
	arrowTop  = 5
)

// arrow draws a segment or a message.
func (p *painter) arrow(h *htmlRow, row *ladder.Row) {
	a := row.Arrow
	from, to := p.r.place(a.From), p.r.place(a.To)
	h.Opens = true
	arrow := &htmlArrow{Left: to < from, Y1: arrowTop, Y2: arrowTop + slant, Lost: a.Lost, Damaged: a.ThrownAway(), Injected: a.Injected, Resent: a.Resent}
	class := []string{"arrow", "forward"}
	if arrow.Left {
		class[1] = "backward"
	}
	if spoken(&row.Event) {
		class[0] = "message"
		arrow.Double, arrow.Y2 = true, arrow.Y1+8
		arrow.Y1 = arrow.Y2
		h.Fields = linesInTwo(func(s speaker) []string { return briefly(spokenFields(s, &row.Event)) })
		h.Label = inTwo(func(s speaker) string { return brief(spokenForms(s, row, p.r.several)[0]) })
		if row.Folding != nil {
			h.Frames = frameText(row)
		}
		if row.Folding != nil && row.Folding.Eventful() {
			h.Below = append(h.Below, inTwo(func(s speaker) string { return foldedTrouble(s, row.Folding) }))
		}
	} else {
		if a.Lost || a.Damaged || a.Discarded || a.Injected || troubled(row) {
			class = append(class, "trouble")
		}
		h.Label = inTwo(func(s speaker) string { return arrowText(s, row, p.r.several) })
	}
	switch {
	case a.Part == ladder.Departure:
		to, arrow.Half, arrow.Tie = (from+to)/2, "from", a.Tie
		class = append(class, "departs")
	case a.Part == ladder.Arrival && a.Tie != "":
		from, arrow.Half, arrow.Tie = (from+to)/2, "to", a.Tie
		class = append(class, "arrival")
	case a.Lost:
		to = from + (to-from)*0.62
	case a.Injected:
		from += (to - from) * 0.3
	}
	if a.Resent {
		class = append(class, "resent")
	}
	arrow.X1, arrow.X2 = percent(from), percent(to)
	h.Span = fmt.Sprintf("s%d-%d", min(a.From, a.To), max(a.From, a.To))
	h.Arrow, h.Class = arrow, strings.Join(class, " ")
	h.Delay = inTwo(func(s speaker) string { return delayText(s, p.r.o, row) })
	for _, v := range a.Verdicts {
		h.Below = append(h.Below, inTwo(func(s speaker) string { return verdictText(s, v) }))
	}
}

// doubted says in words that a state is not certain; nothing of one that is.
func (s speaker) doubted(m *ladder.StateMark) string {
	_, name := doubt(m)
	if name == "" {
		return ""
	}
	return "(" + explain.Label(s.lang, "word."+name) + ")"
}

// numberSpoken says "seq=1" as words.
func numberSpoken(s string) string { return strings.ReplaceAll(s, "=", " ") }

// standing are a segment's findings but those that another beside them denies.
func standing(seg *trace.Segment) []tcpstate.Finding {
	return slices.DeleteFunc(slices.Clone(seg.Findings), func(f tcpstate.Finding) bool {
		return tcpstate.Denies(f.Name, seg.Findings) != ""
	})
}

// spoken says a row in words: "frame 4, client to server, PSH ACK, seq 1, ack 1,
// 5 bytes, client ESTABLISHED (assumed)".
func (p *painter) spoken(s speaker, row *ladder.Row, h *htmlRow) string {
	var parts []string
	add := func(words ...string) {
		for _, w := range words {
			if w != "" {
				parts = append(parts, w)
			}
		}
	}
	if h.Frame > 0 {
		add(s.of(pageWords["frame"]) + " " + strconv.Itoa(h.Frame))
	}
	if f := row.Folding; f != nil && f.First > 0 {
		word := "frame"
		if f.Last > f.First {
			word = "frames"
		}
		add(s.of(pageWords[word]) + " " + h.Frames)
	}
	if a := row.Arrow; a != nil {
		add(s.f(pageWords["to"], s.lane(p.r.lanes[a.From]), s.lane(p.r.lanes[a.To])))
		switch seg := row.Event.Segment; {
		case seg != nil:
			l := s.label(seg, "")
			add(strings.Join(flagList(seg.Flags), " "), numberSpoken(l.seq), numberSpoken(l.ack))
			if seg.Len > 0 {
				add(s.f(pageWords["n-bytes"], explain.Count(seg.Len, "byte")))
			}
			for _, f := range standing(seg) {
				add(s.finding(f.Name, f.Nth))
			}
			if a.Part == ladder.Departure {
				add(s.of(pageWords["leaves"]))
			}
			if a.Part == ladder.Arrival {
				add(s.of(pageWords["arrives"]))
			}
			if a.Lost {
				add(s.of(wordLost))
			}
			if a.Damaged {
				add(s.of(wordDamaged))
			}
			if a.Discarded {
				add(s.of(wordDiscarded))
			}
		default:
			add(s.of(h.Label))
		}
	} else if row.Lane >= 0 && row.Lane < len(p.r.lanes) {
		add(s.lane(p.r.lanes[row.Lane]))
	}
	add(s.of(h.Heading), s.of(h.Beside))
	for _, m := range row.States {
		add(words(s.lane(p.r.lanes[m.Lane]), m.To.String(), s.doubted(&m)))
	}
	return strings.Join(parts, ", ")
}
