package analyze

import (
	"statelab/capture"
	"statelab/capture/decode"
)

// Bounds of what is read ahead: few enough bytes to stay near the processor,
// enough frames for the handing over not to count.
const (
	aheadBatches = 6
	aheadFrames  = 64
	aheadBytes   = 128 << 10
	aheadKept    = 1 << 20 // memory for larger frames is given back
)

// decoded is a frame, and what its headers say.
type decoded struct {
	frame  capture.Frame
	packet decode.Packet
}

// batch is frames on their way from the goroutine that decodes them to the one
// that follows connections. Their bytes are in data: a source's own are valid
// until the next frame alone.
type batch struct {
	all  [aheadFrames]decoded
	n    int
	data []byte
	err  error // what the frames ended in, after these
	tape tape  // what following them has left to do
}

// room reports whether there is room for another frame of so many bytes. In an
// empty batch there is for any.
func (b *batch) room(bytes int) bool {
	return b.n == 0 || b.n < len(b.all) && len(b.data)+bytes <= cap(b.data)
}

// add decodes a frame into the batch.
func (b *batch) add(f *capture.Frame, d *decode.Decoder) *decode.Packet {
	one := &b.all[b.n]
	b.n++
	one.frame = *f
	begin := len(b.data)
	b.data = append(b.data, f.Data...)
	one.frame.Data = b.data[begin:len(b.data):len(b.data)]
	d.Decode(&one.frame, &one.packet)
	return &one.packet
}

// clear makes the batch empty.
func (b *batch) clear() {
	b.n, b.data = 0, b.data[:0]
	if cap(b.data) > aheadKept {
		b.data = make([]byte, 0, aheadBytes)
	}
}

// ahead reads and decodes frames on a goroutine of its own: see Options.Ahead.
type ahead struct {
	decoder *decode.Decoder
	full    chan *batch
	free    chan *batch
	stop    chan struct{}
}

// ahead takes frames that are decoded while those before them are followed. Where
// nobody asks for segments, payload is read by a third goroutine, this one.
func (r *run) ahead(frames capture.Source) error {
	a := &ahead{
		decoder: &r.decoder, stop: make(chan struct{}),
		full: make(chan *batch, aheadBatches), free: make(chan *batch, aheadBatches),
	}
	for range aheadBatches {
		a.free <- &batch{data: make([]byte, 0, aheadBytes)}
	}
	go a.read(frames)
	if r.wantsHTTP && !r.wantsSegments {
		return r.taped(a)
	}
	defer a.end()
	for b := range a.full {
		for i := range b.all[:b.n] {
			if r.decoded(&b.all[i].frame, &b.all[i].packet); r.stopped {
				return nil
			}
		}
		if b.err != nil {
			return b.err
		}
		b.clear()
		a.free <- b
	}
	return nil
}

// taped does what following the frames has left on tapes.
func (r *run) taped(a *ahead) error {
	followed := make(chan *batch, aheadBatches)
	go a.follow(r, followed)
	defer func() {
		close(a.stop)
		for range followed { // until it is closed
			continue
		}
		r.tape = nil
	}()
	for b := range followed {
		if b.tape.play(r); r.stopped {
			return nil
		}
		if b.err != nil {
			return b.err
		}
		b.clear()
		a.free <- b
	}
	return nil
}

// follow is the goroutine between: it follows the connections of decoded frames.
func (a *ahead) follow(r *run, followed chan<- *batch) {
	defer close(followed)
	for b := range a.full {
		r.tape = &b.tape
		for i := range b.all[:b.n] {
			r.decoded(&b.all[i].frame, &b.all[i].packet)
		}
		followed <- b
	}
}

// end stops the goroutine, and waits until it has.
func (a *ahead) end() {
	close(a.stop)
	for range a.full { // until it is closed
		continue
	}
}

// read is the goroutine: it fills batches until the frames end, or nobody
// wants more.
func (a *ahead) read(frames capture.Source) {
	defer close(a.full)
	b := <-a.free
	for f, err := range frames {
		if err != nil {
			b.err = err
			break
		}
		if f.Marks.Has(capture.Tick) {
			continue
		}
		if !b.room(len(f.Data)) {
			a.full <- b
			if b = a.next(1); b == nil {
				return
			}
		}
		if p := b.add(&f, a.decoder); p.IP.Fragments > 0 {
			// It was put together in memory that lasts until the next frame.
			a.full <- b
			if b = a.next(aheadBatches); b == nil {
				return
			}
		}
	}
	a.full <- b
}

// next returns an empty batch once n of them have come back, nil if nobody
// wants more.
func (a *ahead) next(n int) *batch {
	var back [aheadBatches]*batch
	for i := range back[:n] {
		select {
		case back[i] = <-a.free:
		case <-a.stop:
			return nil
		}
	}
	for _, b := range back[1:n] {
		a.free <- b
	}
	return back[0]
}
