package render

import (
	"fmt"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// Words of the ladder itself. What other screens say too is in explain.Label.
var (
	wordLost        = trace.Text{En: "lost", Ko: "손실"}
	wordDamaged     = trace.Text{En: "damaged", Ko: "손상"}
	wordDiscarded   = trace.Text{En: "discarded", Ko: "버림"}
	wordInjected    = trace.Text{En: "injected", Ko: "주입"}
	wordResent      = trace.Text{En: "resent", Ko: "재전송"}
	wordRaw         = trace.Text{En: "raw %s%d", Ko: "원래 %s%d"} // a number as on the wire
	wordTooBig      = trace.Text{En: "ICMP too big, MTU %s", Ko: "ICMP 너무 큼, MTU %s"}
	wordCopy        = trace.Text{En: "copy %d", Ko: "사본 %d"}
	wordPass        = trace.Text{En: "%s pass", Ko: "%s 경과"}
	wordConnection  = trace.Text{En: "connection %d", Ko: "연결 %d"}
	wordStream      = trace.Text{En: "stream %d", Ko: "스트림 %d"}
	wordWire        = trace.Text{En: "the wire", Ko: "회선"}
	wordReceiver    = trace.Text{En: "the receiver's stack", Ko: "수신 쪽 스택"}
	wordCaptures    = trace.Text{En: "both captures", Ko: "두 캡처"}
	wordDelay       = trace.Text{En: "%s on the way, ±%s", Ko: "전달 %s, ±%s"}
	wordBy          = trace.Text{En: "by %s", Ko: "%s만큼"}
	wordBit         = trace.Text{En: "bit %d flipped", Ko: "%d번 비트가 뒤집힘"}
	wordMissing     = trace.Text{En: "the capture lost %s", Ko: "캡처가 프레임 %d개를 놓침"}
	wordNumbered    = trace.Text{En: "the numbers are those of the client's trace: %s", Ko: "번호는 클라이언트 쪽 트레이스를 따름(프레임 %d개)"}
	wordNumberedTwo = trace.Text{En: "the numbers are those of the client's trace, where a segment that is seen twice counts twice: %s", Ko: "번호는 클라이언트 쪽 트레이스를 따름(두 번 보인 세그먼트는 두 번 셈, 프레임 %d개)"}
	wordSaw         = trace.Text{En: "frames: %d, TCP segments: %d, connections: %d", Ko: "프레임 %d개, TCP 세그먼트 %d개, 연결 %d개"}
	wordSawNone     = trace.Text{En: "no frames were captured", Ko: "캡처한 프레임이 없습니다"}
	wordOthers      = trace.Text{En: "others: %s", Ko: "그 밖: %s"}
	wordIncomplete  = trace.Text{En: "datagrams with fragments missing: %d", Ko: "조각이 다 모이지 않은 데이터그램 %d개"}
	wordDamage      = trace.Text{En: "damaged: %d", Ko: "손상된 프레임 %d개"}
	wordCutFrames   = trace.Text{En: "frames cut by the capture's snapshot length: %d, so that payload is missing here", Ko: "캡처의 스냅 길이(snaplen)에 잘려 페이로드가 빠진 프레임 %d개"}
	wordManyHosts   = trace.Text{En: "several hosts", Ko: "여러 호스트"}
	wordKeeps       = trace.Text{En: "this end remembers the connection (TCB)", Ko: "이쪽 끝이 연결을 기억함(TCB)"}
	wordKeepsNot    = trace.Text{En: "it does not", Ko: "기억하지 않음"}
	wordSame        = trace.Text{En: "the same segment, leaving and arriving", Ko: "같은 세그먼트의 출발과 도착"}
	wordAssumed     = trace.Text{En: "assumed: nothing has shown it yet", Ko: "가정: 아직 보여 준 것이 없음"}
	wordContradicts = trace.Text{En: "the segments say otherwise", Ko: "세그먼트와 어긋남"}
	wordNowTitle    = trace.Text{En: "What each side remembers now", Ko: "지금 양쪽이 기억하는 것"}
	wordLedger      = trace.Text{En: "Who remembered how much, in bytes, after each step", Ko: "단계가 끝날 때마다 누가 몇 바이트를 기억했는가"}
	wordStart       = trace.Text{En: "before the first step", Ko: "첫 단계 전"}
	wordNothing     = trace.Text{En: "nothing", Ko: "아무것도 없음"}
	wordMoreBytes   = trace.Text{En: "… %s more", Ko: "… %d바이트 더"}
	wordRemembers   = trace.Text{En: "remembers: %s", Ko: "기억: %s"}
	wordForgotten   = trace.Text{En: "forgets: %s", Ko: "잊음: %s"}
	wordSeconds     = trace.Text{En: "time s", Ko: "시각 s"}
	wordTimeOfDay   = trace.Text{En: "time of day", Ko: "시각(UTC)"}
	wordDelta       = trace.Text{En: "delta", Ko: "간격"}
	wordHeap        = trace.Text{En: "measured on the heap: %d B", Ko: "힙에서 측정: %d B"}
	wordEmpty       = trace.Text{En: "nothing to show", Ko: "보여 줄 것이 없음"}
	wordDescription = trace.Text{
		En: "Ladder diagram: %s on vertical lines, %s as arrows between them, from top to bottom in time.",
		Ko: "사다리 그림: 세로줄은 %s, 그 사이의 화살표는 세그먼트 %d개, 위에서 아래로 시간이 흐름.",
	}
	wordBar      = trace.Text{En: "bar: this end remembers a connection (TCB) that", Ko: "막대: 이쪽 끝이 연결을 기억함(TCB),"}
	wordOpening  = trace.Text{En: "opens", Ko: "여는 중"}
	wordOpen     = trace.Text{En: "is open", Ko: "열림"}
	wordClosing  = trace.Text{En: "closes", Ko: "닫는 중"}
	wordAlive    = trace.Text{En: "of several in one lane the most alive: open, else opening", Ko: "한 줄에 여럿이면 열림, 여는 중, 닫는 중 순으로 앞선 것"}
	wordDotted   = trace.Text{En: "dotted line: it remembers none", Ko: "점선: 기억하지 않음"}
	wordRelative = trace.Text{
		En: "seq, ack: counted from each side's initial sequence number (ISN)",
		Ko: "seq, ack: 각 쪽의 초기 시퀀스 번호(ISN)부터 센 값",
	}
	wordTimes = trace.Text{
		En: "A row's time is when the segment left; the state at its tip is the one on arrival.",
		Ko: "행의 시각은 세그먼트가 떠난 때이고, 화살표 끝의 상태는 도착했을 때의 상태입니다.",
	}
	wordContent = trace.Text{
		En: "bytes of content: a 4-byte number counts 4; a real control block is larger; a listening socket is not counted",
		Ko: "내용의 바이트 수: 4바이트 숫자는 4로 셈, 실제 제어 블록은 더 큼, LISTEN 소켓은 세지 않음",
	}
	wordAsBefore = trace.Text{
		En: "the same as in the table before, and left out: %s",
		Ko: "앞의 표와 같아서 생략한 항목: %d개",
	}
	wordBeliefs = trace.Text{
		En: "What many believe, and what refutes it here",
		Ko: "흔한 오해와 이를 반증하는 부분",
	}
	wordMore = trace.Text{En: "and %d more", Ko: "외 %d개"}
)

// kindWords name the kinds of memory in a column's head.
var kindWords = [...]trace.Text{
	{En: "connection", Ko: "연결"}, {En: "conversation", Ko: "대화"}, {En: "resource", Ko: "자원"},
}

// speaker writes the renderers' words in one language.
type speaker struct {
	lang  explain.Lang
	ascii bool // for Options.ASCII
}

// speaker returns the one for the options.
func (o *Options) speaker() speaker { return speaker{o.Lang, o.ASCII} }

func (s speaker) of(t trace.Text) string { return s.lang.Of(t) }

func (s speaker) f(t trace.Text, args ...any) string { return fmt.Sprintf(s.lang.Of(t), args...) }

// lane names a lane.
func (s speaker) lane(l ladder.Lane) string {
	return explain.Name(s.lang, trace.Participant{Role: l.Role, N: l.N, Addr: l.Addr})
}

// address is a lane's address: without what several share it under.
func (s speaker) address(l ladder.Lane) string {
	switch {
	case l.ManyHosts:
		return s.of(wordManyHosts)
	case !l.Addr.IsValid():
		return ""
	case l.ManyPorts || l.Addr.Port() == 0:
		return safe(l.Addr.Addr().String())
	}
	return safe(l.Addr.String())
}

// finding names a finding, with its count where that says something.
func (s speaker) finding(name string, nth int) string {
	key := "finding." + name
	word := explain.Label(s.lang, key)
	if word == key {
		word = safe(name)
	}
	if nth > 1 {
		word += fmt.Sprintf(" #%d", nth)
	}
	return word
}

// joinList names several things in a row.
func joinList(names []string) string { return strings.Join(names, ", ") }

// safe is trace.Escape for texts that are meant for people and come escaped
// where they must: it does not double their backslashes once more.
func safe(s string) string {
	return strings.ReplaceAll(trace.Escape(s), `\\`, `\`)
}

// explainer returns a new one in a language.
func (o *Options) explainer(lang explain.Lang) *explain.Explainer {
	x := explain.New(lang)
	if o.ASCII {
		x.Heard = escapeSymbols
	}
	return x
}

// heard is safe for what a party of the trace said. Where our own symbols are
// replaced by ASCII's, those of others stand as escapes: what was said stays what it
// was.
func (s speaker) heard(said string) string {
	if said = safe(said); s.ascii {
		return escapeSymbols(said)
	}
	return said
}

// heardBytes is trace.EscapeBytes for what a party of the trace said: see heard.
func (s speaker) heardBytes(said []byte, max int) string {
	text := trace.EscapeBytes(said, max)
	if !s.ascii {
		return text
	}
	whole := text
	if max >= 0 && len(said) > max {
		whole = strings.TrimSuffix(text, "…")
	}
	return escapeSymbols(whole) + text[len(whole):]
}

// connection names a connection, by the number that it has for the reader.
func (o *Options) connection(s speaker, stream int) string {
	if o.ByStream {
		return s.f(wordStream, stream)
	}
	return s.f(wordConnection, stream+1)
}

// number is a connection's number for the reader.
func (o *Options) number(stream int) int {
	if o.ByStream {
		return stream
	}
	return stream + 1
}
