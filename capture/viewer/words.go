package viewer

import "statelab/capture/trace"

var tabWords = [tabs]trace.Text{
	tabConnections: {En: "connections", Ko: "연결"},
	tabFindings:    {En: "findings", Ko: "발견"},
	tabHTTP:        {En: "HTTP", Ko: "HTTP"},
	tabLadder:      {En: "ladder", Ko: "사다리"},
	tabFollow:      {En: "stream", Ko: "대화"},
}

// limitWords say in a word what held a connection back.
var limitWords = map[string]trace.Text{
	"opening":     {En: "opening", Ko: "수립"},
	"client":      {En: "client", Ko: "클라이언트"},
	"server":      {En: "server", Ko: "서버"},
	"path":        {En: "path", Ko: "경로"},
	"delayed-ack": {En: "delayed ACK", Ko: "지연 ACK"},
	"loss":        {En: "loss", Ko: "손실"},
	"window":      {En: "window", Ko: "윈도우"},
	"closing":     {En: "closing", Ko: "종료"},
	"idle":        {En: "idle", Ko: "유휴"},
	"unseen":      {En: "unseen", Ko: "안 보임"},
	"short":       {En: "short", Ko: "짧음"},
	"refused":     {En: "refused", Ko: "거절"},
	"aborted":     {En: "aborted", Ko: "중단"},
	"untimed":     {En: "no time", Ko: "시각 오류"},
	"never":       {En: "unopened", Ko: "미수립"},
	"one-sided":   {En: "one-sided", Ko: "한쪽만"},
}

// What is being done.
var (
	wordReading       = trace.Text{En: "reading", Ko: "읽는 중"}
	wordReadingHTTP   = trace.Text{En: "reading HTTP", Ko: "HTTP를 읽는 중"}
	wordReadingLadder = trace.Text{En: "reading the ladder", Ko: "사다리를 읽는 중"}
	wordReadingFrames = trace.Text{En: "reading bytes", Ko: "바이트를 읽는 중"}
	wordReadingFollow = trace.Text{En: "reading the stream", Ko: "대화를 읽는 중"}
	wordFiltering     = trace.Text{En: "filtering", Ko: "거르는 중"}
	wordWriting       = trace.Text{En: "writing", Ko: "쓰는 중"}
	wordProgress      = trace.Text{En: "%s %d %%", Ko: "%s %d %%"}
)

