package render

import (
	"math"
	"strings"

	"statelab/capture/ladder"
)

// arrowRow draws a segment or a message.
func (d *drawing) arrowRow(i int, r *ladder.Row) {
	a, y := r.Arrow, d.tops[i]
	from, to := d.x[a.From], d.x[a.To]
	if r.Kind == ladder.RowArrow || r.Folding != nil {
		d.time(r, y+26)
	}
	if spoken(&r.Event) {
		d.message(r, y)
		return
	}
	color := d.th.forward
	if to < from {
		color = d.th.backward
	}
	if a.Lost || a.Damaged || a.Injected || troubled(r.Event.Segment) {
		color = d.th.trouble
	}
	dash := ""
	if a.Resent {
		dash = ` stroke-dasharray="7 5"`
	}
	label := strings.TrimPrefix(arrowText(d.say, r, d.p.several), "("+a.Tie+") ")
	y1, y2 := y+26, y+26+slant
	switch {
	case a.Part == ladder.Arrival && a.Copy == 0 && a.Tie != "":
		return // the departure's row has drawn it
	case a.Part == ladder.Departure:
		if at, ok := d.arrival[a.Tie]; ok {
			y2 = d.tops[at] + 22
		}
	}
	switch {
	case a.Lost:
		to, y2 = from+(to-from)*0.62, y1+slant*0.62
	case a.Injected:
		from = from + (to-from)*0.3
	}
	d.shaft(from, y1, to, y2, color, dash, a)
	d.label(r, label, y1, y2, color)
	if a.Part == ladder.Arrival {
		return
	}
	delayed := delayText(d.say, &d.o, r) != ""
	for n, line := range d.verdictLines(r) {
		color := d.th.trouble
		if n == 0 && delayed {
			color = d.th.faint
		}
		d.text((d.x[a.From]+d.x[a.To])/2, y1+slant+20+float64(n)*leading, smallSize, "middle", `class="h" `+fill(color), line)
	}
}

// verdictLines says how long an arrow's segment was on its way, on the first
// line if that is shown, and what the wire did to it.
func (d *drawing) verdictLines(r *ladder.Row) []string {
	var lines []string
	if s := delayText(d.say, &d.o, r); s != "" {
		lines = append(lines, s)
	}
	for _, v := range r.Arrow.Verdicts {
		room := max(math.Abs(d.x[r.Arrow.To]-d.x[r.Arrow.From])-40, 160)
		lines = append(lines, wrapTo(verdictText(d.say, v), smallSize, room)...)
	}
	return lines
}

// shaft draws an arrow's line and what it ends in.
func (d *drawing) shaft(x1, y1, x2, y2 float64, color, dash string, a *ladder.Arrow) {
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
	if a.Lost || (a.Damaged && a.Part != ladder.Departure) {
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
func (d *drawing) label(r *ladder.Row, s string, y1, y2 float64, color string) {
	a := r.Arrow
	from, to := d.x[a.From], d.x[a.To]
	gap := to - from
	if gap < 0 {
		gap = -gap
	}
	attributes := `class="h" ` + fill(color)
	if a.Part == ladder.Departure && y2-y1 > 2*slant {
		anchor, x := "start", from+14
		if to < from {
			anchor, x = "end", from-14
		}
		d.text(x, y1-6, labelSize-1, anchor, attributes, clip(s, labelSize-1, gap-20))
		return
	}
	tag := ""
	if d.p.several {
		tag = portTag(r.Event.Segment)
	}
	room := max(gap-12, 120)
	if widthOf(s, labelSize) > room*0.88 && r.Event.Segment.Len > 8 {
		s = strings.TrimSpace(strings.TrimSuffix(s, d.say.label(r.Event.Segment, tag).payload)) // fonts differ in width
	}
	s = d.pick(append([]string{s}, d.say.label(r.Event.Segment, tag).forms(false)...), labelSize, room)
	d.text((from+to)/2, y1-6, labelSize, "middle", attributes, clip(s, labelSize, room))
}

// pick returns the fullest form of a label that fits.
func (d *drawing) pick(forms []string, size, room float64) string {
	for _, f := range forms {
		if widthOf(f, size) <= room {
			return f
		}
	}
	return forms[len(forms)-1]
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
	d.text((from+to)/2, y+20, labelSize, "middle", `class="h" font-weight="700" `+fill(color), clip(d.pick(spokenForms(&r.Event), labelSize, room), labelSize, room))
	lines := spokenFields(&r.Event)
	if s := foldedTrouble(d.say, r.Folding); s != "" {
		lines = append(lines, s)
	}
	for n, line := range lines {
		d.text((from+to)/2, y+49+float64(n)*leading, smallSize, "middle", `class="h m" `+fill(d.th.ink), clip(line, monoSize, room))
	}
}
