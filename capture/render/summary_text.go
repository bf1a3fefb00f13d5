package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var (
	wordFile      = trace.Text{En: "file", Ko: "파일"}
	wordSpan      = trace.Text{En: "time span", Ko: "기간"}
	wordHandshake = trace.Text{En: "complete handshakes: %d, first SYN not seen: %d", Ko: "완료된 핸드셰이크 %d개, 첫 SYN이 보이지 않은 연결 %d개"}
	wordPayload   = trace.Text{En: "payload", Ko: "페이로드"}
	wordFromEnds  = trace.Text{En: "%s from clients, %s from servers, each octet once", Ko: "클라이언트가 보낸 것 %s, 서버가 보낸 것 %s, 바이트마다 한 번씩 셈"}
	wordMessages  = trace.Text{En: "requests: %d, responses: %d", Ko: "요청 %d개, 응답 %d개"}
	wordQuantiles = trace.Text{En: "half within %s, 90 %% within %s, 99 %% within %s, longest %s", Ko: "50%%가 %s 이내, 90%%가 %s 이내, 99%%가 %s 이내, 최대 %s"}
	wordNoFinding = trace.Text{En: "none", Ko: "없음"}
	wordTroubled  = trace.Text{En: "Connections to look at first", Ko: "먼저 살펴볼 연결"}
	wordSlowest   = trace.Text{En: "Slowest exchanges", Ko: "가장 느린 교환"}
	wordHowOften  = trace.Text{En: "times", Ko: "횟수"}
	wordInConns   = trace.Text{En: "in connections", Ko: "나타난 연결"}
	wordGoThere   = trace.Text{
		En: "wait: from the request's last byte to the response's first; quantiles to within 3 %; see one connection: --stream N",
		Ko: "대기: 요청의 마지막 바이트부터 응답의 첫 바이트까지, 분위수의 오차는 3% 이내, 연결 하나만 보기: --stream N",
	}
	wordUnanswered = trace.Text{
		En: "status -: no answer was seen; the wait lasts until the connection's last frame",
		Ko: "상태 -: 응답이 보이지 않음, 대기는 연결의 마지막 프레임까지",
	}
	wordGoThereTCP = trace.Text{En: "see one connection: --stream N", Ko: "연결 하나만 보기: --stream N"}
)

// page writes the summary.
func (t *text) page(s *summary) {
	t.title()
	if s.totals.Frames == 0 && s.connections == 0 {
		t.plainLine(t.say.of(wordEmpty))
		return
	}
	label := func(key string) string { return explain.Label(t.o.Lang, key) }
	if t.o.File != "" {
		t.listItem(t.say.of(wordFile), words(safe(t.o.File), parenthesised(t.o.FileFormat)))
	}
	t.listItem(t.say.of(wordSpan), spanText(s.totals.Last.Sub(s.totals.First))+", "+stamp(s.totals.First)+" → "+stamp(s.totals.Last))
	t.listItem(label("word.frames"), totalsText(t.say, &s.totals))
	t.listItem(label("word.connections"), t.endings(s))
	t.listItem(label("column.handshake"), t.say.f(wordHandshake, s.complete, s.openings[0]))
	t.listItem(t.say.of(wordPayload), t.say.f(wordFromEnds, octets(s.bytes[tcpstate.Client]), octets(s.bytes[tcpstate.Server])))
	if s.requests+s.responses > 0 {
		t.listItem("HTTP", t.say.f(wordMessages, s.requests, s.responses))
		t.listItem("  "+t.say.of(wordMethod), countList(s.methods))
		t.listItem("  "+t.say.of(wordStatus), statusList(s.statuses))
		if s.waits.n > 0 {
			t.listItem("  "+t.say.of(wordWait), t.say.f(wordQuantiles,
				spanText(s.waits.quantile(0.5)), spanText(s.waits.quantile(0.9)), spanText(s.waits.quantile(0.99)), spanText(s.waits.max)))
		}
	}
	t.summaryFindings(s.findings)
	t.summaryTroubled(s.troubled)
	t.summarySlowest(s.slowest)
	if t.o.Between != nil {
		t.blank()
		t.whole()
	}
	if len(s.slowest) > 0 {
		t.blank()
		t.painted(faint, t.say.of(wordGoThere))
		if slices.ContainsFunc(s.slowest, func(x slowExchange) bool { return x.status == 0 }) {
			t.painted(faint, t.say.of(wordUnanswered))
		}
	} else if len(s.troubled) > 0 {
		t.blank()
		t.painted(faint, t.say.of(wordGoThereTCP))
	}
}

