package vantage

import (
	"slices"
	"sort"

	"statelab/capture/tcpstate"
)

// reach is how far apart the numbers of frames may lie that are compared with one
// another: no window is wider (RFC 7323 §2.3).
const reach = 1 << 30

// byNumber holds frames of one log that one end of a connection has sent, ordered by
// the first number that they take: of many, those that meet a stretch are found at
// once.
type byNumber struct {
	frames  []int32
	longest uint32 // of them, in numbers
}

// add adds a frame, behind those that begin at the same number. What lies further
// back than any window is forgotten.
func (b *byNumber) add(log []record, i int32) {
	r := &log[i]
	if n := len(b.frames); n > 0 {
		last := log[b.frames[n-1]].seq
		if last.Sub(r.seq) > reach {
			return
		}
		if r.seq.Sub(last) > reach {
			b.frames = b.frames[:0]
		}
	}
	at := b.search(log, r.seq+1)
	b.frames = slices.Insert(b.frames, at, i)
	b.longest = max(b.longest, uint32(r.end-r.seq))
	old := 0
	for log[b.frames[len(b.frames)-1]].seq.Sub(log[b.frames[old]].seq) > reach {
		old++
	}
	b.frames = b.frames[old:]
}

// search is how many of the frames begin before a number.
func (b *byNumber) search(log []record, at tcpstate.Seq) int {
	return sort.Search(len(b.frames), func(k int) bool { return !log[b.frames[k]].seq.Before(at) })
}

// beginsAt reports whether the first of the frames begins at a number.
func (b *byNumber) beginsAt(log []record, at tcpstate.Seq) bool {
	return len(b.frames) > 0 && log[b.frames[0]].seq == at
}

// near is where the frames stand that may meet a stretch.
func (b *byNumber) near(log []record, s stretch) (from, to int) {
	to = b.search(log, s.to)
	return min(b.search(log, s.from.Add(-b.longest)), to), to
}

// meeting returns copies of those that meet a stretch, in order.
func (b *byNumber) meeting(log []record, s stretch) (met []int32) {
	from, to := b.near(log, s)
	for _, i := range b.frames[from:to] {
		if s.meets(&log[i]) {
			met = append(met, i)
		}
	}
	return met
}

// take is meeting, and removes them.
func (b *byNumber) take(log []record, s stretch) (met []int32) {
	from, to := b.near(log, s)
	kept := from
	for _, i := range b.frames[from:to] {
		if s.meets(&log[i]) {
			met = append(met, i)
			continue
		}
		b.frames[kept] = i
		kept++
	}
	b.frames = slices.Delete(b.frames, kept, to)
	return met
}

// drop removes those that end at a number or before.
func (b *byNumber) drop(log []record, at tcpstate.Seq) {
	end := b.search(log, at)
	first := end
	for k := end - 1; k >= 0; k-- {
		if log[b.frames[k]].end.After(at) {
			first--
			b.frames[first] = b.frames[k]
		}
	}
	b.frames = b.frames[first:]
}
