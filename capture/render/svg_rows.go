package render

import (
	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// band draws the ground of a step's heading, which breaks the lanes.
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
			d.over((d.left+d.r)/2, y+21, small, "middle", `class="h" `+fill(d.th.faint), "— "+d.o.connection(d.say, r.Stream)+" —")
		}
	case ladder.RowFolded:
		d.folded(y, r)
	case ladder.RowStep:
		// A heading covers the lanes: it is a pause in the story.
		for n, line := range d.noteLines(r) {
			d.text(margin+14, y+29+float64(n)*leading, 17, "start", `class="s" font-weight="700"`, line)
		}
	case ladder.RowNote:
		for n, line := range d.noteLines(r) {
			d.over((d.left+d.r)/2, y+20+float64(n)*leading, small, "middle", `class="h" font-style="italic"`, line)
		}
	case ladder.RowPause:
		d.pause(y, r)
	case ladder.RowCall:
		d.time(r, y+21)
		d.tag(r.Lane, y+17, d.callText(r), d.th.call)
	case ladder.RowStore:
		d.time(r, y+21)
		d.tag(r.Lane, y+17, "▣ "+small.pick(explain.AccessForms(d.o.Lang, r.Event.Access), d.besideRoom(r.Lane)-20), d.th.call)
	case ladder.RowMemory:
		if r.Memory.Structural() {
			if showsTime(r) {
				d.time(r, y+19)
			}
			d.tag(r.Lane, y+15, "▤ "+memoryText(d.say, r.Memory), d.th.memory)
		}
	case ladder.RowState:
		d.time(r, y+21)
		tag := ""
		if d.p.several {
			tag = rowTag(r)
		}
		d.tag(r.Lane, y+17, words("◆", tag, stateCause(d.say, r)), d.th.call)
	case ladder.RowOther, ladder.RowVerdict, ladder.RowLost:
		d.time(r, y+19)
		d.over((d.left+d.r)/2, y+19, small, "middle", `class="h" `+fill(d.th.faint), small.clip(otherText(d.say, r), d.r-d.left+150))
	case ladder.RowConnection, ladder.RowTotals:
	}
	d.states(i, r)
	d.why(i, r)
}

// callText is a call that fits beside a lane: its arguments are cut, not what
// came of it.
func (d *drawing) callText(r *ladder.Row) string {
	const least = 60.0
	c := r.Event.Call
	whole := "● " + callText(d.say, c)
	over := small.width(whole) - d.besideRoom(r.Lane)
	if over <= 0 {
		return whole
	}
	short := *c
	args := safe(explain.CallArgs(d.o.Lang, c))
	short.Args = cutArgs(small, args, max(small.width(args)-over, least))
	return "● " + callText(d.say, &short)
}

// time writes a row's frame number and times in the left margin.
func (d *drawing) time(r *ladder.Row, y float64) {
	if frame := frameText(r); frame != "" {
		size := float64(smallSize)
		if len([]rune(frame)) > 5 { // a range of long numbers
			size = 10
		}
		d.text(margin+24, y, size, "end", `class="m"`, frame)
	}
	if r.At.IsZero() {
		return
	}
	d.text(margin+96, y, smallSize, "end", `class="m" `+fill(d.th.faint), sinceText(r.Since))
	d.text(margin+152, y, smallSize, "end", `class="m" `+fill(d.th.faint), deltaText(r.Delta))
}

// folded draws a row that stands for segments.
func (d *drawing) folded(y float64, r *ladder.Row) {
	from, to := d.x[r.Arrow.From], d.x[r.Arrow.To]
	left, right := min(from, to), max(from, to)
	color := d.th.faint
	if r.Folding.Troubled() {
		color = d.th.trouble
	}
	d.time(r, y+21)
	s := small.clip(foldedText(d.say, r, d.p.several), right-left-16)
	half := small.width(s)/2 + 10
	for _, x := range [][2]float64{{left + 6, (left+right)/2 - half}, {(left+right)/2 + half, right - 6}} {
		if x[1] > x[0] {
			d.f(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-dasharray="2 4"/>`+"\n", x[0], y+17, x[1], y+17, color)
		}
	}
	d.over((left+right)/2, y+21, small, "middle", `class="h" `+fill(color), s)
}

// states draws the labels of the states that an end comes into.
func (d *drawing) states(i int, r *ladder.Row) {
	seen := map[int]int{}
	for _, m := range r.States {
		y := d.markY(i, r, m.Lane) + float64(seen[m.Lane])*22
		seen[m.Lane]++
		label := stateWord(m)
		color := d.stateOf(m.To)
		w := chipLetters.width(label) + 16
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

// markY is the height at which a lane's state changes in a row.
func (d *drawing) markY(i int, r *ladder.Row, lane int) float64 {
	y := d.tops[i]
	switch {
	case r.Kind == ladder.RowArrow && r.Arrow.Part == ladder.Arrival && lane == r.Arrow.To:
		return y + 22
	case r.Kind == ladder.RowArrow && lane == r.Arrow.To:
		return y + 26 + slant
	case r.Kind == ladder.RowArrow:
		return y + 26
	}
	return y + 17
}

// stateOf is a mark's colour for its label.
func (d *drawing) stateOf(s tcpstate.State) string {
	if c := d.th.state(s); c != "" {
		return c
	}
	return d.th.faint
}

// why writes a row's explanation, beside the ladder or under the row.
func (d *drawing) why(i int, r *ladder.Row) {
	x, y := d.panel, d.tops[i]+20
	if x == 0 {
		x, y = 260, d.tops[i]+d.ownHeight(r)+12
	}
	for n, line := range d.lines[i] {
		d.over(x, y+float64(n)*leading, small, "start", `class="h" `+fill(d.th.faint), line)
	}
}

// tag writes words beside a lane, on its inner side.
func (d *drawing) tag(lane int, y float64, s, ground string) {
	if lane < 0 {
		return
	}
	s = small.clip(s, d.besideRoom(lane))
	w := small.width(s) + tagEdges
	x := d.x[lane] + 14
	if right, left := d.sides(lane); w > right && left > right {
		x = d.x[lane] - 14 - w
	}
	d.f(`<rect x="%.1f" y="%.1f" width="%.1f" height="24" rx="5" fill="%s"/>`+"\n", x, y-12, w, ground)
	d.text(x+7, y+4.5, smallSize, "start", "", s)
}

// tagEdges is what a box takes beside its words.
const tagEdges = 16

// sides are how much room there is beside a lane: to its right, and to its left.
func (d *drawing) sides(lane int) (right, left float64) {
	return d.r - d.x[lane] - 14, d.x[lane] - d.left - 28
}

// besideRoom is how wide the words beside a lane may be.
func (d *drawing) besideRoom(lane int) float64 {
	right, left := d.sides(lane)
	return max(right, left, 160) - tagEdges
}

// pause breaks the lanes: much time passes here.
func (d *drawing) pause(y float64, r *ladder.Row) {
	for _, x := range d.x {
		d.f(`<rect x="%.1f" y="%.1f" width="20" height="30" fill="%s"/>`+"\n", x-10, y+10, d.th.ground)
		for n := range 3 {
			d.f(`<circle cx="%.1f" cy="%.1f" r="2" fill="%s"/>`+"\n", x, y+17+float64(n)*8, d.th.faint)
		}
	}
	d.over((d.left+d.r)/2, y+30, letters{16, bold}, "middle", `class="h" font-weight="700"`, d.say.f(wordPass, prose(d.say.lang, r.Pause)))
}
