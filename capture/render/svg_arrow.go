package render

import (
	"math"
	"strings"

	"statelab/capture/ladder"
)

// stroke is where an arrow runs, and in which colour.
type stroke struct {
	x1, y1, x2, y2 float64
	color          string
}

// strokeOf is a row's arrow; false where another row draws it, or it is no segment's.
func (d *drawing) strokeOf(i int, r *ladder.Row) (stroke, bool) {
	a := r.Arrow
	if (r.Kind != ladder.RowArrow && r.Kind != ladder.RowMessage) || spoken(&r.Event) {
		return stroke{}, false
	}
	y := d.tops[i] + 26
	s := stroke{d.x[a.From], y, d.x[a.To], y + slant, d.th.forward}
	if s.x2 < s.x1 {
		s.color = d.th.backward
	}
	if a.Lost || a.Damaged || a.Discarded || a.Injected || troubled(r) {
		s.color = d.th.trouble
	}
	switch {
	case a.Part == ladder.Arrival && a.Copy == 0 && a.Tie != "":
		return stroke{}, false // the departure's row has it
	case a.Part == ladder.Departure:
		if at, ok := d.arrival[a.Tie]; ok {
			s.y2 = d.tops[at] + 22
		}
	}
	switch {
	case a.Lost:
		s.x2, s.y2 = s.x1+(s.x2-s.x1)*0.62, s.y1+slant*0.62
	case a.Injected:
		s.x1 += (s.x2 - s.x1) * 0.3
	}
	return s, true
}

// crosses reports whether an arrow runs over words: the box from left to right and
// from top to bottom.
func (s *stroke) crosses(left, top, right, bottom float64) bool {
	if s.x1 == s.x2 {
		return false
	}
	at := func(x float64) float64 { return s.y1 + (s.y2-s.y1)*(x-s.x1)/(s.x2-s.x1) }
	left, right = max(left, min(s.x1, s.x2)), min(right, max(s.x1, s.x2))
	return left < right && max(at(left), at(right)) > top && min(at(left), at(right)) < bottom
}

// arrows draws all segments' arrows: before any words, which are never to be
// crossed out by an arrow of another row.
func (d *drawing) arrows() {
	for i := range d.p.rows {
		r := &d.p.rows[i]
		s, ok := d.strokeOf(i, r)
		if !ok {
			continue
		}
		d.shaft(s, r.Arrow)
		if s.y2-s.y1 > 2*slant {
			d.crossing = append(d.crossing, s)
		}
	}
}

