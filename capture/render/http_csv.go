package render

import (
	"io"
	"strconv"
	"strings"
	"time"

	"statelab/capture/http1"
)

var httpHeadings = []string{
	"number", "stream", "nth", "first_frame", "last_frame", "time", "method", "target", "host", "status", "reason", "content_type",
	"request_body_bytes", "response_body_bytes", "request_us", "wait_us", "response_us", "cookie", "set_cookie", "authorization", "interim", "request_marks", "response_marks",
}

// HTTPCSV writes one row an HTTP exchange, with headings in English.
func HTTPCSV(w io.Writer, events Events, o Options) error {
	s := newSheet(w, httpHeadings...)
	var x exchanges
	failed := x.each(events, &o, func(done []*told) {
		for _, one := range done {
			s.row(httpCells(one.Exchange)...)
		}
	})
	return firstError(s.w.Error(), failed)
}

func httpCells(x *http1.Exchange) []string {
	c := map[string]string{"number": strconv.Itoa(x.Number), "stream": strconv.Itoa(x.Stream), "time": stamp(x.Started())}
	seen := x.Span()
	c["first_frame"], c["last_frame"] = number(frameOrNull(seen.FirstFrame)), number(frameOrNull(seen.LastFrame))
	if m := x.Request; m != nil {
		c["nth"], c["method"], c["target"] = strconv.Itoa(x.Nth), m.Method, m.Target
		c["host"], _ = m.Get("Host")
		c["request_body_bytes"] = strconv.FormatInt(m.BodyBytes, 10)
		c["cookie"], c["authorization"] = strconv.FormatBool(has(m, "Cookie")), strconv.FormatBool(has(m, "Authorization"))
		c["request_marks"] = strings.Join(marksOf(m), " ")
	}
	if m := x.Response; m != nil {
		c["status"], c["reason"] = strconv.Itoa(m.Status), m.Reason
		c["content_type"], _ = m.Get("Content-Type")
		c["response_body_bytes"], c["set_cookie"] = strconv.FormatInt(m.BodyBytes, 10), strconv.FormatBool(has(m, "Set-Cookie"))
		c["response_marks"] = strings.Join(marksOf(m), " ")
	}
	if s, ok := x.Split(); ok {
		for name, d := range map[string]time.Duration{"request_us": s.Request, "wait_us": s.Wait, "response_us": s.Response} {
			c[name] = strconv.FormatInt(d.Microseconds(), 10)
		}
	}
	c["interim"] = strconv.Itoa(len(x.Interim))
	cells := make([]string, len(httpHeadings))
	for i, name := range httpHeadings {
		cells[i] = c[name]
	}
	return cells
}

// marksOf names what is odd about a message, as JSON does.
func marksOf(m *http1.Message) (names []string) {
	for name := range m.Marks.Names() {
		names = append(names, name)
	}
	if m.Truncated {
		names = append(names, "truncated")
	}
	if m.Malformed {
		names = append(names, "malformed")
	}
	return names
}
