package pcapfile

import "io"

const (
	// blockLen is how much is read at a time, in bytes: little enough to be still
	// near the processor when it is looked at, enough for reading not to count.
	blockLen = 256 << 10
	// maxBlock bounds a block or record, and with it the memory that a reader
	// takes. Wireshark draws the line at the same 16 MiB.
	maxBlock = 16 << 20
)

// window is the stretch of the input that is in memory. It reads no more than
// it must before it answers, so that a frame in a pipe is seen when it comes.
type window struct {
	from    io.Reader
	buf     []byte
	at, end int   // the unread bytes are buf[at:end]
	offset  int64 // where buf[at] lies in the input
	err     error // why nothing more can be read
	// turn is Reader.Lend's; nil if nobody borrows.
	turn  func(read []byte) (empty []byte)
	ahead *ahead // reads for it, where somebody borrows
}

func newWindow(r io.Reader) window {
	return window{from: r, buf: make([]byte, headroom+blockLen)}
}

// peek returns the next n bytes, and does not go past them. With an error it
// returns those that there are. The bytes are valid until the next peek.
func (w *window) peek(n int) ([]byte, error) {
	for w.end-w.at < n {
		if w.err != nil {
			return w.buf[w.at:w.end], w.err
		}
		w.fill(n)
	}
	return w.buf[w.at : w.at+n], nil
}

// skip goes past n bytes that were peeked at.
func (w *window) skip(n int) {
	w.at += n
	w.offset += int64(n)
}

// fill reads once, or takes what was read ahead. The buffer grows only when it is
// full of bytes that have really arrived: a length field alone cannot make it grow.
func (w *window) fill(n int) {
	if w.turn != nil {
		if w.ahead == nil {
			w.ahead = readAhead(w.from)
		}
		w.take(<-w.ahead.full)
		return
	}
	if w.at > 0 && len(w.buf)-w.at < n {
		w.at, w.end = 0, copy(w.buf, w.buf[w.at:w.end])
	}
	if w.end == len(w.buf) {
		w.grow(2 * len(w.buf))
	}
	var got int
	got, w.err = readSome(w.from, w.buf[w.end:])
	w.end += got
}

// take goes on to what was read ahead. If it begins another block, what is unread
// goes before it, where there is room; else it is a record of many blocks, and they
// are put together.
func (w *window) take(p piece) {
	unread, read := w.buf[w.at:w.end], p.block[p.from:p.end]
	w.err = p.err
	switch done := w.buf; {
	case &p.block[0] == &w.buf[0]:
		w.end = p.end
	case len(unread) <= p.from:
		w.buf, w.at, w.end = p.block, p.from-len(unread), p.end
		copy(w.buf[w.at:], unread)
		w.ahead.empty <- w.turn(done)
	default:
		if len(w.buf)-w.end < len(read) {
			w.grow(2 * (len(unread) + len(read)))
			w.turn(done)
		}
		if w.end += copy(w.buf[w.end:], read); p.end == len(p.block) {
			w.ahead.empty <- p.block
		}
	}
}

// endAhead ends the reading ahead.
func (w *window) endAhead() {
	if w.ahead != nil {
		w.ahead.end()
		w.ahead = nil
	}
}

// grow moves the unread bytes to the beginning of a buffer of n bytes.
func (w *window) grow(n int) {
	grown := make([]byte, n)
	w.at, w.end, w.buf = 0, copy(grown, w.buf[w.at:w.end]), grown
}

// readSome reads once, or a few times if nothing comes: as bufio does, since a
// Reader may return 0, nil, but not for ever.
func readSome(r io.Reader, to []byte) (n int, err error) {
	for range 100 {
		if n, err = r.Read(to); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}
