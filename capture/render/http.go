package render

import (
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"
	"time"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/trace"
)

// exchanges collects the HTTP exchanges of a timeline, in the order in which
// the first message of each was complete.
type exchanges struct {
	tale http1.Tale
	all  []*told
	by   map[*http1.Exchange]*told
}

// told is an exchange, and what its messages did to cookies.
type told struct {
	*http1.Exchange
	client, server trace.Participant
	facts          map[*http1.Message][]http1.CookieFact
	over           bool // nothing more will come of it
}

func (x *exchanges) add(e *trace.Event) {
	switch {
	case e.Kind == trace.KindMessage && e.Message != nil:
		x.message(e)
	case e.Kind == trace.KindConnection:
		for _, pair := range x.tale.Forget(e.Stream) {
			if one := x.by[pair]; one != nil {
				one.over = true
			}
			delete(x.by, pair)
		}
	}
}

// parties are the client and the server of a message.
func parties(e *trace.Event) (client, server trace.Participant) {
	if e.Message.Request {
		return e.From, e.To
	}
	return e.To, e.From
}

func (x *exchanges) message(e *trace.Event) {
	client, server := parties(e)
	pair, fresh, facts := x.tale.Add(client.Addr, server.Addr, e.Stream, e.Message)
	one := x.by[pair]
	if fresh {
		one = &told{Exchange: pair, client: client, server: server}
		x.all = append(x.all, one)
		if x.by == nil {
			x.by = map[*http1.Exchange]*told{}
		}
		x.by[pair] = one
	}
	if len(facts) > 0 {
		if one.facts == nil {
			one.facts = map[*http1.Message][]http1.CookieFact{}
		}
		key := pair.Response
		switch {
		case e.Message.Request:
			key = pair.Request
		case e.Message.Status/100 == 1 && e.Message.Status != 101:
			key = pair.Interim[len(pair.Interim)-1]
		}
		one.facts[key] = facts
	}
	if pair.Response != nil && (pair.Request != nil || e.Message.Exchange == 0) {
		one.over = true
		delete(x.by, pair)
	}
}

// maxOpen is how many exchanges wait for one before them to be over.
const maxOpen = 4096

// take takes out those that are over, in their order as long as not too many
// have to wait for it.
func (x *exchanges) take() (done []*told) {
	for len(x.all) > 0 && x.all[0].over {
		done = append(done, x.all[0])
		x.all = x.all[1:]
	}
	if len(x.all) <= maxOpen {
		return done
	}
	still := x.all[:0:0]
	for _, one := range x.all {
		if one.over {
			done = append(done, one)
		} else {
			still = append(still, one)
		}
	}
	x.all = still
	return done
}

// readExchanges reads a timeline to its end. first is the time of its first
// event that has one.
func readExchanges(events Events, o *Options, bodies bool) (x exchanges, first time.Time, failed error) {
	x.tale.Bodies = bodies
	for e, err := range events {
		if err != nil {
			return x, first, err
		}
		if first.IsZero() {
			first = e.At
		}
		if e.Stream < 0 || o.shows(e.Stream) {
			x.add(&e)
		}
	}
	return x, first, nil
}

// fullHTTP is the width from which the table shows all of its columns.
const fullHTTP = 110

var (
	wordNoHTTP  = trace.Text{En: "no HTTP/1 message was found", Ko: "HTTP/1 메시지가 없습니다"}
	wordTarget  = trace.Text{En: "target", Ko: "대상"}
	wordStatus  = trace.Text{En: "status", Ko: "상태"}
	wordType    = trace.Text{En: "type", Ko: "종류"}
	wordNth     = trace.Text{En: "nth", Ko: "순번"}
	wordSending = trace.Text{En: "request", Ko: "요청"}
	wordWait    = trace.Text{En: "wait", Ko: "대기"}
	wordReceive = trace.Text{En: "response", Ko: "응답"}
	wordMarks   = trace.Text{En: "marks", Ko: "표시"}
	wordFrames  = trace.Text{En: "frames", Ko: "프레임"}
	wordMethod  = trace.Text{En: "method", Ko: "메서드"}
	wordVantage = trace.Text{
		En: "bytes: of the response's body on the wire; times as seen where the capture was taken; nth: of its connection's requests",
		Ko: "바이트: 전송된 그대로의 응답 본문, 시간: 캡처한 곳에서 본 값, 순번: 그 연결의 몇 번째 요청인지",
	}
	wordVantageShort = trace.Text{
		En: "s/n: stream, and which of its requests; bytes: of the response's body on the wire; wait: from the request's last byte to the response's first",
		Ko: "s/n: 스트림과 그 연결의 몇 번째 요청인지, 바이트: 전송된 그대로의 응답 본문, 대기: 요청의 마지막 바이트부터 응답의 첫 바이트까지",
	}
)

