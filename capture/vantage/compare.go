package vantage

import (
	"slices"
	"time"

	"statelab/capture/trace"
)

// mate says what a frame is at the other end.
type mate struct {
	fate  fate
	other int32 // of an arrival its departure, of a departure its first arrival
	n     int32 // of a departure how often it arrived; of an arrival which copy, from 1
}

// fate is what the comparison holds of a frame.
type fate uint8

const (
	foreign fate = iota // not between the two hosts
	paired
	damaged // paired, with other bytes
	lost
	outside  // the far end's capture does not cover it
	unsent   // it arrived, and was not seen to leave
	recut    // its bytes crossed in other cuts
	unseen   // it arrived, and the far end's capture missed it
	doubtful // the far end's capture, which misses frames, does not hold it
)

// work is a comparison under way.
type work struct {
	c     *Comparison
	logs  [2]log // by Host
	sides []int8 // by party: its Host, or -1
	mates [2][]mate
	// By sender: the usual one-way delay, and the most by which it varies.
	usual, spread [2]int64
	incomplete    [2]bool // by Host: its capture has missed frames
}

// compare does it all once both captures are digested.
func (c *Comparison) compare(logs [2]*log, p *parties) (swapped bool, err error) {
	ones := shared(*logs[0], *logs[1])
	if len(ones) == 0 {
		return false, ErrNothingShared
	}
	sides := whereabouts(*logs[0], *logs[1], ones, len(p.numbers))
	w := &work{c: c, sides: sides, logs: [2]log{*logs[0], *logs[1]}}
	ones = slices.DeleteFunc(ones, func(o couple) bool { _, between := w.from(&w.logs[0][o.a]); return !between })
	if len(ones) == 0 {
		return false, ErrNothingShared
	}
	if swapped = opener(w.logs, ones, sides) == 1; swapped {
		w.logs[0], w.logs[1] = w.logs[1], w.logs[0]
		for i := range ones {
			ones[i].a, ones[i].b = ones[i].b, ones[i].a
		}
		for i, s := range sides {
			if s >= 0 {
				sides[i] = 1 - s
			}
		}
	}
	c.Clock = w.clock(ones)
	for h := range w.logs {
		w.mates[h] = make([]mate, len(w.logs[h]))
	}
	w.habits(ones)
	for _, h := range [2]Host{Client, Server} {
		w.pair(h)
		w.repair(h)
		w.recuts(h)
		w.rest(h)
	}
	for _, h := range [2]Host{Client, Server} {
		w.acquit(h)
		w.admit(h)
	}
	for _, h := range [2]Host{Client, Server} {
		w.doubt(h)
	}
	w.lay()
	return swapped, nil
}

// from returns which of the hosts sent a frame to the other.
func (w *work) from(r *record) (Host, bool) {
	if r.key == 0 || r.src == noParty || r.dst == noParty {
		return 0, false
	}
	s, d := w.sides[r.src], w.sides[r.dst]
	return Host(max(s, 0)), s >= 0 && d >= 0 && s != d
}

// time returns when a frame was seen, on the client's clock.
func (w *work) time(h Host, i int32) int64 {
	at := w.logs[h][i].at
	if h == Server {
		return w.c.Clock.client(at)
	}
	return at
}

// habits learns how long frames are usually on their way.
func (w *work) habits(ones []couple) {
	var delays [2][]int64
	for _, o := range ones {
		if h, ok := w.from(&w.logs[Client][o.a]); ok {
			d := w.time(Server, o.b) - w.time(Client, o.a)
			if h == Server {
				d = -d
			}
			delays[h] = append(delays[h], d)
		}
	}
	for h, d := range delays {
		if len(d) > 0 {
			slices.Sort(d)
			w.usual[h], w.spread[h] = d[len(d)/2], d[len(d)*9/10]-d[0]
		}
	}
}

// rest names what is left unpaired of the frames that h sent.
func (w *work) rest(h Host) {
	far := h.Far()
	for i := range w.logs[h] {
		if s, ok := w.from(&w.logs[h][i]); ok && s == h && w.mates[h][i].fate == foreign {
			m := &w.mates[h][i]
			if m.fate = outside; w.covers(far, w.time(h, int32(i))+w.usual[h]) {
				m.fate = lost
			}
		}
	}
	for i := range w.logs[far] {
		if s, ok := w.from(&w.logs[far][i]); ok && s == h && w.mates[far][i].fate == foreign {
			m := &w.mates[far][i]
			m.other = -1
			if m.fate = outside; w.covers(h, w.time(far, int32(i))-w.usual[h]) {
				m.fate = unsent
			}
		}
	}
}

// covers reports whether a time lies within a capture.
func (w *work) covers(h Host, at int64) bool {
	return w.time(h, 0) <= at && at <= w.time(h, int32(len(w.logs[h])-1))
}

// verdict tells what became of a frame.
func (w *work) verdict(p *place, i int, f trace.Fate, by int64) {
	w.c.verdicts = append(w.c.verdicts, trace.Observation{
		Kind: trace.ObservedVerdict, At: time.Unix(0, p.at).UTC(), Order: orderOf(i) + 1,
		Verdict: &trace.Verdict{Fate: f, Wire: uint64(p.wire), By: time.Duration(by)},
	})
}
