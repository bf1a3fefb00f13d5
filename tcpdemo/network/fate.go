package network

import (
	"bytes"
	"math/bits"
	"time"

	"statelab/capture/trace"
)

// survives reports whether the frame is neither cut, dropped, lost nor too big.
func (d *Decider) survives(t *transit) bool {
	for _, r := range d.rules {
		if r.Verb == VerbCut && r.hit && !r.begun {
			r.begun, r.at = true, t.now
		}
	}
	for _, r := range d.rules {
		if r.Verb == VerbCut && r.cuts(t) {
			d.verdict(t, r, trace.Dropped, 0, 0)
			return false
		}
	}
	for i, r := range d.rules {
		if r.hit && (r.Verb == VerbDrop || r.Verb == VerbLoss && d.unlucky(i, r, t)) {
			d.verdict(t, r, trace.Dropped, 0, 0)
			return false
		}
	}
	for _, r := range d.rules {
		if r.hit && r.Verb == VerbMTU && t.ipLength > r.MTU && !d.squeeze(t, r) {
			return false
		}
	}
	return true
}

// cuts reports whether the wire is cut for the frame.
func (r *ruling) cuts(t *transit) bool {
	if !r.Target.Way.Has(t.Dir) {
		return false
	}
	if r.timed() {
		return t.now >= r.From && (r.Until == 0 || t.now < r.Until)
	}
	return r.begun && (r.For == 0 || t.now < r.at+r.For)
}

// unlucky reports whether chance takes the segment. It depends on the seed and
// on what the segment is, not on when it comes, so that a run can be repeated on
// a network that is never twice the same.
func (d *Decider) unlucky(i int, r *ruling, t *transit) bool {
	if !t.tcp {
		d.others[t.Dir]++
		return d.chance(uint64(i), uint64(t.Dir), d.others[t.Dir])%1_000_000 < uint64(r.Loss)
	}
	return d.luck(i, t)%1_000_000 < uint64(r.Loss)
}

// luck is a number that chance gives to this transmission of this segment under
// rule i.
func (d *Decider) luck(i int, t *transit) uint64 {
	s := &t.seen
	var empty, ack uint64
	if s.length == 0 {
		empty, ack = 1, uint64(s.ack)
	}
	return d.chance(uint64(i), uint64(t.Dir), uint64(s.flow.number), uint64(s.offset), uint64(s.nth), empty, ack)
}

