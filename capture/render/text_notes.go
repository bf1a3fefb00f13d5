package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// symbol is a sign that the legend explains, once it was used.
type symbol uint8

const (
	symResent symbol = iota
	symLost
	symDamaged
	symDiscarded
	symInjected
	symTie
	symMessage
	symCall
	symState
	symStore
	symMemory
	symAssumed
	symContradicted
	symRelative
	symArrived
)

// legend explains the symbols that were used.
func (t *text) legend() {
	var parts []string
	if len(t.grid.cols) > 0 {
		t.blank()
		parts = append(parts, t.g.heavy+" "+t.say.of(wordKeeps)+", "+t.g.lane+" "+t.say.of(wordKeepsNot))
	}
	label := func(key string) string { return explain.Label(t.o.Lang, key) }
	for _, l := range []struct {
		sym        symbol
		sign, text string
	}{
		{symResent, t.g.dashed + t.g.dashed + t.g.head + t.g.head, label("legend.retransmit")},
		{symLost, t.g.cross, label("legend.lost")},
		{symDamaged, t.g.shaft + t.g.cross, label("legend.corrupted")},
		{symDiscarded, t.g.head + t.g.cross, label("legend.discarded")},
		{symInjected, t.g.state + t.g.shaft, t.say.of(wordInjected)},
		{symTie, "(" + t.tie + ") (" + t.tie + ")", t.say.of(wordSame)},
		{symMessage, t.g.double + t.g.head, label("legend.message")},
		{symCall, t.g.call, label("legend.call")},
		{symState, t.g.state, label("legend.state")},
		{symStore, t.g.store, label("legend.store")},
		{symMemory, t.g.memory, label("legend.memory")},
		{symAssumed, "?", t.say.of(wordAssumed)},
		{symContradicted, "!", t.say.of(wordContradicts)},
	} {
		if t.used[l.sym] {
			parts = append(parts, l.sign+" "+l.text)
		}
	}
	if len(parts) > 0 {
		t.flow(parts, "   ", faint)
	}
	if t.used[symRelative] && t.o.Told.first("relative") {
		t.painted(faint, t.say.of(wordRelative))
	}
	if t.used[symArrived] && t.o.Told.first("times") {
		t.painted(faint, t.say.of(wordTimes))
	}
	if lines := termLines(t.o.Lang, t.terms, t.o.Told); len(lines) > 0 {
		t.flow(lines, "   ", faint)
	}
}

// beliefs writes what the ladder refutes, and which of its rows do.
func (t *text) beliefs() {
	if len(t.o.Beliefs) == 0 {
		return
	}
	t.blank()
	t.painted(strong, t.say.of(wordBeliefs))
	for _, b := range t.o.Beliefs {
		t.hanging(strong, t.g.cross+" ", "  ", safe(b.Text))
		t.hanging(plain, "  ", "  ", safe(b.Why))
	}
}

// hanging writes a paragraph with its own beginning, and an indent below it.
func (t *text) hanging(st style, begin, indent, s string) {
	for _, line := range wrap(t.text(s), t.o.width()-cells(begin)) {
		t.raw(st, begin+line)
		begin = indent
	}
}

// flow writes parts on lines, none broken where it fits on a line.
func (t *text) flow(parts []string, sep string, st style) {
	line := ""
	for _, p := range parts {
		p = t.text(p)
		if line != "" && cells(line)+cells(sep)+cells(p) > t.o.width() {
			t.raw(st, line)
			line = ""
		}
		if line != "" {
			line += sep
		}
		line += p
	}
	for _, part := range wrapKeep(line, t.o.width()) {
		t.raw(st, part)
	}
}

// wrapKeep is wrap, but leaves a line that fits as it is.
func wrapKeep(s string, width int) []string {
	if s == "" || cells(s) <= width {
		return []string{s}
	}
	return wrap(s, width)
}

// raw writes one line that is known to fit.
func (t *text) raw(st style, s string) {
	t.w.WriteString(t.p.paint(st, s))
	t.w.WriteByte('\n')
	t.spaced = false
}

// note writes a note over the whole width; a step's is a heading.
func (t *text) note(r *ladder.Row) {
	s := t.text(safe(t.o.Lang.Of(r.Event.Note.Text)))
	if r.Kind == ladder.RowStep {
		t.blank()
		lines := wrap(s, t.o.width()-4)
		for i, line := range lines {
			mark := strings.Repeat(t.g.rule, 2) + " "
			if i > 0 {
				mark = "   "
			}
			if i < len(lines)-1 {
				t.raw(strong, mark+line)
				continue
			}
			rest := max(min(t.o.width(), t.grid.ladder)-cells(mark+line)-1, 0)
			t.raw(strong, strings.TrimRight(mark+line+" "+strings.Repeat(t.g.rule, rest), " "))
		}
		return
	}
	for _, line := range wrap(s, t.o.width()-t.grid.gutter) {
		t.raw(plain, strings.Repeat(" ", t.grid.gutter)+line)
	}
}

