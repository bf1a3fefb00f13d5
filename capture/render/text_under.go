package render

import (
	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// message draws an HTTP message: a double line, since it rides on TCP's. It
// returns a line to stand above it where the label had no room on it.
func (t *text) message(c *canvas, r *ladder.Row) (above *canvas) {
	from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
	t.used[symMessage] = true
	if from == to {
		c.put(from+2, t.fit(t.g.double+" "+spokenForms(t.say, r, t.opened > 1)[0], t.grid.ladder-from-2), strong)
		return nil
	}
	w := newWay(from, to)
	s := t.strokes(r.Arrow, w, false)
	w.fill(c, 0, w.n-1, t.g.double, s.style)
	w.put(c, w.n-1, s.head, s.style)
	forms := spokenForms(t.say, r, t.opened > 1)
	short := forms[len(forms)-1]
	if !t.grid.two && cells(t.text(short)) > w.n-5 {
		above = t.lanes(r)
		col := min(from, to) + 2
		above.put(col, t.pick(forms, t.grid.ladder-col), strong)
		return above
	}
	w.put(c, 1, " "+t.pick(forms, w.n-5)+" ", strong)
	return nil
}

// stateFields shows which header fields of a message carry state.
func (t *text) stateFields(r *ladder.Row) []*canvas {
	var lines []*canvas
	from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
	left := min(from, to) + 2
	for _, f := range spokenFields(t.say, &r.Event) {
		c := t.lanes(r)
		room := max(from, to) - left - 2
		if !t.grid.two {
			room = t.grid.ladder - left - 1
		}
		c.put(left+1, t.fit(f, room), memory)
		lines = append(lines, c)
	}
	return lines
}

// verdict says under an arrow what the wire did, and by which rule.
func (t *text) verdict(r *ladder.Row, v trace.Verdict) []*canvas {
	from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
	return t.inside(r, min(from, to), max(from, to), verdictText(t.say, v), trouble)
}

// verdictText is a verdict in words.
func verdictText(say speaker, v trace.Verdict) string {
	who := wordWire
	switch {
	case v.Fate == trace.Discarded:
		who = wordReceiver
	case v.Fate.Compared():
		who = wordCaptures
	}
	s := say.of(who) + ": " + fateWord(say, v.Fate)
	if v.By > 0 {
		s += " " + say.f(wordBy, spanText(v.By))
	}
	if v.Fate == trace.Corrupted {
		s += ", " + say.f(wordBit, v.Bit)
	}
	if v.Rule != "" {
		s += ", " + explain.VerdictReason(say.lang, safe(v.Rule))
	}
	return s
}

// delayText says how long a segment was on its way, where that is asked for and
// known; else nothing.
func delayText(say speaker, o *Options, r *ladder.Row) string {
	if !o.Delays || r.Kind != ladder.RowArrow || r.Arrow.ArrivedAt.IsZero() || r.Arrow.Part == ladder.Departure {
		return ""
	}
	return say.f(wordDelay, spanText(r.Arrow.Travelled), spanText(o.DelayError))
}

// inside writes words between two columns, on as many lines as they take.
func (t *text) inside(r *ladder.Row, left, right int, s string, st style) []*canvas {
	var lines []*canvas
	for _, part := range wrap(t.text(s), max(right-left-3, 16)) {
		c, start := t.lanes(r), left+(right-left-cells(part))/2+1
		if len(t.grid.cols) == 0 {
			start = t.grid.gutter
		}
		c.put(start, part, st)
		lines = append(lines, c)
	}
	return lines
}
