package live

import (
	"slices"
	"time"
)

// span is by how much the stamps of two processors may be inverted: up to 20 µs
// were measured, and a few times that is still nothing to a reader.
const span = 100 * time.Microsecond

// window puts packets into order of time. Several processors write into one
// ring, and the one that stamps first does not always write first.
type window struct {
	held  []packet // not yet safe to hand on: their data is their own
	ready []packet
	since time.Time // when the last batch came, by our own clock
}

func (w *window) empty() bool { return len(w.held) == 0 }

// push adds a batch and returns what is certain to be in order: all that is
// older than the newest packet by span. It is valid until the next call, and
// its data as long as the batch. The rest is copied, and held.
func (w *window) push(batch []packet) []packet {
	w.ready = append(append(w.ready[:0], w.held...), batch...)
	if !slices.IsSortedFunc(w.ready, byTime) {
		slices.SortStableFunc(w.ready, byTime)
	}
	w.since = time.Now()
	safe := w.ready[len(w.ready)-1].at.Add(-span)
	n, _ := slices.BinarySearchFunc(w.ready, safe, func(p packet, t time.Time) int { return p.at.Compare(t) })
	w.held = append(w.held[:0], w.ready[n:]...)
	cloneAll(w.held)
	return w.ready[:n]
}

// flush returns all that is held.
func (w *window) flush() []packet {
	w.ready = append(w.ready[:0], w.held...)
	w.held = w.held[:0]
	return w.ready
}

func byTime(a, b packet) int { return a.at.Compare(b.at) }
