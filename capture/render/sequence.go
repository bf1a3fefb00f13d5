package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// dialect is a language for sequence diagrams. What it is given is plain text:
// it escapes.
type dialect interface {
	// begin writes the title, or returns it where it has no room: it stands in a
	// note then.
	begin(title string) (rest string)
	end()
	lane(lane int, name string)
	// over writes a note over the lanes from first to last.
	over(first, last int, text string)
	// state writes a note over the lane whose party is in it from here on.
	state(lane int, text string)
	step(first, last int, text string)
	pause(first, last int, text string)
	arrow(from, to int, shape arrowShape, lines []string)
}

// arrowShape is how an arrow looks.
type arrowShape uint8

const (
	arrives arrowShape = iota
	resent             // arrives, and has been sent before
	dies               // is lost on its way, or arrives damaged
)

// sequence writes a ladder as a sequence diagram. It collects the rows.
type sequence struct {
	o   Options
	say speaker
	p   *picture
	d   dialect
}

// writeSequence writes the events to w in the dialect that make returns.
func writeSequence(w io.Writer, events Events, o Options, make func(*lineWriter) dialect) error {
	p, failed := collect(events, o)
	out := &lineWriter{bufio.NewWriter(w)}
	s := &sequence{o: o, say: speaker{lang: o.Lang}, p: p, d: make(out)}
	title := s.d.begin(o.Title)
	for _, lane := range p.order {
		l := p.lanes[lane]
		s.d.lane(lane, words(s.say.lane(l), s.say.address(l)))
	}
	if len(p.lanes) == 0 {
		s.d.lane(0, s.say.of(wordEmpty))
	}
	if title != "" {
		s.all(s.d.over, title)
	}
	if o.Network != "" {
		s.all(s.d.over, o.Network)
	}
	for i := range p.rows {
		s.row(&p.rows[i])
		if p.reasons != nil && len(p.reasons[i]) > 0 {
			s.all(s.d.over, strings.Join(p.reasons[i], " "))
		}
	}
	if p.left > 0 {
		s.all(s.d.over, s.say.f(wordMore, p.left))
	}
	s.d.end()
	return firstError(out.w.Flush(), failed)
}

type lineWriter struct{ w *bufio.Writer }

func (l *lineWriter) line(format string, args ...any) {
	fmt.Fprintf(l.w, format, args...)
	l.w.WriteByte('\n')
}

// all writes something that spans all lanes.
func (s *sequence) all(write func(first, last int, text string), text string) {
	first, last := 0, 0
	if n := len(s.p.order); n > 0 {
		first, last = s.p.order[0], s.p.order[n-1]
	}
	write(first, last, text)
}

func (s *sequence) row(r *ladder.Row) {
	switch r.Kind {
	case ladder.RowArrow, ladder.RowMessage:
		s.arrow(r)
	case ladder.RowFolded:
		s.d.over(r.Arrow.From, r.Arrow.To, clocked(r, words(foldedText(s.say, r, s.p.several), folded(r))))
	case ladder.RowOpening:
		if s.p.several && r.First {
			s.all(s.d.over, s.o.connection(s.say, r.Stream))
		}
	case ladder.RowCall:
		s.d.over(r.Lane, r.Lane, clocked(r, callText(s.say, r.Event.Call)))
	case ladder.RowStore:
		s.d.over(r.Lane, r.Lane, clocked(r, explain.AccessForms(s.say.lang, r.Event.Access)[0]))
	case ladder.RowMemory:
		if !r.Memory.Structural() {
			return
		}
		s.d.over(r.Lane, r.Lane, clocked(r, memoryText(s.say, r.Memory)))
	case ladder.RowStep:
		s.all(s.d.step, s.say.of(r.Event.Note.Text))
	case ladder.RowNote:
		s.all(s.d.over, s.say.of(r.Event.Note.Text))
	case ladder.RowPause:
		s.all(s.d.pause, s.say.f(wordPass, prose(s.say.lang, r.Pause)))
	case ladder.RowOther:
		s.all(s.d.over, clocked(r, words(safe(r.Event.Other.Protocol), safe(s.say.of(r.Event.Other.Info)))))
	case ladder.RowVerdict:
		s.all(s.d.over, clocked(r, verdictText(s.say, *r.Event.Verdict)))
	case ladder.RowLost:
		s.all(s.d.over, clocked(r, s.say.f(wordMissing, explain.Count(r.Event.N, "frame"))))
	case ladder.RowState, ladder.RowConnection, ladder.RowTotals:
	}
	for i, m := range r.States {
		word := stateWord(m)
		if i == 0 && r.Kind == ladder.RowState {
			word = clocked(r, word)
		}
		s.d.state(m.Lane, word)
	}
	if r.Arrow == nil || r.Kind == ladder.RowFolded {
		return
	}
	for _, v := range r.Arrow.Verdicts {
		s.all(s.d.over, "✗ "+verdictText(s.say, v))
	}
}

