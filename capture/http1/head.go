package http1

import (
	"bytes"
	"strings"
)

// maxMethod is how long a method may be before the stream is taken for
// something else than HTTP. The longest that is registered has 17 octets.
const maxMethod = 32

// settleHead looks at the head so far: whether it is one, whether it is whole.
func (r *reader) settleHead() {
	line := r.text[r.line:]
	whole := len(line) > 0 && line[len(line)-1] == '\n'
	switch firstLine := r.line == 0; {
	case firstLine && !whole && !plausible(line), firstLine && whole && !r.startLine(line):
		r.giveUp()
	case len(r.text) > r.c.limits.Head:
		if r.msg.Version == "" {
			r.giveUp()
		} else {
			r.malformed()
		}
	case whole && emptyLine(line):
		r.headDone()
	case whole:
		r.line = len(r.text)
	}
}

// plausible reports whether a start line may begin like that.
func plausible(begin []byte) bool {
	const version = "HTTP/1."
	if n := min(len(begin), len(version)); string(begin[:n]) == version[:n] {
		return true
	}
	method, _, found := bytes.Cut(begin[:min(len(begin), maxMethod+1)], []byte(" "))
	return isToken(method) && (found || len(begin) <= maxMethod)
}

// startLine reads a request line or a status line, and reports whether it is
// one that this end may send.
func (r *reader) startLine(line []byte) bool {
	if !r.msg.parseStart(string(line)) || !r.c.accepts(r.from, r.msg.Request) {
		return false
	}
	r.any = true
	return true
}

// resumes reports whether data begins with a start line that fits.
func (r *reader) resumes(data []byte) bool {
	n := bytes.IndexByte(data, '\n')
	var m Message
	return n > 0 && n <= r.c.limits.Head && plausible(data[:n]) && m.parseStart(string(data[:n])) &&
		(!r.c.roles || m.Request == (r.from == r.c.asks))
}

// parseStart reads a start line: RFC 9112 §3 for requests, §4 for responses.
// White space in a target is no valid URI; servers differ in what they make of
// it, so it is kept as sent.
func (m *Message) parseStart(line string) bool {
	line = strings.TrimRight(line, " \t\r\n")
	if isVersion(line[:min(len(line), 8)]) {
		code, reason, _ := strings.Cut(strings.TrimLeft(line[8:], " "), " ")
		if len(code) != 3 || line[8] != ' ' || !isDigits(code) || code[0] == '0' {
			return false
		}
		m.Version, m.Reason = line[:8], reason
		m.Status = int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
		return true
	}
	method, rest, _ := strings.Cut(line, " ")
	last := strings.LastIndexByte(rest, ' ')
	if last < 0 || !isVersion(rest[last+1:]) || !isToken([]byte(method)) || len(method) > maxMethod {
		return false
	}
	m.Request, m.Method, m.Version = true, method, rest[last+1:]
	m.Target = strings.Trim(rest[:last], " ")
	return m.Target != ""
}

// headDone reads the header section and decides how the body is delimited.
func (r *reader) headDone() {
	to := r.readHead(r.text)
	m := r.msg
	var ok bool
	m.Framing, r.left, ok = m.framing(to)
	r.text, r.line = r.text[:0], 0
	switch {
	case !ok:
		m.Framing = NoBody
		r.malformed()
	case m.Framing == Chunked:
		r.state = inChunkSize
	case m.Framing == UntilClose:
		r.state = inUntilClose
	case r.left > 0:
		r.state = inBody
	default:
		r.finish()
	}
}

// readHead keeps a head, its octets and its fields, and pairs the message with
// the one that it answers.
func (r *reader) readHead(head []byte) (to request) {
	m := r.msg
	r.headRead = true
	if r.c.limits.Body >= 0 {
		m.Head = append(m.Head, head...)
	}
	_, fields, _ := bytes.Cut(head, []byte("\n"))
	m.Fields = parseFields(m.Fields, string(fields))
	m.Marks |= lineMarks(head) | m.framingMarks()
	m.BodyStart = r.offset
	if m.Request {
		r.c.asked(m, r)
		return request{}
	}
	return r.c.answered(m, r)
}

// parseFields reads the field lines of a header or trailer section (RFC 9112
// §5). A line that is folded over several (§5.2, obsolete) has its parts joined
// by a space. A line without a colon is no field. They are appended to fields,
// which are none yet.
func parseFields(fields []Field, text string) []Field {
	if n := min(strings.Count(text, "\n"), 16); cap(fields) < n {
		fields = make([]Field, 0, n)
	}
	var folded []string // the parts of the last field's value, if there are several
	unfold := func() {
		if folded != nil {
			fields[len(fields)-1].Value = strings.Join(folded, " ")
			folded = nil
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(fields) == 0 {
				continue
			}
			if folded == nil {
				folded = []string{fields[len(fields)-1].Value}
			}
			folded = append(folded, strings.Trim(line, " \t"))
			continue
		}
		unfold()
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields = append(fields, Field{Name: name, Value: strings.Trim(value, " \t")})
		}
	}
	unfold()
	return fields
}

func emptyLine(line []byte) bool { return string(line) == "\r\n" || string(line) == "\n" }

func isVersion(s string) bool {
	return len(s) == 8 && s[:7] == "HTTP/1." && '0' <= s[7] && s[7] <= '9'
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isToken reports whether b is a token (RFC 9110 §5.6.2).
func isToken(b []byte) bool {
	for _, c := range b {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return len(b) > 0
}