// httpMark is a letter of the table's last column.
type httpMark struct {
	letter byte
	about  trace.Text
	holds  func(*http1.Exchange) bool
}

var httpMarks = []httpMark{
	{'C', trace.Text{En: "the request brings a cookie", Ko: "요청에 쿠키가 있음"}, func(x *http1.Exchange) bool { return has(x.Request, "Cookie") }},
	{'A', trace.Text{En: "it brings credentials", Ko: "요청에 인증 정보가 있음"}, func(x *http1.Exchange) bool { return has(x.Request, "Authorization") }},
	{'S', trace.Text{En: "the response sets a cookie", Ko: "응답이 쿠키를 설정함"}, func(x *http1.Exchange) bool { return has(x.Response, "Set-Cookie") }},
	{'i', trace.Text{En: "interim responses came first", Ko: "중간 응답이 먼저 옴"}, func(x *http1.Exchange) bool { return len(x.Interim) > 0 }},
	{'t', trace.Text{En: "truncated", Ko: "잘림"}, func(x *http1.Exchange) bool {
		return either(x, func(m *http1.Message) bool { return m.Truncated })
	}},
	{'!', trace.Text{En: "ambiguous or malformed", Ko: "모호하거나 잘못된 형식"}, func(x *http1.Exchange) bool {
		return either(x, func(m *http1.Message) bool { return m.Malformed || m.Marks&^http1.Resumed != 0 })
	}},
}

func has(m *http1.Message, field string) bool {
	if m == nil {
		return false
	}
	_, ok := m.Get(field)
	return ok
}

func either(x *http1.Exchange, holds func(*http1.Message) bool) bool {
	return x.Request != nil && holds(x.Request) || x.Response != nil && holds(x.Response)
}

// HTTPTable writes one row an HTTP exchange: who asked for what, what came back,
// and where the time went. Memory grows with the number of exchanges.
func HTTPTable(w io.Writer, events Events, o Options) error {
	x, first, failed := readExchanges(events, &o, false)
	t := newText(w, o)
	t.title()
	if len(x.all) == 0 {
		t.plainLine(t.say.of(wordNoHTTP))
		return firstError(t.w.Flush(), failed)
	}
	wide := o.width() >= fullHTTP
	tb := table{heads: 1, rows: [][]string{t.httpHead(wide)}}
	tb.right = map[int]bool{0: true, 3: true, 8: true, 9: true}
	if wide {
		tb.right = map[int]bool{0: true, 2: true, 3: true, 4: true, 9: true, 10: true, 11: true, 12: true}
	}
	used := map[byte]bool{}
	for _, one := range x.all {
		tb.rows = append(tb.rows, t.httpRow(one.Exchange, first, wide, used))
	}
	tb.write(t)
	t.blank()
	about := wordVantageShort
	if wide {
		about = wordVantage
	}
	lines := []string{t.say.of(about)}
	for _, m := range httpMarks {
		if used[m.letter] {
			lines = append(lines, string(m.letter)+": "+t.say.of(m.about))
		}
	}
	for _, part := range wrap(strings.Join(lines, "; "), o.width()) {
		t.painted(faint, part)
	}
	return firstError(t.w.Flush(), failed)
}

func (t *text) httpHead(wide bool) []string {
	label := func(key string) string { return explain.Label(t.o.Lang, key) }
	of := t.say.of
	if wide {
		return []string{
			"#", of(wordFrames), label("column.stream"), of(wordNth), label("column.time"), of(wordMethod), of(wordTarget), of(wordStatus),
			of(wordType), label("column.bytes"), of(wordSending), of(wordWait), of(wordReceive), of(wordMarks),
		}
	}
	return []string{
		"#", of(wordFrames), "s/n", label("column.time"), of(wordMethod), of(wordTarget), "",
		of(wordType), label("column.bytes"), of(wordWait), "",
	}
}

