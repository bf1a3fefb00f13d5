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
	case firstLine && !whole && !plausible(line), firstLine && whole && !r.startLine(string(line)):
		r.giveUp()
	case len(r.text) > r.c.limits.Head:
		if r.msg.Version == "" {
			r.giveUp()
		} else {
			r.malformed()
		}
	case whole && emptyLine(line):
		r.headDone(string(r.text))
	case whole:
		r.line = len(r.text)
	}
}

// wholeHead takes a head that data begins with, if all of it is there, as nearly
// always: then there is no need to gather it line by line. It says how many octets
// that were; 0 where the head is to be gathered.
func (r *reader) wholeHead(data []byte) int {
	first := bytes.IndexByte(data, '\n') + 1
	n := first
	for n > 0 && n < len(data) && data[n] != '\n' && !(data[n] == '\r' && n+1 < len(data) && data[n+1] == '\n') {
		next := bytes.IndexByte(data[n:], '\n') + 1
		if next == 0 {
			return 0
		}
		n += next
	}
	if n == 0 || n >= len(data) {
		return 0
	}
	if n++; data[n-1] == '\r' {
		n++
	}
	if n > r.c.limits.Head {
		return 0
	}
	head := string(data[:n])
	if !r.startLine(head[:first]) {
		return 0
	}
	r.head = head
	return n
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
func (r *reader) startLine(line string) bool {
	if !r.msg.parseStart(line) || !r.c.accepts(r.from, r.msg.Request) {
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
	for line != "" && strings.IndexByte(" \t\r\n", line[len(line)-1]) >= 0 {
		line = line[:len(line)-1]
	}
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
func (r *reader) headDone(head string) {
	to := r.readHead(head)
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
func (r *reader) readHead(head string) (to request) {
	m := r.msg
	r.headRead = true
	if r.c.limits.Body >= 0 {
		m.Head = append(m.Head, head...)
	}
	first, fields, _ := strings.Cut(head, "\n")
	if !strings.HasSuffix(first, "\r") {
		m.Marks |= BareLF
	}
	var marks Marks
	m.Fields, marks = parseFields(m.Fields, fields)
	m.Marks |= marks | m.framingMarks()
	m.BodyStart = r.offset
	if m.Request {
		r.c.asked(m, r)
		return request{}
	}
	return r.c.answered(m, r)
}

// parseFields reads the field lines of a header or trailer section (RFC 9112
// §5), and tells what is odd about them. A line that is folded over several (§5.2,
// obsolete) has its parts joined by a space. A line without a colon is no field. They
// are appended to fields, which are none yet.
func parseFields(fields []Field, text string) ([]Field, Marks) {
	if cap(fields) == 0 {
		fields = make([]Field, 0, min(strings.Count(text, "\n"), 16))
	}
	var marks Marks
	var folded []string // the parts of the last field's value, if there are several
	unfold := func() {
		if folded != nil {
			fields[len(fields)-1].Value = strings.Join(folded, " ")
			folded = nil
		}
	}
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		text = rest
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		} else if ended {
			marks |= BareLF
		}
		if line == "" {
			break
		}
		if blank(line[0]) {
			marks |= Folded
			if len(fields) == 0 {
				continue
			}
			if folded == nil {
				folded = []string{fields[len(fields)-1].Value}
			}
			folded = append(folded, trim(line))
			continue
		}
		unfold()
		colon := strings.IndexByte(line, ':')
		if colon < 0 {
			marks |= NotAField
			continue
		}
		if colon > 0 && blank(line[colon-1]) {
			marks |= SpaceBeforeColon
		}
		fields = append(fields, Field{Name: line[:colon], Value: trim(line[colon+1:])})
	}
	unfold()
	return fields, marks
}

// blank reports whether c is white space within a line (RFC 9110 §5.6.3).
func blank(c byte) bool { return c == ' ' || c == '\t' }

// trim takes such white space off both ends.
func trim(s string) string {
	for s != "" && blank(s[0]) {
		s = s[1:]
	}
	for s != "" && blank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
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
