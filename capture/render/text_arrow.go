package render

import (
	"slices"
	"strconv"

	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// way is the room between the lanes of an arrow, counted from its sender: cell
// 0 is beside the sender's lane.
type way struct {
	from, to int // columns
	n        int // cells between them
	dir      int // 1 to the right, -1 to the left
}

func newWay(from, to int) way {
	w := way{from: from, to: to, dir: 1, n: to - from - 1}
	if to < from {
		w.dir, w.n = -1, from-to-1
	}
	return w
}

// put writes s so that it takes the cells from i on.
func (w way) put(c *canvas, i int, s string, st style) int {
	width := cells(s)
	col := w.from + 1 + i
	if w.dir < 0 {
		col = w.from - i - width
	}
	c.put(col, s, st)
	return i + width
}

// fill draws a shaft over the cells i..end.
func (w way) fill(c *canvas, i, end int, s string, st style) {
	if w.dir > 0 {
		c.fill(w.from+1+i, w.from+1+end, s, st)
	} else {
		c.fill(w.from-end, w.from-i, s, st)
	}
}

// roomy is how many cells between two lanes are enough for all that a label
// could say; landing is what stays free between a departure and the far lane.
const (
	roomy   = 60
	landing = 3
)

// strokes are how an arrow is drawn.
type strokes struct {
	style style
	shaft string
	head  string
}

func (t *text) strokes(a *ladder.Arrow, w way, findings bool) strokes {
	s := strokes{style: forward, shaft: t.g.shaft, head: t.g.head}
	if w.dir < 0 {
		s.style, s.head = backward, t.g.tail
	}
	if a.Resent {
		s.shaft = t.g.dashed
		s.head += s.head
		t.used[symResent] = true
	}
	if findings || a.Lost || a.Damaged || a.Discarded || a.Injected {
		s.style = trouble
	}
	switch {
	case a.Discarded: // it arrives all the same
		s.head = inOrder(w.dir, s.head, t.g.cross)
		t.used[symDiscarded] = true
	case a.ThrownAway():
		s.head = t.g.cross
		t.used[symDamaged] = true
	}
	return s
}

// inOrder joins two signs, the second nearer to where an arrow points.
func inOrder(dir int, first, second string) string {
	if dir < 0 {
		return second + first
	}
	return first + second
}

// troubles are the findings that are drawn in red.
var troubles = map[string]bool{
	"retransmission": true, "fast-retransmission": true, "spurious-retransmission": true, "out-of-order": true,
	"bytes-seen-before": true, "reordered": true, "inconsistent-retransmission": true, "lost-segment": true, "ack-lost-segment": true, "duplicate-ack": true, "window-full": true, "zero-window": true,
}

// troubled reports whether a row's segment tells of trouble: a reset is some, too.
func troubled(r *ladder.Row) bool {
	s := r.Event.Segment
	if s.Flags.Has(tcpstate.RST) {
		return true
	}
	return !r.Arrow.Recut && slices.ContainsFunc(s.Findings, func(f tcpstate.Finding) bool {
		return troubles[f.Name] && tcpstate.Denies(f.Name, s.Findings) == ""
	})
}

// arrow draws a segment on its line. It returns a line to stand above it where
// the label had no room on it, and what to write below it: what of a SYN, FIN or
// RST had no room.
func (t *text) arrow(c *canvas, r *ladder.Row) (above *canvas, below string) {
	a, seg := r.Arrow, r.Event.Segment
	t.used[symRelative] = t.used[symRelative] || seg.Relative
	t.used[symArrived] = t.used[symArrived] || !a.ArrivedAt.IsZero()
	if t.tie == "" {
		t.tie = a.Tie
	}
	from, to := t.grid.cols[a.From], t.grid.cols[a.To]
	if from == to { // both ends in one lane: a host that talks to itself
		t.selfArrow(c, r)
		return nil, ""
	}
	w := newWay(from, to)
	s := t.strokes(a, w, troubled(r))
	l := t.say.label(seg, t.tag(r))
	forms := l.forms(w.n >= roomy)
	switch {
	case a.Copy > 1:
		forms = []string{t.say.f(wordCopy, a.Copy), "×" + strconv.Itoa(a.Copy)}
	case a.Part == ladder.Arrival:
		forms = []string{flagText(seg.Flags)}
	case a.Injected:
		for i, f := range forms {
			forms[i] = words(t.say.of(wordInjected), f)
		}
	}
	head, tail := t.trimmings(a)
	room := w.n - head - tail - 2
	if a.Part != ladder.Departure && !a.Lost {
		room -= cells(s.head)
	}
	text := t.pick(forms, room)
	if !t.grid.two && cells(text) < cells(t.text(forms[0])) && a.Part != ladder.Arrival {
		above = t.lanes(r)
		col := min(from, to) + 2
		above.put(col, t.pick(forms, t.grid.ladder-col), s.style)
		text = ""
	}
	t.shoot(c, w, s, a, text)
	if t.grid.two && a.Part != ladder.Arrival {
		if rest := l.unsaid(text, a.Part == ladder.Whole && !a.Lost); rest != nil {
			below = t.pick(rest, w.n-2)
		}
	}
	return above, below
}

// trimmings is how many cells an arrow needs before and after its label, beside
// the shaft: for ties, crosses and words.
func (t *text) trimmings(a *ladder.Arrow) (head, tail int) {
	switch {
	case a.Lost:
		return 0, 3 + cells(t.text(t.say.of(wordLost)))
	case a.Part == ladder.Departure:
		return 0, cells(a.Tie) + 3 + landing
	case a.Part == ladder.Arrival && a.Tie != "":
		return cells(a.Tie) + 3, 0
	case a.Injected:
		return 3, 0
	}
	return 0, 1
}

// pick returns the fullest form of a label that fits.
func (t *text) pick(forms []string, room int) string {
	for _, f := range forms {
		if s := t.text(f); cells(s) <= room {
			return s
		}
	}
	return t.fit(forms[len(forms)-1], room)
}

// fullest returns the first form that fits, else the first.
func (t *text) fullest(forms []string, room int) string {
	for _, f := range forms {
		if cells(t.text(f)) <= room {
			return f
		}
	}
	return forms[0]
}

// shoot draws the arrow itself: where it begins, its label, where it ends.
func (t *text) shoot(c *canvas, w way, s strokes, a *ladder.Arrow, text string) {
	begin, end := 0, w.n
	switch {
	case a.Part == ladder.Arrival && a.Tie != "":
		begin = w.n/2 - cells(a.Tie)/2 - 1
		begin = min(begin, w.n-cells(s.head)-cells(text)-cells(a.Tie)-5)
		begin = w.put(c, max(begin, 0), "("+a.Tie+")", s.style)
		t.used[symTie] = true
	case a.Injected:
		begin = w.put(c, 2, t.g.state, s.style)
		t.used[symInjected] = true
	default:
		t.tee(c, a.From, w.dir)
	}
	labelEnd := begin + 1 + cells(text) + 1
	lead := 0
	if labelEnd+1+cells(s.head)+1 <= end {
		lead = 1
	}
	ending := ""
	switch {
	case a.Lost:
		lost := t.text(t.say.of(wordLost))
		if w.dir > 0 {
			ending = t.g.cross + " " + lost
		} else {
			ending = lost + " " + t.g.cross
		}
		end = min(max(labelEnd+lead+2, w.n*2/3), w.n-cells(ending))
		t.used[symLost] = true
	case a.Part == ladder.Departure:
		ending = "(" + a.Tie + ")"
		end = min(max(labelEnd+lead+2, w.n/2-1), w.n-cells(ending)-landing)
		t.used[symTie] = true
	default:
		ending = s.head
		end -= cells(s.head)
	}
	w.fill(c, begin, end, s.shaft, s.style)
	if text != "" {
		w.put(c, begin+lead, " "+text+" ", s.style)
	}
	w.put(c, end, ending, s.style)
}

// tee joins an arrow to the lane that it leaves.
func (t *text) tee(c *canvas, lane, dir int) {
	heavy := t.heavy(lane)
	glyph := t.g.fromLeft
	switch {
	case heavy && dir > 0:
		glyph = t.g.heavyLeft
	case heavy:
		glyph = t.g.heavyRight
	case dir < 0:
		glyph = t.g.fromRight
	}
	c.put(t.grid.cols[lane], glyph, t.laneStyle(lane))
}

// selfArrow writes a segment whose ends share a lane.
func (t *text) selfArrow(c *canvas, r *ladder.Row) {
	col := t.grid.cols[r.Arrow.From] + 2
	text := t.pick(t.say.label(r.Event.Segment, t.tag(r)).forms(false), t.besideRoom(r.Arrow.From)-2)
	c.put(col, t.g.head+" "+text, forward)
}

// tag says which connection a row belongs to, once there are several: by the
// client's port, which nobody else has.
func (t *text) tag(r *ladder.Row) string {
	if t.opened < 2 {
		return ""
	}
	return rowTag(r)
}

// rowTag names a row's connection; nothing, where it is of none.
func rowTag(r *ladder.Row) string {
	if r.Stream < 0 {
		return ""
	}
	if r.Event.Segment != nil {
		return portTag(r.Event.Segment)
	}
	p := r.Event.From
	if asked := r.Event.To; p.Role == trace.RoleServer || asked.Role == trace.RoleClient {
		p = asked
	}
	if p.Addr.Port() == 0 {
		return ""
	}
	return withNumber(":", uint32(p.Addr.Port()))
}

// portTag names a segment's connection by its client's port.
func portTag(seg *trace.Segment) string {
	port := seg.Src.Port()
	if seg.Conn != nil {
		port = seg.Conn.Key.Client.Port()
	} else if seg.From != 0 {
		port = seg.Dst.Port()
	}
	return withNumber(":", uint32(port))
}
