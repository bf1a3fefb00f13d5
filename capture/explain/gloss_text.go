package explain

// memoryGlosses say in a few words what a control block's entry is: at most 26
// cells, so that they stand beside its values on a screen of 80.
var memoryGlosses = map[string]text{
	"ISS":            {En: "own first number (ISN)", Ko: "자신의 첫 번호(ISN)"},
	"IRS":            {En: "the peer's first number", Ko: "상대의 첫 번호"},
	"SND.UNA":        {En: "oldest not yet ACKed", Ko: "ACK를 못 받은 첫 번호"},
	"SND.NXT":        {En: "next number to send", Ko: "다음에 보낼 번호"},
	"SND.WND":        {En: "the peer has room for", Ko: "상대의 빈자리(바이트)"},
	"RCV.NXT":        {En: "next number expected", Ko: "다음에 받을 번호"},
	"RCV.WND":        {En: "has room for, in bytes", Ko: "자신의 빈자리(바이트)"},
	"Snd.Wind.Shift": {En: "SND.WND field × 2^this", Ko: "SND.WND 필드 × 2^이 값"},
	"Rcv.Wind.Shift": {En: "RCV.WND field × 2^this", Ko: "RCV.WND 필드 × 2^이 값"},
	"Eff.snd.MSS":    {En: "most data in a segment", Ko: "세그먼트의 최대 데이터"},
	"cwnd":           {En: "congestion window (limit)", Ko: "혼잡 윈도우(보낼 한도)"},
	"ssthresh":       {En: "cwnd grows slower above it", Ko: "넘으면 천천히 늘어남"},
	"SRTT":           {En: "round-trip time, smoothed", Ko: "왕복 시간의 평균"},
	"RTTVAR":         {En: "how much it varies", Ko: "왕복 시간의 편차"},
	"RTO":            {En: "wait before resending", Ko: "재전송까지 기다릴 시간"},
	"send buffer":    {En: "written, not yet ACKed", Ko: "아직 ACK를 못 받은 것"},
	"receive buffer": {En: "arrived, not yet read", Ko: "왔지만 읽지 않은 것"},
	"reorder queue":  {En: "arrived ahead of a gap", Ko: "빈틈보다 먼저 온 것"},
}

// MemoryGloss says in a few words what an entry of a control block is; "" for
// what needs no words, or is not a control block's.
func MemoryGloss(lang Lang, name string) string { return lang.Of(memoryGlosses[name]) }

// Terms are words of a ladder that a newcomer does not know, each with a few
// words about it, in the order in which a ladder lists them.
func Terms() []Term { return terms[:] }

// Term is a word of a ladder.
type Term struct {
	// Name is how it stands there: "SYN", "mss", "SO_LINGER".
	Name string
	// Said is how it stands there where each language has its own name for it.
	Said  text
	Gloss text
}

// Words are the term as a ladder has it, in both languages.
func (t Term) Words() text {
	if t.Said == (text{}) {
		return text{En: t.Name, Ko: t.Name}
	}
	return t.Said
}

var terms = [...]Term{
	{Name: "SYN", Gloss: text{En: "opens, and says where the sender's numbers begin", Ko: "연결을 열며 번호의 시작을 알림"}},
	{Name: "ACK", Gloss: text{En: "acknowledges all numbers before ack; set wherever ack= stands", Ko: "ack 앞의 번호를 모두 받았다고 확인. ack=이 있으면 설정된 것"}},
	{Name: "PSH", Gloss: text{En: "data to be handed on at once", Ko: "데이터를 바로 넘기라는 표시"}},
	{Name: "FIN", Gloss: text{En: "the sender has no more to send", Ko: "더 보낼 것이 없음"}},
	{Name: "RST", Gloss: text{En: "breaks the connection off", Ko: "연결을 바로 끊음"}},
	{Name: "mss", Gloss: text{En: "most data in one segment toward the sender of this", Ko: "알린 쪽으로 오는 세그먼트 하나의 최대 데이터"}},
	{Name: "scale", Gloss: text{En: "its later window fields count in units of 2^scale bytes", Ko: "알린 쪽의 이후 윈도우 필드는 2^scale바이트 단위"}},
	{Name: "sack", Gloss: text{En: "numbers beyond ack that have come, or that came twice", Ko: "ack 너머에 이미 온 번호, 또는 두 번 온 번호"}},
	{Name: "backlog", Gloss: text{En: "how many connections may wait for accept()", Ko: "accept()를 기다릴 수 있는 연결의 수"}},
	{Name: "EOF", Gloss: text{En: "the peer's FIN has come: nothing more to read", Ko: "상대의 FIN이 와서 더 읽을 것이 없음"}},
	{Name: "poll", Said: text{En: "poll", Ko: "조회"}, Gloss: text{En: "the state was read from the system, some time after the change", Ko: "상태를 시스템에서 읽음. 바뀐 때는 그보다 앞섬"}},
	{Name: "SO_LINGER", Gloss: text{En: "0 s has close() drop what is unsent and send RST", Ko: "0초이면 close()가 남은 데이터를 버리고 RST를 보냄"}},
	{Name: "TCP_NODELAY", Gloss: text{En: "off lets small writes wait for an ACK (Nagle's algorithm)", Ko: "끄면 작은 write가 ACK를 기다림(네이글 알고리즘)"}},
	{Name: "SO_KEEPALIVE", Gloss: text{En: "on has the stack probe a silent peer", Ko: "켜면 스택이 조용한 상대를 확인함"}},
	{Name: "connection", Said: text{En: "connection", Ko: "연결"}, Gloss: text{En: "TCP's control block, in bytes; TCP lessons add its buffers", Ko: "TCP의 제어 블록, 바이트 수(TCP 시나리오에서는 버퍼도 셈)"}},
	{Name: "conversation", Said: text{En: "conversation", Ko: "대화"}, Gloss: text{En: "what is kept of earlier requests, as a session is", Ko: "세션처럼 앞선 요청에 대해 간직한 것"}},
	{Name: "resource", Said: text{En: "resource", Ko: "자원"}, Gloss: text{En: "what is there without any conversation, as a page is", Ko: "페이지처럼 대화가 없어도 있는 것"}},
}
