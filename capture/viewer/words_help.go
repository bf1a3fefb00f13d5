package viewer

import "statelab/capture/trace"

// What keys do, for the help screen.
var (
	wordHelpEverywhere  = trace.Text{En: "Everywhere", Ko: "어디서나"}
	wordHelpMove        = trace.Text{En: "a row up or down", Ko: "한 행 위나 아래로"}
	wordHelpPage        = trace.Text{En: "a page up or down; Ctrl-U, Ctrl-D half of it", Ko: "한 쪽 위나 아래로, Ctrl-U와 Ctrl-D는 반 쪽"}
	wordHelpEnds        = trace.Text{En: "the first row, the last one", Ko: "첫 행, 마지막 행"}
	wordHelpEnter       = trace.Text{En: "go in: connection, ladder, bytes of a segment", Ko: "안으로: 연결, 사다리, 세그먼트의 바이트"}
	wordHelpBack        = trace.Text{En: "back; q on the first screen quits, Esc there ends a filter", Ko: "뒤로, 첫 화면에서 q는 끝내기, Esc는 거르기 해제"}
	wordHelpTabs        = trace.Text{En: "connections, findings, HTTP, ladder, stream; the next", Ko: "연결, 발견, HTTP, 사다리, 대화, 그다음 화면"}
	wordHelpSearch      = trace.Text{En: "search for text; next, previous", Ko: "글자 찾기, 다음, 이전"}
	wordHelpFindings    = trace.Text{En: "next and previous row where something was found", Ko: "발견 사항이 있는 다음 행, 이전 행"}
	wordHelpFilter      = trace.Text{En: "show only connections of which an expression holds", Ko: "식이 참인 연결만 보기"}
	wordHelpExport      = trace.Text{En: "save what is shown to a file, in a format of your choice", Ko: "보이는 것을 고른 형식의 파일로 저장"}
	wordHelpCopy        = trace.Text{En: "copy the row to the terminal's clipboard", Ko: "행을 터미널 클립보드에 복사"}
	wordHelpLook        = trace.Text{En: "colours on or off; English or Korean", Ko: "색 켜고 끄기, 한국어와 영어 바꾸기"}
	wordHelpQuit        = trace.Text{En: "quit at once", Ko: "바로 끝내기"}
	wordHelpSuspend     = trace.Text{En: "to the shell and back with fg; draw the screen anew", Ko: "셸로 나가기(fg로 돌아옴), 화면 다시 그리기"}
	wordHelpConnections = trace.Text{En: "Connections", Ko: "연결"}
	wordHelpSort        = trace.Text{En: "sort by the column before, by the next one", Ko: "앞 열로 정렬, 다음 열로 정렬"}
	wordHelpReverse     = trace.Text{En: "the other way round", Ko: "거꾸로 정렬"}
	wordHelpLadder      = trace.Text{En: "Ladder", Ko: "사다리"}
	wordHelpMark        = trace.Text{En: "mark a segment, or no longer", Ko: "세그먼트 표시, 해제"}
	wordHelpCompare     = trace.Text{En: "compare the two marked segments field by field", Ko: "표시한 세그먼트 둘을 필드마다 비교"}
	wordHelpClock       = trace.Text{En: "time since the beginning, since the row before, time of day", Ko: "시작부터의 시간, 앞 행과의 간격, 시각"}
	wordHelpPane        = trace.Text{En: "below: why the row happened, what it carries, nothing", Ko: "아래 칸: 일어난 이유, 실은 바이트, 없음"}
	wordHelpNoPane      = trace.Text{En: "below: why, or nothing", Ko: "아래 칸: 이유, 없음"}
	wordHelpMessages    = trace.Text{En: "segments or HTTP messages as arrows", Ko: "화살표를 세그먼트로, HTTP 메시지로"}
	wordHelpPan         = trace.Text{En: "on a narrow screen: to the left, to the right", Ko: "좁은 화면에서: 왼쪽으로, 오른쪽으로"}
	wordHelpFollow      = trace.Text{En: "what the two programs said to each other", Ko: "두 프로그램이 주고받은 내용"}
	wordHelpSegment     = trace.Text{En: "Bytes of a segment", Ko: "세그먼트의 바이트"}
	wordHelpTurn        = trace.Text{En: "the segment before, the next one", Ko: "앞 세그먼트, 다음 세그먼트"}
	wordHelpHex         = trace.Text{En: "hexadecimal or characters", Ko: "16진수, 글자"}
	wordHelpBare        = trace.Text{En: "fields and bytes, or bytes alone", Ko: "필드와 바이트, 바이트만"}
	wordHelpStream      = trace.Text{En: "Stream", Ko: "대화"}
	wordHelpFollowHex   = trace.Text{En: "characters or hexadecimal", Ko: "글자, 16진수"}
	wordHelpRaw         = trace.Text{En: "with who spoke when, or the octets alone", Ko: "누가 언제 말했는지 함께, 바이트만"}
	wordHelpSides       = trace.Text{En: "both sides, the client, the server", Ko: "양쪽, 클라이언트, 서버"}
	wordHelpSigns       = trace.Text{En: "Signs", Ko: "기호"}
	wordHelpMarks       = trace.Text{En: "the row that is chosen; a segment that is marked", Ko: "고른 행, 표시한 세그먼트"}
	wordHelpOpener      = trace.Text{En: "who opened the connection; it was not seen", Ko: "연결을 연 쪽, 보이지 않았음"}
)
