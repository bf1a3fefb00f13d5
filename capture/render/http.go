package render

import (
	"fmt"
	"io"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/trace"
)

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
	holds  func(*told) bool
}

var httpMarks = []httpMark{
	{'C', trace.Text{En: "the request brings a cookie", Ko: "요청에 쿠키가 있음"}, func(x *told) bool { return has(x.Request, "Cookie") }},
	{'A', trace.Text{En: "it brings credentials", Ko: "요청에 인증 정보가 있음"}, func(x *told) bool {
		return slices.ContainsFunc(x.says, func(c http1.Credential) bool { return !c.Unsure })
	}},
	{'S', trace.Text{En: "the response sets a cookie", Ko: "응답이 쿠키를 설정함"}, func(x *told) bool { return has(x.Response, "Set-Cookie") }},
	{'i', trace.Text{En: "interim responses came first", Ko: "중간 응답이 먼저 옴"}, func(x *told) bool { return len(x.Interim) > 0 }},
	{'e', trace.Text{En: "the response began before the request's end", Ko: "요청이 끝나기 전에 응답이 시작됨"}, func(x *told) bool {
		return x.Response != nil && x.Response.Marks.Has(http1.Early)
	}},
	{'r', trace.Text{En: "the request is truncated", Ko: "요청이 잘림"}, func(x *told) bool { return short(x.Request) }},
	{'t', trace.Text{En: "the response is truncated", Ko: "응답이 잘림"}, func(x *told) bool { return short(x.Response) }},
	{'!', trace.Text{En: "ambiguous or malformed", Ko: "모호하거나 잘못된 형식"}, func(x *told) bool {
		return odd(x.Request) || odd(x.Response)
	}},
}

func has(m *http1.Message, field string) bool {
	if m == nil {
		return false
	}
	_, ok := m.Get(field)
	return ok
}

// short reports whether a message ends before its framing says.
func short(m *http1.Message) bool { return m != nil && m.Truncated && !m.Malformed }

// odd reports whether readers may differ over a message: not over when it came.
func odd(m *http1.Message) bool {
	return m != nil && (m.Malformed || m.Marks&^(http1.Resumed|http1.Early) != 0)
}

// noHTTP says that there is no message, and what may be the reason.
func (t *text) noHTTP(x *exchanges) {
	t.plainLine(t.say.of(wordNoHTTP))
	if x.cut > 0 {
		t.plainLine(t.say.f(wordCutFrames, x.cut))
	}
}

// HTTPTable writes one row an HTTP exchange: who asked for what, what came back,
// and where the time went: of the first 20,000.
func HTTPTable(w io.Writer, events Events, o Options) error {
	x, first, failed := readExchanges(events, &o)
	t := newText(w, o)
	t.title()
	if len(x.all) == 0 {
		t.noHTTP(&x)
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
		tb.rows = append(tb.rows, t.httpRow(one, first, wide, used))
	}
	tb.write(t)
	t.blank()
	t.leftOut(&x)
	about := wordVantageShort
	if wide {
		about = wordVantage
	}
	t.whole()
	lines := []string{t.say.of(about)}
	for _, m := range httpMarks {
		if used[m.letter] {
			lines = append(lines, string(m.letter)+": "+t.say.of(m.about))
		}
	}
	if x.cut > 0 {
		lines = append(lines, t.say.f(wordCutFrames, x.cut))
	}
	for _, part := range wrap(strings.Join(lines, "; "), o.width()) {
		t.painted(faint, part)
	}
	return firstError(t.w.Flush(), failed)
}

// leftOut says how many exchanges are not told.
func (t *text) leftOut(x *exchanges) {
	if x.left > 0 {
		t.plainLine(t.say.f(wordLeftOut, x.left))
	}
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

func (t *text) httpRow(x *told, first time.Time, wide bool, used map[byte]bool) []string {
	seen := x.Span()
	frames := framesCell(seen)
	nth := "?"
	if x.Nth > 0 {
		nth = strconv.Itoa(x.Nth)
	}
	method, target, status, kind, size := "?", "?", "-", "", "-"
	if m := x.Request; m != nil {
		method, target = t.say.heard(m.Method), t.say.heard(m.Target)
	}
	if m := x.Response; m != nil {
		status, kind, size = strconv.Itoa(m.Status), t.say.shortType(m), strconv.FormatInt(m.BodyBytes, 10)
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
func (s speaker) shortType(m *http1.Message) string {
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
	return s.heard(sub)
}

// shortTypes are subtypes that have a name in few letters.
var shortTypes = map[string]string{
	"javascript": "js", "ecmascript": "js", "plain": "text", "octet-stream": "bin", "www-form-urlencoded": "form",
	"form-data": "form", "svg+xml": "svg", "event-stream": "sse", "vnd.microsoft.icon": "icon",
}