// endings counts connections by how they ended.
func (t *text) endings(s *summary) string {
	parts := []string{}
	add := func(name string, n int) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", explain.Label(t.o.Lang, "ending."+name), n))
		}
	}
	for e, n := range s.endings {
		if tcpstate.Ending(e) == tcpstate.EndHalf {
			n -= s.oneSided
		}
		add(tcpstate.Ending(e).String(), n)
	}
	add("one-sided", s.oneSided)
	return strconv.Itoa(s.connections) + ": " + joinList(parts)
}

// summaryFindings is a table of what was found, the most frequent first.
func (t *text) summaryFindings(findings map[string]findingCount) {
	t.blank()
	t.painted(strong, explain.Label(t.o.Lang, "word.findings"))
	if len(findings) == 0 {
		t.listItem("", t.say.of(wordNoFinding))
		return
	}
	names := slices.Sorted(maps.Keys(findings))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(findings[b].times, findings[a].times) })
	tb := table{heads: 1, indent: 4, right: map[int]bool{1: true, 2: true}, rows: [][]string{{
		explain.Label(t.o.Lang, "column.finding"), t.say.of(wordHowOften), t.say.of(wordInConns),
	}}}
	for _, name := range names {
		tb.rows = append(tb.rows, []string{t.say.finding(name, 0), strconv.Itoa(findings[name].times), strconv.Itoa(findings[name].connections)})
	}
	tb.write(t)
}

// summaryTroubled names the connections in which most was found.
func (t *text) summaryTroubled(all []troubledConnection) {
	if len(all) == 0 {
		return
	}
	t.blank()
	t.painted(strong, t.say.of(wordTroubled))
	for _, c := range all {
		at := ""
		if c.frame > 0 {
			at = ", " + t.say.f(wordFrame, c.frame)
		}
		t.listItem(fmt.Sprintf("%s %d", explain.Label(t.o.Lang, "column.stream"), c.stream),
			fmt.Sprintf("%s → %s%s: %s", c.key.Client, c.key.Server, at, findingsText(t.say, c.findings)))
	}
}

// summarySlowest is a table of the exchanges that took longest to be answered.
func (t *text) summarySlowest(all []slowExchange) {
	if len(all) == 0 {
		return
	}
	t.blank()
	t.painted(strong, t.say.of(wordSlowest))
	tb := table{heads: 1, indent: 4, right: map[int]bool{0: true, 1: true, 2: true, 3: true}, rows: [][]string{{
		t.say.of(wordWait), explain.Label(t.o.Lang, "column.stream"), explain.Label(t.o.Lang, "column.frame"),
		t.say.of(wordStatus), t.say.of(wordSending),
	}}}
	for _, x := range all {
		status := "-"
		if x.status > 0 {
			status = strconv.Itoa(x.status)
		}
		tb.rows = append(tb.rows, []string{
			spanText(x.wait), strconv.Itoa(x.stream), frameCell(x.FirstFrame), status, t.say.heard(x.method + " " + x.target),
		})
	}
	tb.write(t)
}

// countList names what was counted, the most frequent first.
func countList(counts map[string]int) string {
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = fmt.Sprintf("%s %d", safe(n), counts[n])
	}
	return joinList(parts)
}

// maxStatuses is how many status codes are listed.
const maxStatuses = 40

func statusList(counts map[int]int) string {
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		if len(parts) == maxStatuses {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("%d ×%d", status, counts[status]))
	}
	return joinList(parts)
}

// octets writes a number of octets in a unit that keeps it short (powers of
// 1000).
func octets(n int64) string {
	v, unit := float64(n), 0
	units := strings.Fields("B kB MB GB TB PB EB")
	for v >= 999.95 && unit < len(units)-1 {
		v /= 1000
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " " + units[unit]
}

func parenthesised(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}