// summary writes what is to be said of a connection, or of the whole trace.
func (t *text) summary(r *ladder.Row) {
	if !t.tables {
		t.tables = true
		t.blank()
	}
	if r.Kind == ladder.RowConnection {
		t.painted(plain, connectionText(t.say, &t.o, t.explainer, r.Event.Connection))
		return
	}
	t.painted(faint, totalsText(t.say, r.Event.Totals))
}

// connectionText is a connection's summary in a line.
func connectionText(say speaker, o *Options, x *explain.Explainer, c *tcpstate.Conn) string {
	peer := fmt.Sprintf("%s (%d B)", c.Key.Server, c.Bytes[tcpstate.Server])
	if c.Key.OneEnd() {
		peer = say.of(wordItself)
	}
	s := fmt.Sprintf("%s: %s (%d B) ↔ %s; %s", o.connection(say, c.Stream), c.Key.Client, c.Bytes[tcpstate.Client], peer, x.Ending(c))
	if n := sentAgainUnnamed(c); n > 0 {
		s += fmt.Sprintf("; %s ×%d", say.of(wordSentAgain), n)
	}
	if f := findingsText(say, c.Standing()); f != "" {
		s += "; " + f
	}
	return safe(s)
}

// findingsText lists findings with their counts, the most frequent first.
func findingsText(say speaker, findings map[string]int) string {
	names := slices.Sorted(maps.Keys(findings))
	slices.SortStableFunc(names, func(a, b string) int { return findings[b] - findings[a] })
	var parts []string
	for _, n := range names {
		if findings[n] > 0 {
			parts = append(parts, fmt.Sprintf("%s ×%d", say.finding(n, 0), findings[n]))
		}
	}
	return strings.Join(parts, ", ")
}

var (
	wordClamped = trace.Text{
		En: "time stamps beyond the years 1678 to 2262: %d, shown as the end of these years, so that no time or duration with them is true",
		Ko: "1678년부터 2262년까지를 벗어난 타임스탬프 %d개: 그 끝의 시각으로 보이므로 그 프레임의 시각과 시간 간격은 참이 아님",
	}
	wordBackward = trace.Text{
		En: "frames whose time lies before that of the one before: %d",
		Ko: "바로 앞 프레임보다 이른 시각의 프레임 %d개",
	}
)

func totalsText(say speaker, n *trace.Totals) string {
	if n.Frames == 0 {
		return say.of(wordSawNone)
	}
	parts := []string{say.f(wordSaw, n.Frames, n.Segments, n.Connections)}
	switch {
	case n.Numbered > n.Frames:
		parts = append(parts, say.f(wordNumberedTwo, explain.Count(n.Numbered, "frame")))
	case n.Numbered > 0 && n.Numbered < n.Frames:
		parts = append(parts, say.f(wordNumbered, explain.Count(n.Numbered, "frame")))
	}
	if len(n.Others) > 0 {
		var others []string
		for _, name := range slices.Sorted(maps.Keys(n.Others)) {
			others = append(others, fmt.Sprintf("%s %d", safe(name), n.Others[name]))
		}
		if more := len(others) - 8; more > 0 {
			others = append(others[:8], say.f(wordMore, more))
		}
		parts = append(parts, say.f(wordOthers, strings.Join(others, ", ")))
	}
	if n.Damaged > 0 {
		parts = append(parts, say.f(wordDamage, n.Damaged))
	}
	if n.Cut > 0 {
		parts = append(parts, say.f(wordCutFrames, n.Cut))
	}
	if n.Incomplete > 0 {
		parts = append(parts, say.f(wordIncomplete, n.Incomplete))
	}
	if n.Dropped > 0 {
		parts = append(parts, say.f(wordMissing, explain.Count(n.Dropped, "frame")))
	}
	if n.Clamped > 0 {
		parts = append(parts, say.f(wordClamped, n.Clamped))
	}
	if n.Backward > 0 {
		parts = append(parts, say.f(wordBackward, n.Backward))
	}
	return strings.Join(parts, "; ")
}

func fateWord(say speaker, f trace.Fate) string { return explain.Label(say.lang, "fate."+f.String()) }

