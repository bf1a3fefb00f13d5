package http1

import (
	"iter"
	"strings"
)

// Marks are a set of things about a message over which readers differ, or which
// say how it was found. Where two servers in a row read a message differently,
// one sees a request where the other sees a body (RFC 9112 §11.2).
type Marks uint32

// Marks of a message.
const (
	// LengthBesideCoding: Content-Length stands beside Transfer-Encoding, which
	// wins (RFC 9112 §6.3, rule 3).
	LengthBesideCoding Marks = 1 << iota
	// LengthRepeated: Content-Length has the same value more than once (rule 5).
	LengthRepeated
	// LengthInvalid: its values contradict one another, or are no numbers (rule
	// 5). The message is Malformed.
	LengthInvalid
	// CodingUnfinished: chunked is not the last transfer coding (rule 4).
	CodingUnfinished
	// CodingTooOld: Transfer-Encoding in HTTP/1.0, which does not have it (RFC
	// 9112 §6.1).
	CodingTooOld
	// BareLF: a line of the head or between chunks ends without a CR (RFC 9112
	// §2.2).
	BareLF
	// Folded: a field's value is folded over several lines (RFC 9112 §5.2).
	Folded
	// SpaceBeforeColon: white space stands between a field's name and its colon
	// (RFC 9112 §5.1). It stays in Field.Name.
	SpaceBeforeColon
	// NotAField: a line of the header section is no field: it has no colon.
	NotAField
	// ChunkExtension: a chunk's size has an extension (RFC 9112 §7.1.1).
	ChunkExtension
	// Early: a final response that began before its request had ended (RFC 9112
	// §9.5).
	Early
	// Resumed: the message is the first that was found after octets were lost,
	// after the capture had begun midway, or after something else than HTTP.
	Resumed
)

var markNames = [...]string{
	"length-beside-coding", "length-repeated", "length-invalid", "coding-unfinished", "coding-too-old", "bare-lf",
	"folded", "space-before-colon", "not-a-field", "chunk-extension", "early", "resumed",
}

// Has reports whether all marks of k are in m.
func (m Marks) Has(k Marks) bool { return m&k == k }

// Names yields the names of the marks: "bare-lf". They are keys, not labels.
func (m Marks) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i, name := range markNames {
			if m.Has(1<<i) && !yield(name) {
				return
			}
		}
	}
}

// MarkNames lists the names of all marks.
func MarkNames() []string { return markNames[:] }

// framingMarks tells what is odd about how the message says its length.
func (m *Message) framingMarks() (marks Marks) {
	coding, coded := m.lastOf("Transfer-Encoding")
	_, values, ok := m.contentLength()
	switch {
	case coded && values > 0:
		marks |= LengthBesideCoding
	case !ok:
		marks |= LengthInvalid
	case values > 1:
		marks |= LengthRepeated
	}
	if coded && !strings.EqualFold(coding, "chunked") {
		marks |= CodingUnfinished
	}
	if coded && m.Version == "HTTP/1.0" {
		marks |= CodingTooOld
	}
	return marks
}