// Where the reader is, and what there is.
var (
	wordTooSmall      = trace.Text{En: "The screen is too small: %d×%d cells are needed, it has %d×%d. q quits.", Ko: "화면이 너무 작습니다. %d×%d칸이 필요한데 지금은 %d×%d칸입니다. q를 누르면 끝납니다."}
	wordConnectionOf  = trace.Text{En: "connection %d of %d", Ko: "연결 %d/%d"}
	wordTotals        = trace.Text{En: "%s, %s", Ko: "프레임 %d개, TCP 세그먼트 %d개"}
	wordOthers        = trace.Text{En: "%d without TCP", Ko: "TCP가 아닌 것 %d개"}
	wordRowOf         = trace.Text{En: "row %d of %d", Ko: "행 %d/%d"}
	wordLineOf        = trace.Text{En: "line %d of %d", Ko: "줄 %d/%d"}
	wordFieldOf       = trace.Text{En: "field %d of %d", Ko: "필드 %d/%d"}
	wordFrame         = trace.Text{En: "frame %d", Ko: "프레임 %d"}
	wordFrameOf       = trace.Text{En: "frame %d, stream %d", Ko: "프레임 %d, 스트림 %d"}
	wordPan           = trace.Text{En: "< > show the rest", Ko: "< >로 나머지 보기"}
	wordHeld          = trace.Text{En: "rows %d–%d are held, others are read", Ko: "행 %d–%d만 메모리에, 나머지는 다시 읽음"}
	wordOf            = trace.Text{En: " #%d", Ko: " #%d"}
	wordFiltered      = trace.Text{En: "where %s", Ko: "조건 %s"}
	wordDamaged       = trace.Text{En: "damaged: shown up to there", Ko: "손상된 트레이스, 그 앞까지만 표시"}
	wordDamagedAt     = trace.Text{En: "shown up to the damage: %s", Ko: "손상된 곳 앞까지만 표시: %s"}
	wordLostFrames    = trace.Text{En: "the capture lost %s", Ko: "캡처에서 잃은 프레임 %d개"}
	wordNoConnections = trace.Text{En: "no connection to show", Ko: "보여 줄 연결이 없음"}
	wordEscClears     = trace.Text{En: "Esc shows all connections again", Ko: "Esc를 누르면 모든 연결을 다시 보여 줍니다"}
	wordNothing       = trace.Text{En: "nothing to show", Ko: "보여 줄 것이 없음"}
	wordNoFindings    = trace.Text{En: "nothing was found", Ko: "발견 사항 없음"}
	wordNoHTTP        = trace.Text{En: "no HTTP exchange in this trace", Ko: "이 트레이스에는 HTTP 교환이 없음"}
	wordStillRead     = trace.Text{En: "not read to its end yet", Ko: "아직 끝까지 읽지 않음"}
	wordBytesEach     = trace.Text{En: "client sent %s, server %d", Ko: "보낸 바이트: 클라이언트 %d, 서버 %d"}
	wordFirstPlaces   = trace.Text{En: "only the first %d of %d places are listed", Ko: "전체 %[2]d곳 가운데 처음 %[1]d곳만 나열"}
	wordFirstOnly     = trace.Text{En: "(only the first %d; F narrows them down)", Ko: "(처음 %d개만 표시, F로 좁힐 수 있음)"}
	wordFollowCut     = trace.Text{En: "cut after %d MiB; e writes all of it", Ko: "%d MiB에서 자름, e를 누르면 전부 저장"}
	wordFrameGone     = trace.Text{En: "the bytes of frame %d cannot be read", Ko: "프레임 %d의 바이트를 읽을 수 없음"}
	wordBytes         = trace.Text{En: "%s", Ko: "%d바이트"}
	wordCaptured      = trace.Text{En: "(%d captured)", Ko: "(캡처된 것은 %d바이트)"}
	wordByteAt        = trace.Text{En: "byte %d", Ko: "%d번째 바이트"}
	wordBytesAt       = trace.Text{En: "bytes %d–%d", Ko: "%d–%d번째 바이트"}
	wordCut           = trace.Text{En: "not all of it was captured", Ko: "일부는 캡처되지 않음"}
	wordOctets        = trace.Text{En: "what the segment carries", Ko: "세그먼트가 싣고 있는 것"}
	wordNoOctets      = trace.Text{En: "no payload", Ko: "페이로드 없음"}
	wordCompareTitle  = trace.Text{En: "frames %d and %d, %s apart; different fields: %d", Ko: "프레임 %d, %d 비교, 시간 차 %s, 다른 필드 %d개"}
	wordStatus        = trace.Text{En: "code", Ko: "코드"}
	wordRequest       = trace.Text{En: "request", Ko: "요청"}
	wordWait          = trace.Text{En: "wait", Ko: "대기"}
	wordBoth          = trace.Text{En: "both sides", Ko: "양쪽"}
	wordClientOnly    = trace.Text{En: "the client only", Ko: "클라이언트만"}
	wordServerOnly    = trace.Text{En: "the server only", Ko: "서버만"}
)

// What a key came to.
var (
	wordQQuits     = trace.Text{En: "q quits", Ko: "q를 누르면 끝납니다"}
	wordNoneChosen = trace.Text{En: "choose a connection first", Ko: "연결을 먼저 고르세요"}
	wordNoFrame    = trace.Text{En: "this row has no frame of its own", Ko: "이 행에는 해당하는 프레임이 없음"}
	wordOneMarked  = trace.Text{En: "frame %d is marked; mark another to compare them", Ko: "프레임 %d 표시함, 하나 더 표시하면 비교할 수 있음"}
	wordTwoMarked  = trace.Text{En: "frames %d and %d are marked; d compares them", Ko: "프레임 %d, %d 표시함, d를 누르면 비교"}
	wordMarkTwo    = trace.Text{En: "mark two segments with Space in a ladder, then d compares them", Ko: "사다리에서 Space로 세그먼트 둘을 표시한 뒤 d를 누르세요"}
	wordNotFound   = trace.Text{En: "not found: %s", Ko: "찾지 못함: %s"}
	wordNoMore     = trace.Text{En: "no finding that way", Ko: "그쪽에는 발견 사항 없음"}
	wordCopied     = trace.Text{En: "%s copied to the terminal's clipboard", Ko: "터미널 클립보드에 %d바이트 복사함"}
	wordNoneFits   = trace.Text{En: "no connection fits", Ko: "조건에 맞는 연결이 없음"}
	wordFit        = trace.Text{En: "connections that fit: %d", Ko: "조건에 맞는 연결 %d개"}
	wordSaved      = trace.Text{En: "written: %s", Ko: "저장함: %s"}
	wordSavedPart  = trace.Text{En: "written up to the damage: %s", Ko: "손상된 곳 앞까지 저장함: %s"}
	wordNotSaved   = trace.Text{En: "nothing was written", Ko: "저장하지 않음"}
)

