package analyze

import (
	"statelab/capture"
	"statelab/capture/decode"
)

// Bounds of what is read ahead, as those of a tape.
const (
	aheadBatches = 4
	aheadFrames  = 64
	aheadBytes   = 128 << 10
	aheadKept    = 1 << 20 // memory for larger frames is given back
)

// ahead shares the work on a trace between two goroutines: see Options.Ahead.
// Where the work is divided, little has to go from one processor to another: where
// somebody asks for segments, after decoding, and else after following.
func (r *run) ahead(frames capture.Source) error {
	if r.wantsSegments || !r.wantsHTTP {
		return share(func(l *line[batch]) { r.reads(frames, l) }, r.follows)
	}
	defer func() { r.tape = nil }()
	return share(func(l *line[tape]) { r.records(frames, l) }, r.plays)
}

// line takes work from one goroutine to another, and what it was carried in back.
type line[T any] struct {
	full, free chan *T
	stop       chan struct{}
}

// share runs before on a goroutine of its own, and after with what that sends,
// until after reports that nothing more is wanted. It returns when both have ended.
func share[T any](before func(*line[T]), after func(*T) (more bool, err error)) error {
	l := &line[T]{
		full: make(chan *T, aheadBatches), free: make(chan *T, aheadBatches),
		stop: make(chan struct{}),
	}
	for range aheadBatches {
		l.free <- new(T)
	}
	go func() {
		defer close(l.full)
		before(l)
	}()
	defer func() {
		close(l.stop)
		for range l.full { // until it is closed
			continue
		}
	}()
	for work := range l.full {
		if more, err := after(work); !more || err != nil {
			return err
		}
		l.free <- work
	}
	return nil
}

// next returns what is empty, nil if nobody wants more.
func (l *line[T]) next() *T {
	select {
	case work := <-l.free:
		return work
	case <-l.stop:
		return nil
	}
}

// decoded is a frame, and what its headers say.
type decoded struct {
	frame  capture.Frame
	packet decode.Packet
}

// batch is decoded frames. Their bytes are in data: a source's own are valid
// until the next frame alone.
type batch struct {
	all  [aheadFrames]decoded
	n    int
	data []byte
	err  error // what the frames ended in, after these
}

// room reports whether there is room for another frame of so many bytes. In an
// empty batch there is for any.
func (b *batch) room(bytes int) bool {
	return b.n == 0 || b.n < len(b.all) && len(b.data)+bytes <= cap(b.data)
}

// add decodes a frame into the batch.
func (b *batch) add(f *capture.Frame, d *decode.Decoder) {
	one := &b.all[b.n]
	b.n++
	one.frame = *f
	begin := len(b.data)
	b.data = append(b.data, f.Data...)
	one.frame.Data = b.data[begin:len(b.data):len(b.data)]
	d.Decode(&one.frame, &one.packet)
}

// clear makes the batch empty.
func (b *batch) clear() {
	b.n, b.data = 0, b.data[:0]
	if c := cap(b.data); c == 0 || c > aheadKept {
		b.data = make([]byte, 0, aheadBytes)
	}
}

// reads decodes frames into batches.
func (r *run) reads(frames capture.Source, l *line[batch]) {
	b := l.next()
	b.clear()
	for f, err := range frames {
		if err != nil {
			b.err = err
			break
		}
		if f.Marks.Has(capture.Tick) {
			continue
		}
		if !b.room(len(f.Data)) {
			l.full <- b
			if b = l.next(); b == nil {
				return
			}
			b.clear()
		}
		b.add(&f, &r.decoder)
	}
	l.full <- b
}

// follows takes the frames of a batch.
func (r *run) follows(b *batch) (more bool, err error) {
	for i := range b.all[:b.n] {
		if r.decoded(&b.all[i].frame, &b.all[i].packet); r.stopped {
			return false, nil
		}
	}
	return true, b.err
}

// records follows frames, and leaves the rest on tapes.
func (r *run) records(frames capture.Source, l *line[tape]) {
	r.tape = l.next()
	var frame capture.Frame // one for all, or each would be a new one on the heap
	for f, err := range frames {
		if err != nil {
			r.tape.err = err
			break
		}
		if f.Marks.Has(capture.Tick) {
			continue
		}
		frame = f
		if r.frame(&frame); r.tape.full() {
			l.full <- r.tape
			if r.tape = l.next(); r.tape == nil {
				return
			}
		}
	}
	l.full <- r.tape
}

// plays does what is on a tape.
func (r *run) plays(t *tape) (more bool, err error) {
	if t.play(r); r.stopped {
		return false, nil
	}
	err = t.err
	t.clear()
	return true, err
}
