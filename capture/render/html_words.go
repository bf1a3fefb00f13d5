package render

import (
	"slices"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// pageWords are the words of the page itself.
var pageWords = map[string]trace.Text{
	"frame":        {En: "frame", Ko: "프레임"},
	"to":           {En: "%s to %s", Ko: "%s → %s"},
	"n-bytes":      {En: "%s", Ko: "%d바이트"},
	"leaves":       {En: "leaves", Ko: "출발"},
	"arrives":      {En: "arrives", Ko: "도착"},
	"skip":         {En: "Skip to the ladder", Ko: "사다리 그림으로 건너뛰기"},
	"ladder":       {En: "Ladder", Ko: "사다리 그림"},
	"glance":       {En: "At a glance", Ko: "한눈에 보기"},
	"read":         {En: "How to read the ladder", Ko: "사다리 그림 읽는 법"},
	"memory":       {En: "Who remembered what", Ko: "누가 무엇을 기억했는가"},
	"plots":        {En: "Plots", Ko: "그래프"},
	"connections":  {En: "Connections", Ko: "연결"},
	"findings":     {En: "Findings", Ko: "발견 사항"},
	"http":         {En: "HTTP exchanges", Ko: "HTTP 교환"},
	"beliefs":      {En: "What many believe, and what refutes it here", Ko: "흔한 오해와 이를 반증하는 부분"},
	"sections":     {En: "Sections", Ko: "목차"},
	"theme-auto":   {En: "as the system", Ko: "시스템 설정"},
	"theme-light":  {En: "light", Ko: "밝게"},
	"theme-dark":   {En: "dark", Ko: "어둡게"},
	"why":          {En: "Why", Ko: "이유"},
	"why-shown":    {En: "Explanations", Ko: "설명"},
	"connection":   {En: "Connection", Ko: "연결"},
	"all":          {En: "all", Ko: "모두"},
	"previous":     {En: "Previous finding", Ko: "이전 발견 사항"},
	"next":         {En: "Next finding", Ko: "다음 발견 사항"},
	"keys":         {En: "Keys", Ko: "단축키"},
	"close":        {En: "Close", Ko: "닫기"},
	"states":       {En: "States after this row", Ko: "이 줄 다음의 상태"},
	"state":        {En: "States now", Ko: "지금 상태"},
	"fields":       {En: "Fields", Ko: "필드"},
	"bytes":        {En: "Bytes", Ko: "바이트"},
	"evidence":     {En: "Evidence", Ko: "증거"},
	"message":      {En: "Message", Ko: "메시지"},
	"remembers":    {En: "What it remembers now", Ko: "지금 기억하는 것"},
	"refers":       {En: "about frame", Ko: "관련 프레임"},
	"hint":         {En: "Click a row, or press Enter on it, for its fields and bytes. ? shows the keys.", Ko: "줄을 누르거나 Enter를 누르면 필드와 바이트가 나옵니다. ?를 누르면 단축키가 나옵니다."},
	"no-script":    {En: "Without JavaScript the ladder and its explanations can be read; rows do not open.", Ko: "JavaScript 없이도 사다리 그림과 설명을 읽을 수 있습니다. 다만 줄은 열리지 않습니다."},
	"no-bytes":     {En: "The bytes of this frame are not in this page.", Ko: "이 프레임의 바이트는 이 페이지에 없습니다."},
	"more-bytes":   {En: "more bytes are not in this page", Ko: "바이트가 더 있지만 이 페이지에는 없습니다"},
	"not-captured": {En: "more bytes were on the wire, and not captured", Ko: "바이트가 더 있었지만 캡처되지 않았습니다"},
	"field-hint":   {En: "Point at a field to see its bytes, or at a byte to see its field. With the keyboard: Tab to the table, then ↑ ↓.", Ko: "필드를 가리키면 그 바이트가, 바이트를 가리키면 그 필드가 표시됩니다. 키보드: Tab으로 표에 들어가 ↑ ↓."},
	"bit":          {En: "bit", Ko: "비트"},
	"bits":         {En: "bits", Ko: "비트"},
	"byte":         {En: "byte", Ko: "바이트"},
	"byte-range":   {En: "bytes", Ko: "바이트"},
	"capped": {
		En: "more rows are not in this page, which holds the first 4000. Choose a part:",
		Ko: "줄이 더 있지만 이 페이지에는 처음 4000줄만 담았습니다. 일부를 고르려면:",
	},
	"forgot":     {En: "Nothing.", Ko: "아무것도 기억하지 않습니다."},
	"nothing":    {En: "Nothing to show.", Ko: "보여 줄 것이 없습니다."},
	"none":       {En: "Nothing was found.", Ko: "발견 사항이 없습니다."},
	"made":       {En: "Made by statelab", Ko: "만든 프로그램: statelab"},
	"offline":    {En: "This page needs no network; only the links to the RFCs lead out of it.", Ko: "이 페이지는 네트워크가 필요 없습니다. RFC로 가는 링크만 밖으로 나갑니다."},
	"client":     {En: "client", Ko: "클라이언트"},
	"server":     {En: "server", Ko: "서버"},
	"again":      wordSentAgain,
	"again-seen": wordAgainSeen,
	"ending":     {En: "how it ended", Ko: "어떻게 끝났는가"},
	"limit":      {En: "what limited it", Ko: "무엇이 속도를 제한했는가"},
	"request":    {En: "request", Ko: "요청"},
	"response":   {En: "response", Ko: "응답"},
	"waited":     {En: "wait", Ko: "대기"},
	"carries":    {En: "carries state", Ko: "상태를 나르는 필드"},
	"step":       {En: "step", Ko: "단계"},
	"frames":     {En: "frames", Ko: "프레임"},
	"no-answer":  {En: "no answer seen", Ko: "응답이 보이지 않음"},
	"content": {
		En: "Bytes of content: a 4-byte number counts 4; a real control block is larger; a listening socket is not counted.",
		Ko: "내용의 바이트 수: 4바이트 숫자는 4로 셉니다. 실제 제어 블록은 더 크고, LISTEN 소켓은 세지 않습니다.",
	},
}

// Choices are the flags that choose a part of a trace.
func (r *report) Choices() []string {
	return []string{"--stream 3", "--from 200", "--to 900", "--where 'http.status >= 400'"}
}

// pageKeys are the page's keys, for the list that ? opens.
var pageKeys = []struct {
	Keys  []string
	About trace.Text
}{
	{[]string{"↓", "j"}, trace.Text{En: "next row", Ko: "다음 줄"}},
	{[]string{"↑", "k"}, trace.Text{En: "row before", Ko: "이전 줄"}},
	{[]string{"Home"}, trace.Text{En: "first row", Ko: "첫 줄"}},
	{[]string{"End"}, trace.Text{En: "last row", Ko: "마지막 줄"}},
	{[]string{"Enter"}, trace.Text{En: "open a row: fields, bytes, findings", Ko: "줄 열기: 필드, 바이트, 발견 사항"}},
	{[]string{"Esc"}, trace.Text{En: "close", Ko: "닫기"}},
	{[]string{"n"}, trace.Text{En: "next finding", Ko: "다음 발견 사항"}},
	{[]string{"p"}, trace.Text{En: "finding before", Ko: "이전 발견 사항"}},
	{[]string{"?"}, trace.Text{En: "this list", Ko: "이 목록"}},
}

// glanced is how many connections the page's head tells of.
const glanced = 6

// Glance are the connections that the page's head tells of, and how many it
// leaves to the table.
func (r *report) Glance() []htmlConnection {
	all := r.Connections()
	return all[:min(len(all), glanced)]
}

// Unglanced is how many the head leaves to the table.
func (r *report) Unglanced() int { return max(len(r.conns)-glanced, 0) }

// Signs explain the ladder to one who has never seen one.
func (r *report) Signs() []htmlSign {
	bar := trace.Text{
		En: "thick line: this side remembers the connection (its control block, TCB), which opens, is open, or closes",
		Ko: "굵은 선: 이쪽이 연결을 기억함(제어 블록, TCB). 차례로 여는 중, 열림, 닫는 중",
	}
	if r.Several() {
		bar.En += "; " + wordAlive.En + ". Choose a connection to see it alone."
		bar.Ko += ". " + wordAlive.Ko + ". 연결을 고르면 그 연결만 보입니다."
	}
	signs := []htmlSign{
		{"bar", bar},
		{"dots", trace.Text{En: "dotted line: it remembers nothing of it", Ko: "점선: 연결에 대해 아무것도 기억하지 않음"}},
		{"chip", trace.Text{
			En: "the state that a side comes into (RFC 9293 §3.3.2) · ? " + wordAssumed.En + " · ! " + wordContradicts.En,
			Ko: "한쪽이 새로 들어간 상태(RFC 9293 §3.3.2) · ? " + wordAssumed.Ko + " · ! " + wordContradicts.Ko,
		}},
		{"seg", trace.Text{En: "a segment, from its sender to its receiver; time runs downwards", Ko: "보낸 쪽에서 받는 쪽으로 가는 세그먼트, 시간은 아래로 흐름"}},
		{"lost", trace.Text{En: "it was lost on the way", Ko: "가는 도중에 손실됨"}},
		{"again", trace.Text{En: "sent again (retransmission)", Ko: "다시 보냄(재전송)"}},
		{"http", trace.Text{En: "an HTTP message, which rides on the segments above it", Ko: "위의 세그먼트에 실려 간 HTTP 메시지"}},
		{"call", trace.Text{En: "● what a program asks of TCP · ▤ what a side has begun to remember, or forgotten", Ko: "● 프로그램이 TCP에 하는 요청 · ▤ 한쪽이 기억하게 되었거나 잊은 것"}},
		{"seq", trace.Text{En: "seq: number of the first byte sent; ack: the byte that is expected next. Both count from the start of the connection (0 is the SYN).", Ko: "seq: 보내는 첫 바이트의 번호, ack: 다음에 받기를 기다리는 바이트의 번호. 둘 다 연결의 처음부터 셈(SYN이 0번)."}},
	}
	if slices.ContainsFunc(r.rows, func(row ladder.Row) bool { return row.Kind == ladder.RowStore }) {
		signs = append(signs, htmlSign{"store", trace.Text{En: "▣ what a program reads from a store, or leaves there", Ko: "▣ 프로그램이 저장소에서 읽거나 저장소에 남기는 것"}})
	}
	return signs
}

// Terms are the words of the ladder, those that it uses.
func (r *report) Terms() []explain.Term {
	used := map[string]bool{}
	for i := range r.rows {
		for _, name := range termsOf(&r.rows[i]) {
			used[name] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(explain.Terms()), func(t explain.Term) bool { return !used[t.Name] })
}

type htmlSign struct {
	Sign string
	Text trace.Text
}

// Keys are the page's keys.
func (r *report) Keys() any { return pageKeys }