// Prompts.
var (
	wordSearchFor     = trace.Text{En: "search:", Ko: "찾기:"}
	wordWhere         = trace.Text{En: "where:", Ko: "조건:"}
	wordSaveAs        = trace.Text{En: "save as:", Ko: "저장할 파일:"}
	wordFormat        = trace.Text{En: "format (Tab):", Ko: "형식(Tab):"}
	wordPcapng        = trace.Text{En: "the frames themselves, explained in their comments", Ko: "프레임 그 자체, 설명은 주석에"}
	wordOverwrite     = trace.Text{En: "%s exists. Overwrite it? y/n", Ko: "%s 파일이 이미 있습니다. 덮어쓸까요? y/n"}
	wordFilterExample = trace.Text{En: `e.g. tcp.findings has "retransmission" && http.status >= 400; Tab completes; empty shows all`, Ko: `예: tcp.findings has "retransmission" && http.status >= 400, Tab으로 완성, 비우면 모두`}
	wordTabCompletes  = trace.Text{En: "Tab:", Ko: "Tab:"}
)

// What keys do, for the bottom line.
var (
	wordMove          = trace.Text{En: "move", Ko: "이동"}
	wordOpenLadder    = trace.Text{En: "ladder", Ko: "사다리"}
	wordOpenBytes     = trace.Text{En: "bytes", Ko: "바이트"}
	wordOpenGoTo      = trace.Text{En: "open, go to frame", Ko: "펼치기, 프레임으로"}
	wordGoToFrame     = trace.Text{En: "go to frame", Ko: "프레임으로"}
	wordSort          = trace.Text{En: "sort", Ko: "정렬"}
	wordSearch        = trace.Text{En: "search", Ko: "찾기"}
	wordFilter        = trace.Text{En: "filter", Ko: "거르기"}
	wordNextFinding   = trace.Text{En: "findings", Ko: "발견 사항"}
	wordNextFailed    = trace.Text{En: "failures", Ko: "실패"}
	wordNextDifferent = trace.Text{En: "differences", Ko: "차이"}
	wordNextSpeaker   = trace.Text{En: "speaker", Ko: "말한 쪽"}
	wordMark          = trace.Text{En: "mark", Ko: "표시"}
	wordCompare       = trace.Text{En: "compare", Ko: "비교"}
	wordClock         = trace.Text{En: "clock", Ko: "시계"}
	wordPane          = trace.Text{En: "why/octets", Ko: "이유/바이트"}
	wordFollow        = trace.Text{En: "stream", Ko: "대화"}
	wordExport        = trace.Text{En: "save", Ko: "저장"}
	wordField         = trace.Text{En: "field", Ko: "필드"}
	wordTurn          = trace.Text{En: "segment", Ko: "세그먼트"}
	wordHexText       = trace.Text{En: "hex/text", Ko: "16진/글자"}
	wordBare          = trace.Text{En: "bytes only", Ko: "바이트만"}
	wordTextRaw       = trace.Text{En: "text/raw", Ko: "글/원문"}
	wordSides         = trace.Text{En: "sides", Ko: "방향"}
	wordOnlyDifferent = trace.Text{En: "differences only", Ko: "다른 것만"}
	wordQuit          = trace.Text{En: "quit", Ko: "끝내기"}
	wordBack          = trace.Text{En: "back", Ko: "뒤로"}
	wordHelp          = trace.Text{En: "all keys", Ko: "모든 키"}
)
