// Package http1 reads HTTP/1.x messages out of an ordered stream of bytes,
// keeping what net/http throws away: the order and spelling of header fields,
// the framing, and where each byte came from (RFC 9112).
package http1

import (
	"time"

	"statelab/capture/stream"
)

// Field is one header field as sent: the name's spelling and the value with
// surrounding white space removed (RFC 9110 §5.5).
type Field struct{ Name, Value string }

// Framing is how a message's body was delimited (RFC 9112 §6.3).
type Framing uint8

// Framings.
const (
	NoBody Framing = iota
	ContentLength
	Chunked
	UntilClose
)

// String returns "none", "content-length", "chunked" or "until-close": a key,
// not a label.
func (f Framing) String() string {
	return [...]string{"none", "content-length", "chunked", "until-close"}[min(f, UntilClose)]
}

// Span is where and when octets came: in whatever order, the message is over
// when the last that was missing is there, which need not be its last one.
type Span struct {
	// FirstFrame and LastFrame are the lowest and the highest number of the
	// frames that carried the octets; 0 where none of these has a number.
	FirstFrame, LastFrame int
	// FirstTime and LastTime are when the first and the last of them came.
	FirstTime, LastTime time.Time
}

// add takes another frame that carried octets.
func (s *Span) add(frame int, at time.Time) {
	if frame > 0 && (s.FirstFrame == 0 || frame < s.FirstFrame) {
		s.FirstFrame = frame
	}
	s.LastFrame = max(s.LastFrame, frame)
	if at.Before(s.FirstTime) {
		s.FirstTime = at
	}
	if at.After(s.LastTime) {
		s.LastTime = at
	}
}

// Join makes s reach over what another one spans, too. The zero value spans nothing.
func (s *Span) Join(o Span) {
	if *s == (Span{}) {
		*s = o
		return
	}
	s.add(o.FirstFrame, o.FirstTime)
	s.add(o.LastFrame, o.LastTime)
}

// Message is one request or response. Byte offsets count from the start of the
// stream in its direction.
type Message struct {
	Request bool
	// Method and Target are a request's; Status and Reason a response's.
	Method, Target string
	Status         int
	Reason         string
	Version        string // "HTTP/1.1"
	Fields         []Field
	Framing        Framing
	// Start, BodyStart and End are offsets in the stream: End is after the
	// last byte of the message.
	Start, BodyStart, End int64
	// BodyBytes counts the body after de-chunking and before decompression.
	BodyBytes int64
	// Body is the beginning of that body, up to the reader's limit.
	Body []byte
	// Head is the start line and header section as sent, up to and including
	// the empty line.
	Head []byte
	Span
	// CompletedBy is the frame that made the message whole, and CompletedAt
	// when it was seen: later than LastFrame where octets of a message before it
	// were missing, and the FIN where only the connection's end delimits the body.
	CompletedBy int
	CompletedAt time.Time
	// Exchange counts the requests of the connection from 1; a response has
	// that of the request which it answers, 0 if this was not seen. Interim
	// responses (RFC 9110 §15.2) and the final one have the same.
	Exchange int
	// Chunks counts the chunks of a chunked body, the last one, of size 0,
	// excepted; Trailers are the fields after it (RFC 9112 §7.1.2).
	Chunks   int
	Trailers []Field
	// Truncated says that the stream ended, or had a gap, before the message
	// did, and Break which of these. Octets in a gap whose number is known count in BodyBytes; Body ends
	// before them. Missing is how many of BodyBytes the capture lacks.
	Truncated bool
	Break     Break
	Missing   int64
	// HeadCut says that the header section itself is not whole: fields may be
	// missing, and nothing is known of a body.
	HeadCut bool
	// Malformed says that where the message ends cannot be told: its framing
	// is contradictory or damaged (RFC 9112 §6.3, §7.1), or its head too long.
	// End is where that was found.
	Malformed bool
	// Marks are what a careful reader would stumble over.
	Marks Marks
}

// Break is why a message is truncated.
type Break uint8

// Reasons.
const (
	NoBreak Break = iota
	// BreakGap: the capture lacks octets of it.
	BreakGap
	// BreakClose: its sender closed the connection before it was over (RFC 9112 §8).
	BreakClose
	// BreakCut: the connection was reset, or the capture ended.
	BreakCut
)

// String returns "", "gap", "close" or "cut": a key, not a label.
func (b Break) String() string { return [...]string{"", "gap", "close", "cut"}[min(b, BreakCut)] }

// breakOf is how the end of a stream breaks off what has begun in it.
func breakOf(kind stream.Kind) Break {
	if kind == stream.End {
		return BreakClose
	}
	return BreakCut
}

// truncate notes why the message is not whole: the first reason is the one.
func (m *Message) truncate(why Break) {
	if !m.Truncated {
		m.Truncated, m.Break = true, why
	}
}

// Announced is the length in bytes that Content-Length gives the body, where that
// delimits it.
func (m *Message) Announced() (length int64, ok bool) {
	if m.Framing != ContentLength {
		return 0, false
	}
	length, found, ok := m.contentLength()
	return length, found > 0 && ok
}

// Get returns the value of the first field of that name, compared without
// regard to case (RFC 9110 §5.1), and whether there is one.
func (m *Message) Get(name string) (string, bool) {
	for _, f := range m.Fields {
		if equalFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}

func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if 'A' <= x && x <= 'Z' {
			x += 'a' - 'A'
		}
		if 'A' <= y && y <= 'Z' {
			y += 'a' - 'A'
		}
		if x != y {
			return false
		}
	}
	return true
}
