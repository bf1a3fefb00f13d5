package vantage

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"statelab/capture/tcpstate"
)

// A capture is no full record of its host: frames pass faster than they can be
// written down. What it has missed it gives away itself: its host acknowledges
// numbers that it never shows arriving (RFC 9293 §3.4), or goes on sending behind
// numbers that it never shows leaving.

// stretch is a run of sequence numbers: from up to, and without, to.
type stretch struct{ from, to tcpstate.Seq }

// meets reports whether a segment takes a number of the stretch.
func (s stretch) meets(r *record) bool { return r.end.After(s.from) && r.seq.Before(s.to) }

// maxAhead bounds the stretches that are kept of one direction behind a hole: a
// window of full segments, all of them with holes between, holds fewer.
const maxAhead = 1 << 13

// octets follows which numbers of one direction of a connection a capture has
// shown.
type octets struct {
	begun       bool
	start, next tcpstate.Seq // all from start up to next is shown, or accounted for
	ahead       []stretch    // what is shown behind a hole, in order
	// asked: the capture shows how their receiver asked for the connection, by a SYN
	// with the number isn. All that it receives has come since.
	asked bool
	isn   tcpstate.Seq
}

// ask notes a SYN of the octets' receiver.
func (o *octets) ask(isn tcpstate.Seq) {
	if !o.asked || o.isn != isn {
		*o = octets{asked: true, isn: isn}
	}
}

// begin takes all numbers before one for those of the time before the capture: or,
// where there was none, for not shown.
func (o *octets) begin(at tcpstate.Seq) {
	if o.asked {
		at -= 1 << 30 // more than any window (RFC 7323 §2.3)
	}
	o.begun, o.start, o.next = true, at, at
}

// add notes a segment that is shown.
func (o *octets) add(r *record) {
	switch {
	case r.has(syn) && (!o.begun || r.seq != o.start):
		o.begun, o.start, o.next, o.ahead = true, r.seq, r.end, nil
		return
	case !o.begun:
		o.begin(r.seq)
	}
	if r.seq == r.end || !r.end.After(o.next) {
		return
	}
	i := sort.Search(len(o.ahead), func(i int) bool { return o.ahead[i].from.After(r.seq) })
	if i > 0 && o.ahead[i-1].to == r.seq {
		o.ahead[i-1].to = r.end
	} else {
		o.ahead = slices.Insert(o.ahead, i, stretch{r.seq, r.end})
	}
	o.account(o.next)
	if len(o.ahead) > maxAhead {
		o.account(o.ahead[0].from)
	}
}

// account takes all numbers before end for accounted for, and returns those among
// them that were not shown.
func (o *octets) account(end tcpstate.Seq) (holes []stretch) {
	if !o.begun {
		o.begin(end)
	}
	n := 0
	for _, s := range o.ahead {
		if s.from.After(o.next) {
			if !s.from.Before(end) {
				break
			}
			holes = append(holes, stretch{o.next, s.from})
		}
		if s.to.After(o.next) {
			o.next = s.to
		}
		n++
	}
	o.ahead = slices.Delete(o.ahead, 0, n)
	if o.next.Before(end) {
		holes = append(holes, stretch{o.next, end})
		o.next = end
	}
	return holes
}

// opened is account for the ACK of a SYN, with which a connection may begin.
func (o *octets) opened(ack tcpstate.Seq) []stretch {
	if o.begun && uint32(ack-1-o.start) < uint32(o.next-o.start) {
		return nil
	}
	*o = octets{begun: true, start: ack - 1, next: ack}
	return []stretch{{ack - 1, ack}}
}

// hole is a stretch that one capture does not show, and which frame of it gives
// that away.
type hole struct {
	stretch
	frame int32
	at    int64 // when, on the client's clock
}

// unshown returns, by connection, the numbers of what h sent that host's capture
// does not show and that were accounted for there nonetheless. give says what a
// frame gives away.
func (w *work) unshown(host Host, give func(o *octets, i int32, sender Host) []stretch) map[uint32][]hole {
	shown, holes := map[uint32]*octets{}, map[uint32][]hole{}
	for i := range w.logs[host] {
		r := &w.logs[host][i]
		sender, between := w.from(r)
		if !between || !r.has(tcp) {
			continue
		}
		o := shown[r.flow]
		if o == nil {
			o = &octets{}
			shown[r.flow] = o
		}
		for _, s := range give(o, int32(i), sender) {
			holes[r.flow] = append(holes[r.flow], hole{s, int32(i), w.time(host, int32(i))})
		}
	}
	return holes
}

// acknowledged returns the numbers of what h sent that the far host acknowledged
// although its capture holds no copy of them. A damaged arrival is none: its
// receiver throws it away.
func (w *work) acknowledged(h Host) map[uint32][]hole {
	far := h.Far()
	return w.unshown(far, func(o *octets, i int32, sender Host) []stretch {
		switch r := &w.logs[far][i]; {
		case sender == h && w.mates[far][i].fate != damaged:
			o.add(r)
		case sender == far && r.has(syn) && !r.has(acks):
			o.ask(r.seq)
		case sender == far && r.has(syn):
			return o.opened(r.ack)
		case sender == far && r.has(acks):
			return o.account(r.ack)
		}
		return nil
	})
}

