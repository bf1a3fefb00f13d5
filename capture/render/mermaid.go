package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// Mermaid writes a Mermaid sequence diagram, for Markdown and web pages. It
// collects the rows. A lost segment ends in a cross, a retransmission is
// dashed, changes of state are notes over the party that changes.
func Mermaid(w io.Writer, events Events, o Options) error {
	p, failed := collect(events, o)
	m := &mermaid{w: bufio.NewWriter(w), say: speaker{o.Lang}, p: p}
	if o.Title != "" {
		m.line("---")
		m.line("title: %s", yaml(o.Title))
		m.line("---")
	}
	m.line("sequenceDiagram")
	for _, lane := range p.order {
		l := p.lanes[lane]
		m.line("    participant %s as %s", lineID(lane), mermaidText(words(m.say.lane(l), m.say.address(l))))
	}
	if len(p.lanes) == 0 {
		m.line("    participant L0 as %s", mermaidText(m.say.of(wordEmpty)))
	}
	if o.Network != "" {
		m.over(mermaidText(safe(o.Network)))
	}
	for i := range p.rows {
		m.row(&p.rows[i])
		if p.reasons != nil && len(p.reasons[i]) > 0 {
			m.over(mermaidText(strings.Join(p.reasons[i], " ")))
		}
	}
	if p.left > 0 {
		m.over(mermaidText(m.say.f(wordMore, p.left)))
	}
	return firstError(m.w.Flush(), failed)
}

type mermaid struct {
	w   *bufio.Writer
	say speaker
	p   *picture
}

func (m *mermaid) line(format string, args ...any) {
	fmt.Fprintf(m.w, format, args...)
	m.w.WriteByte('\n')
}

// over writes a note over all lanes; what it is given is escaped.
func (m *mermaid) over(s string) {
	first, last := "L0", "L0"
	if n := len(m.p.order); n > 0 {
		first, last = lineID(m.p.order[0]), lineID(m.p.order[n-1])
	}
	if first == last {
		m.line("    Note over %s: %s", first, s)
		return
	}
	m.line("    Note over %s,%s: %s", first, last, s)
}

func lineID(lane int) string { return fmt.Sprintf("L%d", lane) }

func (m *mermaid) row(r *ladder.Row) {
	switch r.Kind {
	case ladder.RowArrow, ladder.RowMessage:
		m.arrow(r)
	case ladder.RowOpening:
		if m.p.several && r.First {
			m.over(mermaidText(m.say.f(wordConnection, r.Stream+1)))
		}
	case ladder.RowCall:
		m.line("    Note over %s: %s", lineID(r.Lane), mermaidText(callText(m.say, r.Event.Call)))
	case ladder.RowMemory:
		if !r.Memory.Structural() {
			return
		}
		m.line("    Note over %s: %s", lineID(r.Lane), mermaidText(memoryText(m.say, r.Memory)))
	case ladder.RowStep, ladder.RowNote:
		m.over(mermaidText(safe(m.say.of(r.Event.Note.Text))))
	case ladder.RowPause:
		m.over("⋮ " + mermaidText(m.say.f(wordPass, prose(m.say.lang, r.Pause))) + " ⋮")
	case ladder.RowOther:
		m.over(mermaidText(words(safe(r.Event.Other.Protocol), safe(r.Event.Other.Info))))
	case ladder.RowVerdict:
		m.over(mermaidText(verdictText(m.say, *r.Event.Verdict)))
	case ladder.RowLost:
		m.over(mermaidText(m.say.f(wordMissing, r.Event.N)))
	case ladder.RowState, ladder.RowConnection, ladder.RowTotals:
	}
	for _, s := range r.States {
		m.line("    Note over %s: %s", lineID(s.Lane), mermaidText(stateWord(s)))
	}
	if r.Arrow == nil || r.Arrow.Part == ladder.Arrival {
		return
	}
	for _, v := range r.Arrow.Verdicts {
		m.over("✗ " + mermaidText(verdictText(m.say, v)))
	}
}

// stateWord is a state with the sign for how it is known.
func stateWord(s ladder.StateMark) string {
	switch {
	case s.Contradicted:
		return s.To.String() + " !"
	case s.Basis == tcpstate.Assumed:
		return s.To.String() + " ?"
	}
	return s.To.String()
}

// arrow writes a segment or a message. Solid with a head: it arrives; dashed:
// sent again; with a cross: lost, or damaged; open: it leaves and arrives later.
func (m *mermaid) arrow(r *ladder.Row) {
	a := r.Arrow
	head := "->>"
	switch {
	case a.Lost || (a.Damaged && a.Part != ladder.Departure):
		head = "-x"
	case a.Part == ladder.Departure:
		head = "-)"
	case a.Resent:
		head = "-->>"
	}
	m.line("    %s%s%s: %s", lineID(a.From), head, lineID(a.To), mermaidText(arrowText(m.say, r, m.p.several)))
}

// arrowText is all that an arrow's label says where there is room for it.
func arrowText(say speaker, r *ladder.Row, several bool) string {
	a := r.Arrow
	if r.Event.Message != nil {
		return "HTTP " + words(append([]string{messageText(r.Event.Message)}, stateLines(r.Event.Message)...)...)
	}
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
	if a.Damaged && a.Part != ladder.Departure {
		s += " ✗ " + say.of(wordDamaged)
	}
	return s
}

// harmless is the punctuation that means nothing to Mermaid within a text.
const harmless = " =.,()+-/*_?!:'\"→·×§✗⋮│…—°"

// mermaidText makes s fit for a message or a note: letters, digits and harmless
// punctuation stay, everything else becomes one of Mermaid's entity codes.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range safe(s) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune(harmless, r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	out := b.String()
	if head := strings.ToLower(out); strings.HasPrefix(head, "wrap:") || strings.HasPrefix(head, "nowrap:") {
		out = strings.Replace(out, ":", "#58;", 1) // else it would be a directive
	}
	if strings.TrimSpace(out) == "" {
		return "·"
	}
	return out
}

// yaml quotes s for Mermaid's front matter, which is YAML. Mermaid looks for
// its directives in the raw text, so their signs are written as escapes.
func yaml(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range safe(s) {
		if strings.ContainsRune("\"\\%<>`{}", r) {
			fmt.Fprintf(&b, `\x%02x`, r) // YAML 1.2 §5.7
			continue
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