// reasons are the explanations of a row, one a paragraph.
func (t *text) reasons(r *ladder.Row) []string {
	switch {
	case !t.o.Explain:
		return nil
	case t.told != nil:
		return t.told(r)
	}
	return reasons(t.explainer, t.builder.Lanes(), r)
}

// reasons explains a row: its event, what the wire did, and the changes of
// state that the event's own explanation does not mention.
func reasons(x *explain.Explainer, lanes []ladder.Lane, r *ladder.Row) []string {
	var out []string
	for _, said := range explanations(x, lanes, r) {
		out = append(out, said.String())
	}
	return out
}

// explanations are reasons in their parts.
func explanations(x *explain.Explainer, lanes []ladder.Lane, r *ladder.Row) []explain.Explanation {
	var out []explain.Explanation
	add := func(e *trace.Event) {
		if said := x.Explain(e); said.String() != "" {
			out = append(out, said)
		}
	}
	switch r.Kind {
	case ladder.RowArrow, ladder.RowMessage, ladder.RowCall, ladder.RowFolded, ladder.RowStore, ladder.RowMemory, ladder.RowOther, ladder.RowVerdict:
		add(&r.Event)
	case ladder.RowOpening, ladder.RowPause, ladder.RowState, ladder.RowStep, ladder.RowNote, ladder.RowLost,
		ladder.RowConnection, ladder.RowTotals:
	}
	if r.Kind == ladder.RowOpening || (r.Kind == ladder.RowMemory && !r.Memory.Structural()) {
		return nil
	}
	if r.Arrow != nil {
		for i := range r.Arrow.Verdicts {
			e := r.Event
			e.Kind, e.Verdict = trace.KindVerdict, &r.Arrow.Verdicts[i]
			add(&e)
		}
	}
	for i := range r.States {
		m := &r.States[i]
		if m.From == m.To { // it was so before: see Between
			continue
		}
		e := r.Event
		e.Kind, e.State, e.Segment = trace.KindState, &m.Change, nil
		e.From, e.To = laneParty(r, lanes, m.Lane), peerOf(r, lanes, m.Lane)
		add(&e)
	}
	return out
}

// laneParty is who a lane is in a row: the end that its event names, which need not
// have the lane's address.
func laneParty(r *ladder.Row, lanes []ladder.Lane, i int) trace.Participant {
	for _, p := range []trace.Participant{r.Event.From, r.Event.To} {
		if p.Addr.IsValid() && lanes[i].Holds(p) {
			return p
		}
	}
	return partyOfLane(lanes, i)
}

func partyOfLane(lanes []ladder.Lane, i int) trace.Participant {
	return trace.Participant{Role: lanes[i].Role, N: lanes[i].N, Addr: lanes[i].Addr}
}

// peerOf is who is at the other end of a row's connection: whom its arrow or its event
// names beside the lane's own party. The zero Participant if it is not known.
func peerOf(r *ladder.Row, lanes []ladder.Lane, lane int) trace.Participant {
	own := lanes[lane]
	switch from, to := r.Event.From, r.Event.To; {
	case r.Arrow != nil && r.Arrow.From == lane:
		return laneParty(r, lanes, r.Arrow.To)
	case r.Arrow != nil:
		return laneParty(r, lanes, r.Arrow.From)
	case own.Holds(from) && to.Addr.IsValid():
		return to
	case own.Holds(to) && from.Addr.IsValid():
		return from
	case len(lanes) == 2:
		return partyOfLane(lanes, 1-lane)
	}
	return trace.Participant{}
}

// block writes lines of the ladder, and the reasons beside or below them.
func (t *text) block(lines []*canvas, reasons []string) {
	if len(reasons) == 0 {
		for _, c := range lines {
			t.emit(c)
		}
		t.reuse(lines)
		return
	}
	if t.grid.panel == 0 {
		for _, c := range lines {
			t.emit(c)
		}
		for _, why := range reasons {
			for i, line := range wrap(t.text(why), t.grid.width-8) {
				indent := strings.Repeat(" ", 4) + t.g.tick + " "
				if i > 0 {
					indent = strings.Repeat(" ", 6)
				}
				t.raw(faint, indent+line)
			}
		}
		return
	}
	var panel []string
	for _, why := range reasons {
		panel = append(panel, wrap(t.text(why), t.grid.width-t.grid.panel)...)
	}
	for i := range max(len(lines), len(panel)) {
		c := newCanvas(t.grid.width)
		src := t.lanes(nil)
		if i < len(lines) {
			src = lines[i]
		}
		copy(c.cells, src.cells)
		if i < len(panel) {
			c.put(t.grid.panel, panel[i], faint)
		}
		t.emit(c)
	}
}