// chance hashes words under the seed: SplitMix64's finalizer, chained.
func (d *Decider) chance(words ...uint64) uint64 {
	h := d.seed
	for _, w := range words {
		h += 0x9e3779b97f4a7c15
		h ^= bits.RotateLeft64(w, 32) ^ w*0xff51afd7ed558ccd
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// corrupt flips one bit of the payload; where there is none, of the window or
// the checksum. One bit always shows in the checksum (RFC 1071: it changes the
// sum by a power of two, which is never a multiple of 65535).
func (d *Decider) corrupt(t *transit) {
	for i, r := range d.rules {
		if !r.hit || r.Verb != VerbCorrupt || !t.tcp {
			continue
		}
		from, length := t.payloadOffset(t.Data), t.segment.Len
		if length == 0 {
			const window, windowAndChecksum = 14, 4 // offset and length in the TCP header
			from, length = t.tcpOffset+window, windowAndChecksum
		}
		bit := from*8 + int(d.luck(i, t)%uint64(length*8))
		t.Data = bytes.Clone(t.Data)
		t.Data[bit/8] ^= 0x80 >> (bit % 8)
		d.verdict(t, r, trace.Corrupted, 0, bit)
	}
}

// queue makes the frame wait for its turn at each rate limit, and reports
// whether there was room for it.
func (d *Decider) queue(t *transit) bool {
	for _, r := range d.rules {
		if !r.hit || r.Verb != VerbRate {
			continue
		}
		room := r.Queue
		if room == 0 {
			room = DefaultQueue
		}
		busy := &r.busy[t.Dir]
		wait := max(*busy-t.at, 0)
		waiting := float64(wait) * float64(r.Rate) / float64(8*time.Second)
		if wait > 0 && waiting+float64(len(t.Data)) > float64(room) {
			d.verdict(t, r, trace.QueueFull, 0, 0)
			return false
		}
		*busy = t.at + wait + serialization(len(t.Data), r.Rate)
		t.at = *busy
	}
	return true
}

// serialization is how long so many bytes take at a rate in bits per second.
func serialization(n int, rate int64) time.Duration {
	return time.Duration((int64(n)*8*int64(time.Second) + rate - 1) / rate)
}

// travel adds what the way takes.
func (d *Decider) travel(t *transit) {
	t.at += d.link.Delay
	for _, r := range d.rules {
		if !r.hit {
			continue
		}
		switch r.Verb {
		case VerbDelay:
			t.at += r.Delay
			if !r.everything() {
				t.inOrder = false
				d.verdict(t, r, trace.Delayed, r.Delay, 0)
			}
		case VerbDuplicate:
			t.copies++
			d.verdict(t, r, trace.Duplicated, 0, 0)
		case VerbDrop, VerbSwap, VerbCorrupt, VerbCut, VerbRate, VerbMTU, VerbLoss:
		}
	}
	if t.inOrder {
		t.at = max(t.at, d.last[t.Dir])
		d.last[t.Dir] = t.at
	}
}

// arrive delivers the frame, or holds it back.
func (d *Decider) arrive(t *transit) {
	pieces := [][]byte{t.Data}
	if t.mtu > 0 {
		pieces = fragment(t.Data, t.mtu)
	}
	into := &d.dec.Deliveries
	for _, r := range d.rules {
		if r.hit && r.Verb == VerbSwap && r.place == r.Target.Which.Ranges[0].First {
			d.held = append(d.held, held{by: r, dir: t.Dir, connection: r.scope(t), since: t.now, wire: t.Wire})
			into = &d.held[len(d.held)-1].deliveries
			break
		}
	}
	for range t.copies {
		for _, data := range pieces {
			*into = append(*into, Delivery{Dir: t.Dir, Wire: t.Wire, After: t.at - t.now, Data: data})
		}
	}
}

// scope is the connection within which a rule looks for the other segment of a
// swap; 0 for the whole wire.
func (r *ruling) scope(t *transit) uint32 {
	if r.Target.Connection == EachConnection {
		return t.seen.flow.number
	}
	return 0
}

// follow sends held frames after the one that they were waiting for. passed
// says whether that one is on its way.
func (d *Decider) follow(t *transit, passed bool) {
	for _, r := range d.rules {
		if !r.hit || r.Verb != VerbSwap || r.place != r.Target.Which.Ranges[1].First {
			continue
		}
		fate := trace.Swapped
		if !passed {
			fate = trace.Delayed
		}
		for i, h := range d.held {
			if h.by == r && h.dir == t.Dir && h.connection == r.scope(t) {
				d.held = append(d.held[:i:i], d.held[i+1:]...)
				d.let(h, t.now, max(t.at, d.last[t.Dir]), fate)
				break
			}
		}
	}
}

// release lets frames go that were held for as long as may be.
func (d *Decider) release(now time.Duration) {
	for len(d.held) > 0 && now >= d.held[0].since+MaxHold {
		h := d.held[0]
		d.held = d.held[1:]
		d.let(h, now, 0, trace.Delayed)
	}
}

// let delivers a held frame: as much later as it was held, and not before
// notBefore.
func (d *Decider) let(h held, now, notBefore time.Duration, fate trace.Fate) {
	for _, one := range h.deliveries {
		at := max(now+one.After, notBefore)
		if fate == trace.Swapped {
			at = max(h.since+one.After, notBefore)
		}
		one.After = max(at-now, 0)
		d.dec.Deliveries = append(d.dec.Deliveries, one)
	}
	d.dec.Verdicts = append(d.dec.Verdicts, trace.Verdict{Fate: fate, Wire: h.wire, Rule: h.by.text, By: now - h.since})
}
