package pcapfile

import "io"

// headroom is how much room there is before what is read into a block that is
// read ahead, in bytes: for the beginning of a record whose end is in the block.
const headroom = 64 << 10

// aheadBlocks is how many blocks are read ahead of the one that is looked at.
const aheadBlocks = 2

// ahead reads an input on a goroutine of its own, while what it read before is
// looked at.
type ahead struct {
	from io.Reader
	full chan piece // what was read, in order; closed when no more is
	// empty is blocks to read into, aheadBlocks at most with the one that is read
	// into and those in full. Too small ones, as nil is, stand for one to be made.
	empty chan []byte
	stop  chan struct{} // closed when nobody wants more
	done  chan struct{} // closed when nothing is read any more
}

// piece is what was read at a time: block[from:end], and then err. The first of a
// block is from headroom.
type piece struct {
	block     []byte
	from, end int
	err       error
}

func readAhead(from io.Reader) *ahead {
	a := &ahead{
		from: from, full: make(chan piece, 2*aheadBlocks), empty: make(chan []byte, aheadBlocks),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	for range aheadBlocks {
		a.empty <- nil
	}
	go a.run()
	return a
}

// end stops the reading, and returns when it has ended.
func (a *ahead) end() {
	close(a.stop)
	<-a.done
}

// run reads until the input ends, or nobody wants more.
func (a *ahead) run() {
	defer close(a.done)
	defer close(a.full)
	for more := true; more; {
		select {
		case block := <-a.empty:
			more = a.read(block)
		case <-a.stop:
			return
		}
	}
}

// read reads until a block is full. What comes is handed on at once: the rest of it
// may be long in coming.
func (a *ahead) read(block []byte) (more bool) {
	if len(block) < headroom+blockLen {
		block = make([]byte, headroom+blockLen)
	}
	for p := (piece{block: block, end: headroom}); p.end < len(block); {
		p.from = p.end
		var n int
		n, p.err = readSome(a.from, block[p.end:])
		p.end += n
		select {
		case a.full <- p:
		case <-a.stop:
			return false
		}
		if p.err != nil {
			return false
		}
	}
	return true
}