func (t *text) httpRow(x *http1.Exchange, first time.Time, wide bool, used map[byte]bool) []string {
	from, to := x.Frames()
	frames := strconv.Itoa(from)
	if to > from {
		frames += "-" + strconv.Itoa(to)
	}
	nth := "?"
	if x.Nth > 0 {
		nth = strconv.Itoa(x.Nth)
	}
	method, target, status, kind, size := "?", "?", "-", "", "-"
	if m := x.Request; m != nil {
		method, target = safe(m.Method), safe(m.Target)
	}
	if m := x.Response; m != nil {
		status, kind, size = strconv.Itoa(m.Status), shortType(m), strconv.FormatInt(m.BodyBytes, 10)
	}
	if wide {
		kind = t.fit(kind, 12)
	} else {
		kind = t.fit(kind, 5)
	}
	var sending, waiting, receiving string
	if s, ok := x.Split(); ok {
		sending, waiting, receiving = partText(s.Request), partText(s.Wait), partText(s.Response)
	}
	marks := ""
	for _, m := range httpMarks {
		if m.holds(x) {
			marks += string(m.letter)
			used[m.letter] = true
		}
	}
	since := sinceText(x.Started().Sub(first))
	if wide {
		return []string{
			strconv.Itoa(x.Number), frames, strconv.Itoa(x.Stream), nth, since, method, target, status, kind, size,
			sending, waiting, receiving, marks,
		}
	}
	return []string{strconv.Itoa(x.Number), frames, fmt.Sprintf("%d/%s", x.Stream, nth), since, method, target, status, kind, size, waiting, marks}
}

// partText is spanText of a part of an exchange, which may take no time that can
// be seen, or lie before its beginning.
func partText(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d < 0:
		return "-" + spanText(-d)
	}
	return spanText(d)
}

// shortType is a message's media type in short: its subtype, without
// parameters ("html", "json", "js").
func shortType(m *http1.Message) string {
	value, ok := m.Get("Content-Type")
	if !ok {
		return ""
	}
	kind, _, err := mime.ParseMediaType(value)
	if err != nil {
		kind, _, _ = strings.Cut(value, ";")
	}
	_, sub, found := strings.Cut(kind, "/")
	if !found {
		sub = kind
	}
	sub = strings.TrimPrefix(strings.TrimSpace(sub), "x-")
	if short := shortTypes[sub]; short != "" {
		return short
	}
	return safe(sub)
}

// shortTypes are subtypes that have a name in few letters.
var shortTypes = map[string]string{
	"javascript": "js", "ecmascript": "js", "plain": "text", "octet-stream": "bin", "www-form-urlencoded": "form",
	"form-data": "form", "svg+xml": "svg", "event-stream": "sse", "vnd.microsoft.icon": "icon",
}

var httpHeadings = []string{
	"number", "stream", "nth", "first_frame", "last_frame", "time", "method", "target", "host", "status", "reason", "content_type",
	"request_body_bytes", "response_body_bytes", "request_us", "wait_us", "response_us", "cookie", "set_cookie", "authorization", "interim", "marks",
}

// HTTPCSV writes one row an HTTP exchange, with headings in English.
func HTTPCSV(w io.Writer, events Events, o Options) error {
	x, _, failed := readExchanges(events, &o, false)
	s := newSheet(w, httpHeadings...)
	for _, one := range x.all {
		s.row(httpCells(one.Exchange)...)
	}
	return firstError(s.w.Error(), failed)
}

func httpCells(x *http1.Exchange) []string {
	c := map[string]string{"number": strconv.Itoa(x.Number), "stream": strconv.Itoa(x.Stream), "time": stamp(x.Started())}
	first, last := x.Frames()
	c["first_frame"], c["last_frame"] = strconv.Itoa(first), strconv.Itoa(last)
	var marks []string
	if m := x.Request; m != nil {
		c["nth"], c["method"], c["target"] = strconv.Itoa(x.Nth), m.Method, m.Target
		c["host"], _ = m.Get("Host")
		c["request_body_bytes"] = strconv.FormatInt(m.BodyBytes, 10)
		c["cookie"], c["authorization"] = strconv.FormatBool(has(m, "Cookie")), strconv.FormatBool(has(m, "Authorization"))
		marks = append(marks, marksOf(m)...)
	}
	if m := x.Response; m != nil {
		c["status"], c["reason"] = strconv.Itoa(m.Status), m.Reason
		c["content_type"], _ = m.Get("Content-Type")
		c["response_body_bytes"], c["set_cookie"] = strconv.FormatInt(m.BodyBytes, 10), strconv.FormatBool(has(m, "Set-Cookie"))
		marks = append(marks, marksOf(m)...)
	}
	if s, ok := x.Split(); ok {
		for name, d := range map[string]time.Duration{"request_us": s.Request, "wait_us": s.Wait, "response_us": s.Response} {
			c[name] = strconv.FormatInt(d.Microseconds(), 10)
		}
	}
	c["interim"], c["marks"] = strconv.Itoa(len(x.Interim)), strings.Join(marks, " ")
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
