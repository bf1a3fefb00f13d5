package explain

// memoryNames: what a control block holds, as far as no standard names it.
var memoryNames = map[string]text{
	"state":          {En: "state", Ko: "상태"},
	"local address":  {En: "local address", Ko: "로컬 주소"},
	"remote address": {En: "remote address", Ko: "원격 주소"},
	"accept queue":   {En: "accept queue", Ko: "accept 큐"},
	"send buffer":    {En: "send buffer", Ko: "송신 버퍼"},
	"receive buffer": {En: "receive buffer", Ko: "수신 버퍼"},
	"reorder queue":  {En: "reorder queue", Ko: "재정렬 큐"},
}

var memoryValues = map[string]text{
	"unlimited":    {En: "unlimited", Ko: "제한 없음"},
	"not measured": {En: "not measured", Ko: "재지 않음"},
	"unknown":      {En: "unknown", Ko: "알 수 없음"},
}

// oddSamples end a round-trip time that is none: its last sample is another time, or
// the stack notes none so short.
var oddSamples = [...]text{
	{En: ", by the ACK of a FIN", Ko: "(FIN의 ACK로 잰 값)"},
	{En: ", rounded up", Ko: "(올림)"},
}

// causeNames: timers, and what ends a connection without a segment.
var causeNames = map[string]text{
	"restart":             {En: "restart", Ko: "재시작"},
	"retransmission":      {En: "retransmission", Ko: "재전송"},
	"persist":             {En: "persist", Ko: "persist"},
	"time-wait":           {En: "time-wait", Ko: "TIME-WAIT"},
	"fin-wait-2":          {En: "fin-wait-2", Ko: "FIN-WAIT-2"},
	"keepalive":           {En: "keepalive", Ko: "keepalive"},
	"data after close":    {En: "data after close", Ko: "닫은 뒤에 온 데이터"},
	"gap after close":     {En: "gap after close", Ko: "닫은 뒤에 빠진 번호"},
	"address-resolution":  {En: "address-resolution", Ko: "주소 확인(ARP)"},
	"ACK of a SYN cookie": {En: "ACK of a SYN cookie", Ko: "SYN 쿠키의 ACK"},
	"poll":                {En: "poll", Ko: "조회"},
}
