package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// band draws what lies under the lanes: the ground of a step's heading.
func (d *drawing) band(i int, r *ladder.Row) {
	if r.Kind != ladder.RowStep {
		return
	}
	lines := d.noteLines(r)
	d.f(`<rect x="%d" y="%.1f" width="%d" height="%d" rx="6" fill="%s"/>`+"\n",
		margin, d.tops[i]+8, pictureWidth-2*margin, 30+leading*(len(lines)-1), d.th.band)
}

// row draws one row.
func (d *drawing) row(i int, r *ladder.Row) {
	y := d.tops[i]
	switch r.Kind {
	case ladder.RowArrow, ladder.RowMessage:
		d.arrowRow(i, r)
	case ladder.RowOpening:
		if d.p.several && r.First {
			d.text((d.left+d.r)/2, y+21, smallSize, "middle", `class="h" `+fill(d.th.faint), "— "+d.say.f(wordConnection, r.Stream+1)+" —")
		}
	case ladder.RowStep:
		// A heading covers the lanes: it is a pause in the story.
		for n, line := range d.noteLines(r) {
			d.text(margin+14, y+29+float64(n)*leading, 17, "start", `class="s" font-weight="700"`, line)
		}
	case ladder.RowNote:
		for n, line := range d.noteLines(r) {
			d.text((d.left+d.r)/2, y+20+float64(n)*leading, 14, "middle", `class="h" font-style="italic"`, line)
		}
	case ladder.RowPause:
		d.pause(y, r)
	case ladder.RowCall:
		d.time(r, y+21)
		c := r.Event.Call
		s := safe(c.Name) + "(" + safe(c.Args) + ")"
		if c.Result != "" {
			s += " = " + safe(c.Result)
		}
		d.tag(r.Lane, y+17, "● "+s, d.th.call)
	case ladder.RowMemory:
		if r.Memory.Structural() {
			d.tag(r.Lane, y+15, "▤ "+memoryText(d.say, r.Memory), d.th.memory)
		}
	case ladder.RowState:
		d.time(r, y+21)
		d.tag(r.Lane, y+17, "◆ "+stateCause(d.say, r), d.th.call)
	case ladder.RowOther, ladder.RowVerdict, ladder.RowLost:
		d.time(r, y+19)
		d.text((d.left+d.r)/2, y+19, smallSize, "middle", `class="h" `+fill(d.th.faint), clip(otherText(d.say, r), smallSize, d.r-d.left+150))
	case ladder.RowConnection, ladder.RowTotals:
	}
	d.states(i, r)
	d.why(i, r)
}

// time writes a row's frame number and times in the left margin.
func (d *drawing) time(r *ladder.Row, y float64) {
	if r.Frame > 0 && (r.Arrow == nil || r.Arrow.Part != ladder.Arrival || r.Arrow.Tie != strconv.Itoa(r.Frame)) {
		d.text(margin+24, y, smallSize, "end", `class="m"`, strconv.Itoa(r.Frame))
	}
	if r.At.IsZero() {
		return
	}
	d.text(margin+96, y, smallSize, "end", `class="m" `+fill(d.th.faint), sinceText(r.Since))
	d.text(margin+152, y, smallSize, "end", `class="m" `+fill(d.th.faint), deltaText(r.Delta))
}

// states draws the labels of the states that an end comes into.
func (d *drawing) states(i int, r *ladder.Row) {
	seen := map[int]int{}
	for _, m := range r.States {
		y := d.markY(i, r, m.Lane) + float64(seen[m.Lane])*22
		seen[m.Lane]++
		label := stateWord(m)
		color := d.stateOf(m.To)
		w := widthOf(label, 12) + 16
		x := d.x[m.Lane] - 14 - w
		switch {
		case !d.two:
			x = d.x[m.Lane] - w/2
			y = d.tops[i] + d.ownHeight(r) - 14
		case d.x[m.Lane] > d.left:
			x = d.x[m.Lane] + 14
		}
		ground, ink, stroke := color, d.th.onState, color
		if d.th.state(m.To) == "" {
			ground, ink = d.th.ground, d.th.faint
		}
		d.f(`<rect x="%.1f" y="%.1f" width="%.1f" height="20" rx="10" fill="%s" stroke="%s"/>`+"\n", x, y-10, w, ground, stroke)
		d.text(x+w/2, y+4.5, 12, "middle", `font-weight="700" `+fill(ink), label)
	}
}

