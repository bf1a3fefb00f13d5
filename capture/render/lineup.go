package render

import "slices"

// maxLinedUp is how many connections wait for one before them to end.
const maxLinedUp = 4096

// lineUp puts what is told of connections, which comes as they end, in the order
// of their streams. A few live long: where more than maxLinedUp wait for one of
// them, it comes later than its turn.
type lineUp[T any] struct {
	give func(T)
	held []numbered[T] // sorted by stream
	next int           // the stream whose turn it is
}

type numbered[T any] struct {
	stream int
	is     T
}

func (l *lineUp[T]) add(stream int, is T) {
	i, _ := slices.BinarySearchFunc(l.held, stream+1, func(n numbered[T], stream int) int { return n.stream - stream })
	l.held = slices.Insert(l.held, i, numbered[T]{stream, is})
	ready := max(0, len(l.held)-maxLinedUp)
	for ready < len(l.held) && l.held[ready].stream <= l.next {
		l.next = max(l.next, l.held[ready].stream+1)
		ready++
	}
	l.release(ready)
}

// release gives the first n that wait.
func (l *lineUp[T]) release(n int) {
	for _, n := range l.held[:n] {
		l.give(n.is)
		l.next = max(l.next, n.stream+1)
	}
	l.held = slices.Delete(l.held, 0, n)
}

// end gives all that still wait.
func (l *lineUp[T]) end() { l.release(len(l.held)) }
