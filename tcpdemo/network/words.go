package network

import "statelab/capture/trace"

// verbs is the rule language's verbs, in the order of the constants: the parser
// reads from it, and the help is made of it.
var verbs = [...]Word{
	VerbDrop: {"drop", "drop [segments]", "drop 2nd data segment client→server once",
		trace.Text{En: "lose segments", Ko: "세그먼트를 버립니다"}},
	VerbDelay: {"delay", "delay DURATION [segments]", "delay 50ms",
		trace.Text{En: "make segments arrive later; others may overtake those that are picked out", Ko: "세그먼트를 늦게 도착하게 합니다. 일부만 고르면 다른 세그먼트가 앞지를 수 있습니다"}},
	VerbDuplicate: {"duplicate", "duplicate [segments]", "duplicate 3rd",
		trace.Text{En: "deliver segments twice", Ko: "세그먼트를 두 번 전달합니다"}},
	VerbSwap: {"swap", "swap N,M [kind] [way]", "swap 4,5",
		trace.Text{En: "hold the Nth segment until the Mth has passed, 100 ms at most", Ko: "M번째가 지나갈 때까지 N번째 세그먼트를 최대 100ms 붙잡아 둡니다"}},
	VerbCorrupt: {"corrupt", "corrupt [segments]", "corrupt 1st data segment client→server",
		trace.Text{En: "flip one bit, which the TCP checksum reveals", Ko: "비트 하나를 뒤집습니다. TCP 체크섬으로 드러납니다"}},
	VerbCut: {"cut", "cut [DURATION] [segment]", "cut from 1s for 2s",
		trace.Text{En: "lose everything for a time, ARP too", Ko: "일정 시간 동안 ARP까지 모두 끊습니다"}},
	VerbRate: {"rate", "rate RATE [queue SIZE] [way]", "rate 1mbit queue 16kB",
		trace.Text{En: "limit the capacity of each direction, with a queue in front", Ko: "방향마다 대역폭을 제한하고 그 앞에 큐를 둡니다"}},
	VerbMTU: {"mtu", "mtu BYTES [way]", "mtu 600",
		trace.Text{En: "put a router on the path that passes no longer IP packet on", Ko: "이보다 긴 IP 패킷을 통과시키지 않는 라우터를 경로에 둡니다"}},
	VerbLoss: {"loss", "loss PERCENT [kind] [way]", "loss 2%",
		trace.Text{En: "lose segments by chance, the same ones for the same seed", Ko: "세그먼트를 확률로 버립니다. 시드가 같으면 같은 세그먼트를 버립니다"}},
}

// kinds is the kinds of segment, in the order of the constants.
var kinds = [...]Word{
	KindAny:     {"any", "any", "drop 3rd any segment", trace.Text{En: "every TCP segment", Ko: "모든 TCP 세그먼트"}},
	KindData:    {"data", "data", "drop 2nd data segment", trace.Text{En: "with payload", Ko: "페이로드가 있는 세그먼트"}},
	KindSYN:     {"syn", "syn", "drop all syn server→client", trace.Text{En: "SYN set, with ACK or without", Ko: "SYN이 켜진 세그먼트(ACK는 무관)"}},
	KindSYNACK:  {"syn-ack", "syn-ack", "drop syn-ack twice", trace.Text{En: "SYN and ACK set", Ko: "SYN과 ACK가 켜진 세그먼트"}},
	KindACK:     {"ack", "ack", "drop 1st ack client→server", trace.Text{En: "ACK set: every segment but the first SYN", Ko: "ACK가 켜진 세그먼트(첫 SYN 외 전부)"}},
	KindPureACK: {"pure-ack", "pure-ack", "drop 2nd pure-ack server→client", trace.Text{En: "an ACK and nothing else", Ko: "ACK만 있는 세그먼트"}},
	KindFIN:     {"fin", "fin", "drop fin once", trace.Text{En: "FIN set", Ko: "FIN이 켜진 세그먼트"}},
	KindRST:     {"rst", "rst", "drop rst", trace.Text{En: "RST set", Ko: "RST가 켜진 세그먼트"}},
	KindPSH:     {"psh", "psh", "delay 20ms psh", trace.Text{En: "PSH set", Ko: "PSH가 켜진 세그먼트"}},
	KindProbe:   {"probe", "probe", "drop 1st probe", trace.Text{En: "keep-alive or zero-window probe", Ko: "keep-alive 또는 제로 윈도우 프로브"}},
	KindFrame:   {"frame", "frame N", "drop frame 3", trace.Text{En: "any frame, by its place on the wire; ARP counts", Ko: "선로에 실린 순서로 고른 프레임(ARP 포함)"}},
}
