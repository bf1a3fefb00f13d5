package render

import (
	"bytes"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
)

// bytesAsSent writes a message byte for byte, a line for each of its own: what
// cannot be printed stands as an escape, line ends as \r\n. Of a long body only
// the beginning was kept, and of a long line only its ends are shown.
func (t *text) bytesAsSent(r *ladder.Row) {
	m := r.Event.Message
	if m == nil {
		return
	}
	sign := "<"
	if m.Request {
		sign = ">"
	}
	for _, part := range [][]byte{m.Head, m.Body} {
		for line := range bytes.Lines(part) {
			if more := len(line) - lineStart - lineEnd; len(line) > lineLong {
				t.byteLine(sign, t.say.heardBytes(line[:lineStart], -1))
				t.byteLine(sign, t.say.f(wordMoreBytes, explain.Count(more, "byte")))
				line = line[len(line)-lineEnd:]
			}
			t.byteLine(sign, t.say.heardBytes(line, -1))
		}
	}
	if more := m.BodyBytes - int64(len(m.Body)); more > 0 {
		t.byteLine(sign, t.say.f(wordMoreBytes, explain.Count(more, "byte")))
	}
	t.blank()
}

// Of a line that is longer than lineLong, in bytes, so many are shown at its start
// and at its end.
const lineLong, lineStart, lineEnd = 1024, 256, 128

// byteLine writes one line of bytes, broken wherever the width says.
func (t *text) byteLine(sign, s string) {
	indent := "      " + sign + " "
	room := t.o.width() - len(indent)
	for s != "" {
		head := cut(s, room, "")
		if head == "" {
			return
		}
		t.raw(faint, indent+t.text(head))
		s = s[len(head):]
		indent = strings.Repeat(" ", len(indent))
	}
}