// why writes a row's explanation, beside the ladder or under the row.
func (d *drawing) why(i int, r *ladder.Row) {
	x, y := d.panel, d.tops[i]+20
	if x == 0 {
		x, y = 260, d.tops[i]+d.ownHeight(r)+12
	}
	for n, line := range d.lines[i] {
		d.text(x, y+float64(n)*leading, smallSize, "start", `class="h" `+fill(d.th.faint), line)
	}
}

// tag writes words beside a lane, on its inner side.
func (d *drawing) tag(lane int, y float64, s, ground string) {
	if lane < 0 {
		return
	}
	room := d.r - d.left - 60
	if !d.two {
		room = max((d.r-d.left)/float64(len(d.x)-1)*1.6, 160)
	}
	s = clip(s, smallSize, room)
	w := widthOf(s, smallSize) + 14
	x := d.x[lane] + 14
	if d.x[lane] > d.left && x+w > d.r {
		x = d.x[lane] - 14 - w
	}
	d.f(`<rect x="%.1f" y="%.1f" width="%.1f" height="24" rx="5" fill="%s"/>`+"\n", x, y-12, w, ground)
	d.text(x+7, y+4.5, smallSize, "start", "", s)
}

// pause breaks the lanes: much time passes here.
func (d *drawing) pause(y float64, r *ladder.Row) {
	for _, x := range d.x {
		d.f(`<rect x="%.1f" y="%.1f" width="20" height="30" fill="%s"/>`+"\n", x-10, y+10, d.th.ground)
		for n := range 3 {
			d.f(`<circle cx="%.1f" cy="%.1f" r="2" fill="%s"/>`+"\n", x, y+17+float64(n)*8, d.th.faint)
		}
	}
	d.text((d.left+d.r)/2, y+30, 16, "middle", `class="h" font-weight="700"`, d.say.f(wordPass, prose(r.Pause)))
}