// passedOver returns the numbers that h has sent behind, and which its capture
// does not show leaving.
func (w *work) passedOver(h Host) map[uint32][]hole {
	return w.unshown(h, func(o *octets, i int32, sender Host) (holes []stretch) {
		r := &w.logs[h][i]
		if sender != h || r.seq == r.end {
			return nil
		}
		if !r.has(syn) {
			holes = o.account(r.seq)
		}
		o.add(r)
		return holes
	})
}

// waiting are the frames of one connection that left one host and may have brought
// what its far end acknowledged unseen.
type waiting struct {
	holes  []hole // not yet explained
	frames byNumber
}

// acquit finds which of the frames of h that were seen to leave alone have
// arrived: those that brought what the far host acknowledged. Where several may
// have, which of them did is not known.
func (w *work) acquit(h Host) {
	all := map[uint32]*waiting{}
	for flow, holes := range w.acknowledged(h) {
		all[flow] = &waiting{holes: holes}
	}
	for i := range w.logs[h] {
		r := &w.logs[h][i]
		s, between := w.from(r)
		if of := all[r.flow]; of != nil && between && s == h && r.seq != r.end {
			w.explain(h, of, w.time(h, int32(i)))
			if r.has(syn) && !of.frames.beginsAt(w.logs[h], r.seq) {
				of.frames = byNumber{} // a connection begins
			}
			of.frames.add(w.logs[h], int32(i))
		}
	}
	for _, of := range all {
		w.explain(h, of, math.MaxInt64)
	}
}

// explain settles the holes of before a time.
func (w *work) explain(h Host, of *waiting, before int64) {
	for len(of.holes) > 0 && of.holes[0].at < before {
		g := of.holes[0]
		of.holes = of.holes[1:]
		w.fill(h, g, of.frames.meeting(w.logs[h], g.stretch))
		of.frames.drop(w.logs[h], g.to)
	}
}

// fill finds which of the frames, which take numbers of a hole, brought them: one
// that no other of them brings has surely arrived.
func (w *work) fill(h Host, g hole, frames []int32) {
	may := slices.DeleteFunc(frames, func(i int32) bool { return !w.mayFill(h, g, i) })
	slices.SortFunc(may, func(a, b int32) int {
		x, y := &w.logs[h][a], &w.logs[h][b]
		return cmp.Or(int(x.seq.Sub(y.seq)), int(x.end.Sub(y.end)))
	})
	covered := g.from
	for k, i := range may {
		r, m := &w.logs[h][i], &w.mates[h][i]
		from, to := later(r.seq, covered), earlier(r.end, g.to)
		if k+1 < len(may) {
			to = earlier(to, w.logs[h][may[k+1]].seq)
		}
		covered = later(covered, r.end)
		if m.fate != lost {
			continue
		}
		w.incomplete[h.Far()] = true
		if m.fate = doubtful; from.Before(to) {
			m.fate = unseen
		}
	}
}

// mayFill reports whether a frame may have brought what a hole lacks: it was not
// seen to arrive, or was written down after the acknowledgment that it caused.
func (w *work) mayFill(h Host, g hole, i int32) bool {
	switch m := &w.mates[h][i]; m.fate {
	case lost, outside:
		return true
	case paired:
		return m.other > g.frame && w.time(h.Far(), m.other) <= g.at
	default:
		return false
	}
}

func later(a, b tcpstate.Seq) tcpstate.Seq {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b tcpstate.Seq) tcpstate.Seq {
	if a.Before(b) {
		return a
	}
	return b
}

// admit notes whether a host's capture has missed frames that left it: they
// arrived, and it shows what was sent behind them.
func (w *work) admit(h Host) {
	far, holes := h.Far(), w.passedOver(h)
	for j := range w.logs[far] {
		r := &w.logs[far][j]
		if s, ok := w.from(r); !ok || s != h || w.mates[far][j].fate != unsent || r.seq == r.end {
			continue
		}
		of := holes[r.flow]
		for len(of) > 0 && !of[0].to.After(r.seq) {
			of = of[1:]
		}
		if holes[r.flow] = of; len(of) > 0 && of[0].meets(r) {
			w.incomplete[h] = true
			return
		}
	}
}

// doubt takes back what is said of losses where the far end's capture has missed
// frames, except of those that were sent again: had they arrived, they would have
// been acknowledged before.
func (w *work) doubt(h Host) {
	if !w.incomplete[h.Far()] {
		return
	}
	repaired := w.repaired(h)
	for i := range w.logs[h] {
		if m := &w.mates[h][i]; m.fate == lost && !repaired[int32(i)] {
			m.fate = doubtful
		}
	}
}

// repaired returns the lost frames whose numbers came in a later frame.
func (w *work) repaired(h Host) map[int32]bool {
	all, open, high := map[int32]bool{}, map[uint32]*byNumber{}, map[uint32]tcpstate.Seq{}
	for i := range w.logs[h] {
		r := &w.logs[h][i]
		if s, ok := w.from(r); !ok || s != h || r.seq == r.end {
			continue
		}
		if open[r.flow] == nil {
			open[r.flow] = new(byNumber)
		}
		switch m := &w.mates[h][i]; {
		case m.fate == lost:
			open[r.flow].add(w.logs[h], int32(i))
		case m.fate == paired && r.seq.Before(high[r.flow]):
			for _, k := range open[r.flow].take(w.logs[h], stretch{r.seq, r.end}) {
				all[k] = true
			}
		}
		if top, ok := high[r.flow]; !ok || r.has(syn) || r.end.After(top) {
			high[r.flow] = r.end
		}
	}
	return all
}
