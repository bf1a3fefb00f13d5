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
	turn func(read []byte) (empty []byte)
}

func newWindow(r io.Reader) window {
	return window{from: r, buf: make([]byte, blockLen)}
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

// begin moves the unread bytes to the beginning of the buffer, or of another one
// if this one is lent.
func (w *window) begin() {
	unread, to := w.buf[w.at:w.end], w.buf
	if w.turn != nil {
		if to = w.turn(w.buf); len(to) < max(blockLen, len(unread)) {
			to = make([]byte, max(blockLen, len(unread)))
		}
	}
	w.at, w.end, w.buf = 0, copy(to, unread), to
}

// skip goes past n bytes that were peeked at.
func (w *window) skip(n int) {
	w.at += n
	w.offset += int64(n)
}

// fill reads once. The buffer grows only when it is full of bytes that have
// really arrived: a length field alone cannot make it grow.
func (w *window) fill(n int) {
	if w.at > 0 && len(w.buf)-w.at < n {
		w.begin()
	}
	if w.end == len(w.buf) {
		grown := make([]byte, 2*len(w.buf))
		w.end = copy(grown, w.buf[w.at:w.end])
		w.buf, w.at = grown, 0
	}
	for range 100 { // as bufio does: a Reader may return 0, nil, but not for ever
		got, err := w.from.Read(w.buf[w.end:])
		w.end += got
		w.err = err
		if got > 0 || err != nil {
			return
		}
	}
	w.err = io.ErrNoProgress
}