// over writes words that stand on the picture's ground: on a piece of it, where an
// arrow runs below them.
func (d *drawing) over(x, y float64, l letters, anchor, attributes, s string) {
	const pad = 4
	w := l.width(s)
	left := x
	switch anchor {
	case "middle":
		left -= w / 2
	case "end":
		left -= w
	}
	top, bottom := y-l.size, y+l.size*0.3
	for i := range d.crossing {
		if s != "" && d.crossing[i].crosses(left-pad, top, left+w+pad, bottom) {
			d.f(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="3" fill="%s"/>`+"\n", left-pad, top, w+2*pad, bottom-top, d.th.ground)
			break
		}
	}
	d.text(x, y, l.size, anchor, attributes, s)
}

// arrowRow writes what belongs to a segment's arrow, or draws a message.
func (d *drawing) arrowRow(i int, r *ladder.Row) {
	a, y := r.Arrow, d.tops[i]
	if showsTime(r) {
		d.time(r, y+26)
	}
	if spoken(&r.Event) {
		d.message(r, y)
		return
	}
	middle, below, anchor := (d.x[a.From]+d.x[a.To])/2, y+26+slant+20, "middle"
	s, ok := d.strokeOf(i, r)
	if ok {
		d.label(r, strings.TrimPrefix(arrowText(d.say, r, d.p.several), "("+a.Tie+") "), s)
	} else { // it ends here, and began in another row: nearest to its tip
		middle, below, anchor = d.x[a.To]+14, y+22+leading, "start"
		if d.x[a.From] < d.x[a.To] {
			middle, anchor = d.x[a.To]-14, "end"
		}
	}
	delayed := delayText(d.say, &d.o, r) != ""
	for n, line := range d.verdictLines(r) {
		color := d.th.trouble
		if n == 0 && delayed {
			color = d.th.faint
		}
		d.over(middle, below+float64(n)*leading, small, anchor, `class="h" `+fill(color), line)
	}
}

// verdictLines says how long an arrow's segment was on its way, on the first
// line if that is shown, and what the wire did to it.
func (d *drawing) verdictLines(r *ladder.Row) []string {
	var lines []string
	if s := delayText(d.say, &d.o, r); s != "" {
		lines = append(lines, s)
	}
	if r.Arrow.Part == ladder.Arrival {
		return lines // the departure's row has the rest
	}
	for _, v := range r.Arrow.Verdicts {
		room := max(math.Abs(d.x[r.Arrow.To]-d.x[r.Arrow.From])-40, 160)
		lines = append(lines, small.wrap(verdictText(d.say, v), room)...)
	}
	return lines
}

// shaft draws an arrow's line and what it ends in.
func (d *drawing) shaft(s stroke, a *ladder.Arrow) {
	x1, y1, x2, y2, color := s.x1, s.y1, s.x2, s.y2, s.color
	dash := ""
	if a.Resent {
		dash = ` stroke-dasharray="7 5"`
	}
	dir := 1.0
	if x2 < x1 {
		dir = -1
	}
	if x1 == x2 {
		x2 += 30
	}
	x1 += 4 * dir
	tip := x2
	if !a.Lost {
		tip = x2 - 5*dir
	}
	d.f(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="2.2"%s/>`+"\n", x1, y1, tip-4*dir, y2, color, dash)
	if a.Lost || a.ThrownAway() {
		d.f(`<path d="M%.1f %.1fl14 14m0 -14l-14 14" stroke="%s" stroke-width="3.2" stroke-linecap="round" fill="none"/>`+"\n", tip-7, y2-7, color)
		return
	}
	heads := 1
	if a.Resent {
		heads = 2
	}
	turn := math.Atan2(y2-y1, tip-x1) * 180 / math.Pi
	for n := range heads {
		d.f(`<path transform="translate(%.1f %.1f) rotate(%.1f)" d="M%d 0l-12 -5.5v11z" fill="%s"/>`+"\n", tip, y2, turn, -10*n, color)
	}
	if a.Injected {
		d.f(`<path d="M%.1f %.1fl7 7l-7 7l-7 -7z" fill="%s"/>`+"\n", x1, y1-7, color)
	}
}

// label writes what a segment says above its arrow: in the middle, or near its
// sender where the arrow crosses rows.
func (d *drawing) label(r *ladder.Row, s string, way stroke) {
	a := r.Arrow
	from, to := d.x[a.From], d.x[a.To]
	gap := to - from
	if gap < 0 {
		gap = -gap
	}
	attributes := `class="h" ` + fill(way.color)
	y := way.y1 - 6
	tag := ""
	if d.p.several {
		tag = portTag(r.Event.Segment)
	}
	forms := append([]string{s}, d.say.label(r.Event.Segment, tag).forms(false)...)
	if a.Part == ladder.Departure && way.y2-way.y1 > 2*slant {
		anchor, x := "start", from+14
		if to < from {
			anchor, x = "end", from-14
		}
		l, room := letters{labelSize - 1, sans}, gap-34
		d.over(x, y, l, anchor, attributes, l.clip(l.pick(forms, room), room))
		return
	}
	room := max(gap-12, 120)
	if labelLetters.width(s) > room && r.Event.Segment.Len > 8 {
		forms[0] = strings.TrimSpace(strings.TrimSuffix(s, d.say.label(r.Event.Segment, tag).payload))
	}
	s = labelLetters.pick(forms, room)
	d.over((from+to)/2, y, labelLetters, "middle", attributes, labelLetters.clip(s, room))
}

// message draws an HTTP message as a double line.
func (d *drawing) message(r *ladder.Row, y float64) {
	a := r.Arrow
	from, to := d.x[a.From], d.x[a.To]
	color, dir := d.th.forward, 1.0
	if to < from {
		color, dir = d.th.backward, -1
	}
	for _, dy := range []float64{-2, 2} {
		d.f(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="1.6"/>`+"\n", from+4*dir, y+30+dy, to-14*dir, y+30+dy, color)
	}
	d.f(`<path d="M%.1f %.1fl%.1f -8v16z" fill="%s"/>`+"\n", to-5*dir, y+30, -13*dir, color)
	room := max((to-from)*dir-16, 170)
	d.over((from+to)/2, y+20, labelBold, "middle", `class="h" font-weight="700" `+fill(color), labelBold.clip(labelBold.pick(spokenForms(d.say, r, d.p.several), room), room))
	lines := spokenFields(d.say, &r.Event)
	if s := foldedTrouble(d.say, r.Folding); s != "" {
		lines = append(lines, s)
	}
	for n, line := range lines {
		d.over((from+to)/2, y+49+float64(n)*leading, smallMono, "middle", `class="h m" `+fill(d.th.ink), smallMono.clip(line, room))
	}
}