// arrow draws a row's arrow. One whose arrival is another row is drawn there: here a
// note says that it leaves.
func (s *sequence) arrow(r *ladder.Row) {
	a, shape := r.Arrow, arrives
	switch {
	case a.Part == ladder.Departure:
		s.d.over(a.From, a.From, clocked(r, words("("+a.Tie+")", flagText(r.Event.Segment.Flags), s.say.of(pageWords["leaves"]))))
		return
	case a.Lost || a.ThrownAway():
		shape = dies
	case a.Resent:
		shape = resent
	}
	s.d.arrow(a.From, a.To, shape, arrowLines(s.say, r, s.p.several))
}

// arrowWidth is how many cells a line on an arrow has: the lanes of a diagram stand as
// far apart as it takes, and one of a thousand would tear them asunder.
const arrowWidth = 72

// arrowLines are all that an arrow's label says: a message's start line, and below it
// the header fields that carry state.
func arrowLines(say speaker, r *ladder.Row, several bool) []string {
	if !spoken(&r.Event) {
		return []string{clocked(r, arrowText(say, r, several))}
	}
	line, behind := brief(spokenForms(say, r, several)[0]), words(folded(r), foldedTrouble(say, r.Folding))
	if m := r.Event.Message; m != nil && m.Request {
		line = "HTTP " + line // a status line says so itself
	}
	var lines []string
	for _, s := range append([]string{clocked(r, words(line, behind))}, briefly(spokenFields(say, &r.Event))...) {
		lines = append(lines, wrap(s, arrowWidth)...)
	}
	return lines
}

// clocked is a row's text behind its time, as a text ladder tells that.
func clocked(r *ladder.Row, text string) string {
	if r.At.IsZero() || !showsTime(r) {
		return text
	}
	return words(sinceText(r.Since)+"s", text)
}

// stateWord is a state with the sign for how it is known.
func stateWord(s ladder.StateMark) string {
	sign, _ := doubt(&s)
	return words(s.To.String(), sign)
}

// doubt is the sign of a state that is not certain, and the name of its word;
// empty for one that is.
func doubt(s *ladder.StateMark) (sign, name string) {
	switch {
	case s.Contradicted:
		return "!", "contradicted"
	case s.Basis == tcpstate.Assumed:
		return "?", "assumed"
	}
	return "", ""
}

// arrowText is all that a segment's label says where there is room for it.
func arrowText(say speaker, r *ladder.Row, several bool) string {
	a := r.Arrow
	tag := ""
	if several {
		tag = portTag(r.Event.Segment)
	}
	s := say.label(r.Event.Segment, tag).full()
	switch {
	case a.Copy > 1:
		s = say.f(wordCopy, a.Copy) + " " + s
	case a.Injected:
		s = say.of(wordInjected) + " " + s
	case a.Tie != "":
		s = "(" + a.Tie + ") " + s
	}
	if a.Lost {
		s += " ✗ " + say.of(wordLost)
	}
	switch {
	case a.Discarded:
		s += " ✗ " + say.of(wordDiscarded)
	case a.ThrownAway():
		s += " ✗ " + say.of(wordDamaged)
	}
	return s
}
