package http1

import (
	"unicode/utf8"

	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// wsReader reads one direction.
type wsReader struct {
	w      *WebSocket
	from   tcpstate.End
	client bool
	keep   int

	head     []byte // of the frame at hand, until it is whole
	frame    *WebSocketFrame
	left     int64 // octets of the payload that are to come
	offset   int64
	seen     sight
	message  bool   // a fragmented message has begun and not ended
	closed   bool   // a close frame was sent
	text     bool   // the message is text, all of which was kept so far
	rune     []byte // the beginning of a character at its end
	lost     bool   // octets are missing: where the next frame begins is not known
	inflater *inflating
}

// Feed takes the next chunk of what an end sends. Nothing of it is kept.
func (w *WebSocket) Feed(from tcpstate.End, c *stream.Chunk) {
	r := &w.readers[from&1]
	if r.lost {
		return
	}
	r.offset = c.Offset
	switch c.Kind {
	case stream.Data:
		r.seen.at(c)
		if r.frame != nil {
			r.frame.Span.add(c.Frame, c.Time)
		}
		r.data(c.Data)
	case stream.Gap:
		r.gap(c.Lost)
	case stream.End, stream.Cut:
		r.breakOff(breakOf(c.Kind))
	}
}

func (r *wsReader) data(data []byte) {
	for len(data) > 0 {
		n := 0
		if r.frame == nil || r.left == 0 {
			n = r.header(data)
		} else {
			n = int(min(int64(len(data)), r.left))
			r.payload(data[:n])
			r.left -= int64(n)
		}
		data = data[n:]
		r.offset += int64(n)
		if r.frame != nil && r.frame.PayloadStart > 0 && r.left == 0 {
			r.finish()
		}
	}
}

// header takes octets of a header, as many as it still needs.
func (r *wsReader) header(data []byte) int {
	if r.frame == nil {
		r.frame = &WebSocketFrame{Start: r.offset, Span: Span{r.seen.frame, r.seen.frame, r.seen.time, r.seen.time}}
	}
	n := min(headerLength(r.head)-len(r.head), len(data))
	r.head = append(r.head, data[:n]...)
	if len(r.head) >= 2 && len(r.head) == headerLength(r.head) {
		r.readHeader(r.offset + int64(n))
	}
	return n
}

// headerLength is how long a header is, as far as it is known: at least 2.
func headerLength(head []byte) int {
	if len(head) < 2 {
		return 2
	}
	n := 2
	switch head[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if head[1]&0x80 != 0 {
		n += 4
	}
	return n
}

// readHeader reads a header that is whole (RFC 6455 §5.2); end is where its
// payload begins.
func (r *wsReader) readHeader(end int64) {
	h, f := r.head, r.frame
	f.Fin, f.RSV, f.Opcode, f.Masked = h[0]&0x80 != 0, h[0]>>4&7, Opcode(h[0]&15), h[1]&0x80 != 0
	f.PayloadStart = end
	short, at := int64(h[1]&0x7f), 2
	f.Length = short
	if short >= 126 {
		width := 2
		if short == 127 {
			width = 8
		}
		var n uint64
		for _, b := range h[2 : 2+width] {
			n = n<<8 | uint64(b)
		}
		f.Length = int64(n & (1<<63 - 1)) // the highest bit must be 0
		at += width
		if f.Length < 126 || width == 8 && f.Length < 1<<16 || n>>63 != 0 {
			f.problem(WSLength)
		}
	}
	if f.Masked {
		copy(f.Key[:], h[at:])
	}
	r.head, r.left = r.head[:0], f.Length
	r.judge(f)
}

func (f *WebSocketFrame) problem(p string) { f.Problems = append(f.Problems, p) }

// judge says what the protocol forbids about a header, and follows fragments
// (RFC 6455 §5.4): control frames may stand between those of a message.
func (r *wsReader) judge(f *WebSocketFrame) {
	switch {
	case r.client && !f.Masked:
		f.problem(WSUnmasked)
	case !r.client && f.Masked:
		f.problem(WSMasked)
	}
	if r.closed {
		f.problem(WSAfterClose)
	}
	first := f.Opcode == OpText || f.Opcode == OpBinary
	allowed := uint8(0)
	if r.inflater != nil && first {
		allowed = 4
	}
	if f.RSV&^allowed != 0 {
		f.problem(WSReservedBits)
	}
	switch {
	case f.Opcode.Control():
		if f.Length > 125 {
			f.problem(WSControlLong)
		}
		if !f.Fin {
			f.problem(WSControlCut)
		}
		if f.Opcode > OpPong {
			f.problem(WSReserved)
		}
		return
	case !first && f.Opcode != OpContinuation:
		f.problem(WSReserved)
	case first && r.message:
		f.problem(WSInterrupted)
	case f.Opcode == OpContinuation && !r.message:
		f.problem(WSStray)
	}
	r.message = !f.Fin
	if first {
		r.text, r.rune = f.Opcode == OpText, r.rune[:0]
	}
	if r.inflater != nil {
		f.Compressed = r.inflater.begin(f, first)
	}
}

// maxClose is how much of a close frame is looked at.
const maxClose = 125

// payload takes octets of the payload, and undoes the mask (RFC 6455 §5.3).
func (r *wsReader) payload(data []byte) {
	f := r.frame
	at := f.Length - r.left
	keep := r.keep
	if f.Opcode == OpClose {
		keep = max(keep, maxClose)
	}
	room := min(max(keep-len(f.Payload), 0), len(data))
	if int64(len(f.Payload)) < at {
		room = 0 // octets before these were not kept, or lost
	}
	clear := unmask(append(f.Payload, data[:room]...), f, len(f.Payload), at)
	f.Payload = clear
	if f.Compressed {
		r.inflater.take(data, f, at)
	}
}

// unmask undoes the mask of b from index from on, which is at the place at of
// the payload.
func unmask(b []byte, f *WebSocketFrame, from int, at int64) []byte {
	if f.Masked {
		for i := from; i < len(b); i++ {
			b[i] ^= f.Key[(at+int64(i-from))&3]
		}
	}
	return b
}

// finish delivers the frame, which ends before the present octet.
func (r *wsReader) finish() {
	f := r.frame
	f.End = r.offset
	f.CompletedBy, f.CompletedAt = r.seen.release, r.seen.releaseTime
	if f.Opcode == OpClose && !f.Truncated {
		r.close(f)
	}
	if f.Compressed && f.Fin {
		r.inflater.finish(f, r.keep)
	}
	if r.text && (f.Opcode == OpText || f.Opcode == OpContinuation) {
		r.checkText(f)
	}
	r.frame, r.left = nil, 0
	r.w.deliver(r.from, f)
}

// checkText says where a message of text is none (RFC 6455 §8.1), as far as it was
// kept. A character may lie across fragments.
func (r *wsReader) checkText(f *WebSocketFrame) {
	octets, whole := append(r.rune, f.Payload...), int64(len(f.Payload)) == f.Length
	if f.Compressed {
		octets, whole = f.Inflated, int64(len(f.Inflated)) == f.InflatedBytes
	}
	for len(octets) > 0 && utf8.FullRune(octets) {
		if c, n := utf8.DecodeRune(octets); c == utf8.RuneError && n == 1 {
			f.problem(WSText)
			r.text = false
			return
		} else {
			octets = octets[n:]
		}
	}
	if r.text = whole && !f.Truncated; r.text && f.Fin && len(octets) > 0 {
		f.problem(WSText)
	}
	r.rune = append(r.rune[:0], octets...)
}

// close reads a close frame's body (RFC 6455 §5.5.1, §7.4).
func (r *wsReader) close(f *WebSocketFrame) {
	r.closed = true
	switch {
	case len(f.Payload) == 0:
		f.CloseCode = 1005
		return
	case len(f.Payload) == 1:
		f.problem(WSCloseCode)
		return
	}
	f.CloseCode = int(f.Payload[0])<<8 | int(f.Payload[1])
	f.CloseReason = string(f.Payload[2:])
	known := f.CloseCode >= 1000 && f.CloseCode <= 1014 && f.CloseCode != 1004 && f.CloseCode != 1005 && f.CloseCode != 1006
	if !known && (f.CloseCode < 3000 || f.CloseCode > 4999) {
		f.problem(WSCloseCode)
	}
	if !utf8.ValidString(f.CloseReason) {
		f.problem(WSCloseReason)
	}
}

// gap passes over octets that the capture lacks: reading goes on behind them
// only where they belong to a payload.
func (r *wsReader) gap(missing int64) {
	if r.inflater != nil {
		r.inflater.lose("octets of it, or of one before it, are missing")
	}
	if r.frame == nil || r.frame.PayloadStart == 0 || missing > r.left || missing == 0 {
		r.breakOff(BreakGap)
		r.lost = true
		return
	}
	r.frame.Truncated, r.frame.Break = true, BreakGap
	r.left -= missing
	r.offset += missing
	if r.left == 0 {
		r.finish()
	}
}

// breakOff tells of a frame whose end was not seen, if its header was.
func (r *wsReader) breakOff(why Break) {
	if r.frame != nil && r.frame.PayloadStart > 0 {
		if !r.frame.Truncated {
			r.frame.Truncated, r.frame.Break = true, why
		}
		r.frame.Compressed = false
		r.finish()
	}
	r.frame, r.head, r.lost = nil, nil, true
}
