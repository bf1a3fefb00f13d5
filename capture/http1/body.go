package http1

import (
	"bytes"
	"strconv"
	"strings"
)

// framing decides how the message's body is delimited, by the rules of RFC 9112
// §6.3 in their order, and how long it is where a Content-Length says so. ok is
// false if nobody can tell. to is the request that a response answers.
func (m *Message) framing(to request) (f Framing, length int64, ok bool) {
	if !m.Request {
		if to.head || m.Status < 200 || m.Status == 204 || m.Status == 304 {
			return NoBody, 0, true // rule 1
		}
		if to.connect && m.Status < 300 {
			return NoBody, 0, true // rule 2
		}
	}
	if coding, found := m.lastOf("Transfer-Encoding"); found { // rules 3 and 4
		switch {
		case strings.EqualFold(coding, "chunked"):
			return Chunked, 0, true
		case m.Request:
			return NoBody, 0, false
		}
		return UntilClose, 0, true
	}
	if length, values, ok := m.contentLength(); values > 0 { // rules 5 and 6
		return ContentLength, length, ok
	}
	if m.Request {
		return NoBody, 0, true // rule 7
	}
	return UntilClose, 0, true // rule 8
}

// lastOf returns the last member of a list that all fields of that name form
// (RFC 9110 §5.3).
func (m *Message) lastOf(name string) (last string, found bool) {
	for _, f := range m.Fields {
		if equalFold(f.Name, name) {
			found = true
			last = trim(f.Value[strings.LastIndexByte(f.Value, ',')+1:])
		}
	}
	return last, found
}

// contentLength reads Content-Length, and says how many values it has. Several are one
// if they are equal (RFC 9110 §8.6), and otherwise none.
func (m *Message) contentLength() (length int64, values int, ok bool) {
	ok = true
	for i := range m.Fields {
		if !equalFold(m.Fields[i].Name, "Content-Length") {
			continue
		}
		for value := range strings.SplitSeq(m.Fields[i].Value, ",") {
			value = trim(value)
			n, err := strconv.ParseInt(value, 10, 64)
			ok = ok && err == nil && isDigits(value) && (values == 0 || n == length)
			length = n
			values++
		}
	}
	return length, values, ok
}

// maxChunkLine bounds the line before a chunk: a size, and extensions that
// nobody uses.
const maxChunkLine = 4 << 10

// settleChunkLine looks at the line so far that stands before a chunk, after
// one, or in the trailer section.
func (r *reader) settleChunkLine() {
	line := r.text[r.line:]
	whole := bytes.HasSuffix(line, []byte("\n"))
	if whole && !bytes.HasSuffix(line, []byte("\r\n")) {
		r.msg.Marks |= BareLF
	}
	switch {
	case r.state == inTrailer && len(r.text) > r.c.limits.Head,
		r.state == inChunkSize && len(line) > maxChunkLine,
		r.state == inChunkEnd && (whole && !emptyLine(line) || len(line) > 2):
		r.malformed()
	case !whole:
	case r.state == inChunkEnd:
		r.text, r.state = r.text[:0], inChunkSize
	case r.state == inChunkSize:
		r.chunkSize(line)
	case emptyLine(line):
		r.msg.Trailers, _ = parseFields(nil, string(r.text))
		r.finish()
	default:
		r.line = len(r.text)
	}
}

// chunkSize reads the line before a chunk (RFC 9112 §7.1): a hexadecimal
// number, then extensions, which are ignored (§7.1.1).
func (r *reader) chunkSize(line []byte) {
	digits, _, extended := bytes.Cut(line, []byte(";"))
	if extended {
		r.msg.Marks |= ChunkExtension
	}
	size, err := strconv.ParseUint(string(bytes.Trim(digits, " \t\r\n")), 16, 62)
	switch {
	case err != nil:
		r.malformed()
		return
	case size == 0:
		r.state = inTrailer
	default:
		r.state, r.left = inChunk, int64(size)
		r.msg.Chunks++
	}
	r.text, r.line = r.text[:0], 0
}
