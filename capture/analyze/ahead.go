package analyze

import (
	"statelab/capture"
	"statelab/capture/decode"
)

// Bounds of what is read ahead.
const (
	aheadLoads = 4
	aheadKept  = 1 << 20 // bytes of memory: what is larger is given back
)

// ahead shares the work on a trace between two goroutines: see Options.Ahead.
// Where the work is divided, little has to go from one processor to another: where
// somebody asks for segments, after decoding, and else after following.
func (r *run) ahead(frames capture.Source) error {
	in := r.opts.Ahead
	if r.wantsSegments || !r.wantsHTTP {
		return share(in, func(l *line[batch]) error { return r.reads(frames, l) }, r.follows)
	}
	defer func() { r.tape = nil }()
	return share(in, func(l *line[tape]) error { return r.records(frames, l) }, r.plays)
}

// load is work that goes from one goroutine to another. What it says of payload
// stays where that was read to, in a block of the trace.
type load[T any] struct {
	work T
	// block, if set, is one that no later load refers to.
	block []byte
}

// line takes loads from one goroutine to another, and brings them back.
type line[T any] struct {
	full, free chan *load[T]
	stop       chan struct{}
	now        *load[T] // that is filled; nil when nobody wants more
	spare      [][]byte // blocks that were brought back
}

// share runs before on a goroutine of its own, and after with what that sends,
// until after reports that nothing more is wanted. It returns when both have ended,
// with the error that before returned if all that it sent was wanted.
func share[T any](in Lender, before func(*line[T]) error, after func(*T) (more bool)) (err error) {
	l := &line[T]{
		full: make(chan *load[T], aheadLoads), free: make(chan *load[T], aheadLoads),
		stop: make(chan struct{}),
	}
	for range aheadLoads {
		l.free <- new(load[T])
	}
	l.next()
	in.Lend(l.turn)
	defer in.Lend(nil)
	var end error
	go func() {
		defer close(l.full)
		end = before(l)
	}()
	defer func() {
		close(l.stop)
		for range l.full { // until it is closed
			continue
		}
	}()
	for some := range l.full {
		if !after(&some.work) {
			return nil
		}
		l.free <- some
	}
	return end
}

// next takes an empty load, unless nobody wants more.
func (l *line[T]) next() (more bool) {
	select {
	case l.now = <-l.free:
	case <-l.stop:
		l.now = nil
		return false
	}
	if b := l.now.block; b != nil && cap(b) <= aheadKept {
		l.spare = append(l.spare, b)
	}
	l.now.block = nil
	return true
}

// send sends the load that is filled, and takes an empty one.
func (l *line[T]) send() (more bool) {
	l.full <- l.now
	return l.next()
}

// turn is called when a block has been read to its end: see Lender. The block goes
// with the load that is the last to refer to it, which is to be sent after the next
// frame, and comes back with it. So there are hardly more blocks than loads.
func (l *line[T]) turn(read []byte) (empty []byte) {
	if l.now.block != nil {
		return read // of its frames none came here
	}
	l.now.block = read
	if last := len(l.spare) - 1; last >= 0 {
		empty, l.spare = l.spare[last], l.spare[:last]
	}
	return empty
}

// decoded is a frame, and what its headers say.
type decoded struct {
	frame  capture.Frame
	packet decode.Packet
}

// batch is decoded frames.
type batch struct {
	all [64]decoded
	n   int
}

// reads decodes frames into batches, and returns the error that they end in.
func (r *run) reads(frames capture.Source, l *line[batch]) error {
	for f, err := range frames {
		if err != nil {
			l.full <- l.now
			return err
		}
		if f.Marks.Has(capture.Tick) {
			continue
		}
		b := &l.now.work
		one := &b.all[b.n]
		b.n++
		one.frame = f
		r.decoder.Decode(&one.frame, &one.packet)
		if (b.n == len(b.all) || l.now.block != nil) && !l.send() {
			return nil
		}
	}
	l.full <- l.now
	return nil
}

// follows takes the frames of a batch, and makes it empty.
func (r *run) follows(b *batch) (more bool) {
	for i := range b.all[:b.n] {
		if r.decoded(&b.all[i].frame, &b.all[i].packet); r.stopped {
			return false
		}
	}
	b.n = 0
	return true
}

// records follows frames, leaves the rest on tapes, and returns the error that the
// frames end in.
func (r *run) records(frames capture.Source, l *line[tape]) error {
	r.tape = &l.now.work
	var frame capture.Frame // one for all, or each would be a new one on the heap
	for f, err := range frames {
		if err != nil {
			l.full <- l.now
			return err
		}
		if f.Marks.Has(capture.Tick) {
			continue
		}
		frame = f
		r.frame(&frame)
		if r.tape.full() || l.now.block != nil {
			if !l.send() {
				return nil
			}
			r.tape = &l.now.work
		}
	}
	l.full <- l.now
	return nil
}

// plays does what is on a tape, and makes it empty.
func (r *run) plays(t *tape) (more bool) {
	if t.play(r); r.stopped {
		return false
	}
	t.clear()
	return true
}