// arrowRow draws a segment or a message.
func (d *drawing) arrowRow(i int, r *ladder.Row) {
	a, y := r.Arrow, d.tops[i]
	from, to := d.x[a.From], d.x[a.To]
	if r.Kind == ladder.RowArrow {
		d.time(r, y+26)
	}
	if r.Event.Message != nil {
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
	for n, line := range d.verdictLines(r) {
		d.text((d.x[a.From]+d.x[a.To])/2, y1+slant+20+float64(n)*leading, smallSize, "middle", `class="h" `+fill(d.th.trouble), line)
	}
}

// verdictLines says what the wire did to an arrow's segment.
func (d *drawing) verdictLines(r *ladder.Row) []string {
	var lines []string
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
	room := max(gap-12, 120)
	s = d.pick(append([]string{s}, d.say.label(r.Event.Segment, "").forms(false)...), labelSize, room)
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
	a, m := r.Arrow, r.Event.Message
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
	d.text((from+to)/2, y+20, labelSize, "middle", `class="h" font-weight="700" `+fill(color), clip(d.pick(messageForms(m), labelSize, room), labelSize, room))
	for n, line := range stateLines(m) {
		d.text((from+to)/2, y+49+float64(n)*leading, smallSize, "middle", `class="h m" `+fill(d.th.ink), clip(line, monoSize, room))
	}
}

// otherText is a row without a segment in words.
func otherText(say speaker, r *ladder.Row) string {
	switch {
	case r.Kind == ladder.RowLost:
		return say.f(wordMissing, r.Event.N)
	case r.Kind == ladder.RowVerdict:
		return verdictText(say, *r.Event.Verdict)
	}
	o := r.Event.Other
	s := words(safe(o.Protocol), safe(o.Info))
	if o.Err != nil {
		s += ": " + safe(o.Err.Error())
	}
	return s
}

// stateCause names what changed a state without a segment.
func stateCause(say speaker, r *ladder.Row) string {
	if len(r.States) == 0 {
		return ""
	}
	c := r.States[0].Change
	name := c.Trigger.Name
	if c.Cause.Name != "" {
		name = c.Cause.Name
	}
	return words(safe(name), triggerWord(say, c))
}

func triggerWord(say speaker, c trace.StateChange) string {
	if c.Trigger.Kind == tcpstate.OnTimer || (c.Basis == tcpstate.Observed && c.Cause.Kind == tcpstate.OnTimer) {
		return explain.Label(say.lang, "legend.timer")
	}
	return ""
}

// footer lists the summaries.
func (d *drawing) footer() []string {
	var lines []string
	for i := range d.p.rows {
		switch r := &d.p.rows[i]; r.Kind {
		case ladder.RowConnection:
			lines = append(lines, wrapTo(connectionText(d.say, r.Event.Connection), smallSize, pictureWidth-2*margin)...)
		case ladder.RowTotals:
			lines = append(lines, wrapTo(totalsText(d.say, r.Event.Totals), smallSize, pictureWidth-2*margin)...)
		}
	}
	if d.p.left > 0 {
		lines = append(lines, d.say.f(wordMore, d.p.left))
	}
	return lines
}

// end writes what stands under the ladder.
func (d *drawing) end() {
	y := d.bottom + 30
	for _, line := range d.footer() {
		d.text(margin, y, smallSize, "start", fill(d.th.faint), line)
		y += leading
	}
	d.ledger(y + 8)
}

// ledger draws who remembered how much after each step.
func (d *drawing) ledger(y float64) {
	columns := ledgerColumns(d.p.lanes, d.p.ledger)
	if len(columns) == 0 {
		return
	}
	d.text(margin, y+20, 16, "start", `font-weight="700"`, d.say.of(wordLedger))
	y += 46
	first, width := 420.0, min((pictureWidth-420.0-margin)/float64(len(columns)), 210)
	for i, c := range columns {
		head := d.say.lane(d.p.lanes[c.lane]) + ": " + d.say.of(kindWords[c.kind])
		d.text(first+width*float64(i+1)-10, y, smallSize, "end", fill(d.th.faint), clip(head, smallSize, width-12))
	}
	most := 1
	for _, s := range d.p.ledger {
		for _, c := range columns {
			most = max(most, held(s, c))
		}
	}
	for _, s := range d.p.ledger {
		y += 24
		title := safe(d.o.Lang.Of(s.Title))
		if title == "" {
			title = d.say.of(wordStart)
		}
		d.text(margin, y, 14, "start", "", clip(title, 14, first-margin-10))
		for i, c := range columns {
			n := held(s, c)
			x := first + width*float64(i+1) - 10
			if n < 0 {
				d.text(x, y, 14, "end", `class="m" `+fill(d.th.faint), "–")
				continue
			}
			bar := (width - 80) * float64(n) / float64(most)
			d.f(`<rect x="%.1f" y="%.1f" width="%.1f" height="14" rx="2" fill="%s"/>`+"\n", x-60-bar, y-12, bar, d.th.opening)
			d.text(x, y, 14, "end", `class="m"`, fmt.Sprintf("%d B", n))
		}
	}
}

func (d *drawing) ledgerHeight() float64 {
	if len(ledgerColumns(d.p.lanes, d.p.ledger)) == 0 {
		return 0
	}
	return 80 + 24*float64(len(d.p.ledger))
}
