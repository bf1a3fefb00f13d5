package network

import (
	"fmt"
	"slices"
	"strings"

	"statelab/capture/trace"
)

// verbs is the rule language's verbs, in the order of the constants: the parser
// reads from it, and the help is made of it.
var verbs = [...]Word{
	VerbDrop: {
		"drop", "drop [segments]", "drop 2nd data segment client→server once",
		trace.Text{En: "lose segments", Ko: "세그먼트를 버립니다"},
	},
	VerbDelay: {
		"delay", "delay DURATION [segments]", "delay 50ms",
		trace.Text{En: "make segments arrive later; others may overtake those that are picked out", Ko: "세그먼트를 늦게 도착하게 합니다. 일부만 고르면 다른 세그먼트가 앞지를 수 있습니다"},
	},
	VerbDuplicate: {
		"duplicate", "duplicate [segments]", "duplicate 3rd",
		trace.Text{En: "deliver segments twice", Ko: "세그먼트를 두 번 전달합니다"},
	},
	VerbSwap: {
		"swap", "swap N,M [kind] [way]", "swap 4,5",
		trace.Text{En: "hold the Nth segment until the Mth has passed, 100 ms at most; without a way, in each direction by its own count", Ko: "M번째가 지나갈 때까지 N번째 세그먼트를 최대 100ms 붙잡아 둡니다. 방향을 주지 않으면 방향마다 따로 셉니다"},
	},
	VerbCorrupt: {
		"corrupt", "corrupt [segments]", "corrupt 1st data segment client→server",
		trace.Text{En: "flip one bit, which the TCP checksum reveals", Ko: "비트 하나를 뒤집습니다. TCP 체크섬으로 드러납니다"},
	},
	VerbCut: {
		"cut", "cut [DURATION] [segment]", "cut from 1s for 2s",
		trace.Text{En: "lose everything for a time, ARP too", Ko: "일정 시간 동안 ARP까지 모두 끊습니다"},
	},
	VerbRate: {
		"rate", "rate RATE [queue SIZE] [way]", "rate 1mbit queue 16kB",
		trace.Text{En: "limit the capacity of each direction, with a queue in front", Ko: "방향마다 대역폭을 제한하고 그 앞에 큐를 둡니다"},
	},
	VerbMTU: {
		"mtu", "mtu BYTES [way]", "mtu 600",
		trace.Text{En: "put a router on the path that passes no longer IP packet on", Ko: "이보다 긴 IP 패킷을 통과시키지 않는 라우터를 경로에 둡니다"},
	},
	VerbLoss: {
		"loss", "loss PERCENT [kind] [way]", "loss 2%",
		trace.Text{En: "lose segments by chance, the same ones for the same seed", Ko: "세그먼트를 확률로 버립니다. 시드가 같으면 같은 세그먼트를 버립니다"},
	},
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
	KindProbe:   {"probe", "probe", "drop 1st probe", trace.Text{En: "TCP keepalive or zero-window probe", Ko: "TCP keepalive 또는 제로 윈도우 프로브"}},
	KindFrame:   {"frame", "frame N", "drop frame 3", trace.Text{En: "any frame, by its place on the wire; ARP counts", Ko: "회선에 실린 순서로 고른 프레임(ARP 포함)"}},
}

// clauses is what may follow a verb besides a kind.
var clauses = [...]Word{
	{
		"place", "1st | 2nd,4th | 4-6 | 4- | all | every 3rd", "duplicate 2nd,4th data segment",
		trace.Text{En: "which distinct segments; a retransmission keeps its place", Ko: "몇 번째 세그먼트인지. 재전송은 원래 순번을 그대로 가집니다"},
	},
	{
		"way", "client→server | server→client | both", "drop 1st data segment server->client",
		trace.Text{En: "the direction; without it both are counted together", Ko: "방향. 생략하면 두 방향을 합쳐서 셉니다"},
	},
	{
		"repeat", "once | twice | N times | always", "drop 2nd data segment 3 times",
		trace.Text{En: "how many transmissions of the segment, from the first", Ko: "그 세그먼트의 첫 전송부터 몇 번째 전송까지인지"},
	},
	{
		"transmission", "Nth transmission of | retransmissions of", "drop 2nd transmission of 3rd data segment",
		trace.Text{En: "that transmission only; the first retransmission is the 2nd", Ko: "그 전송만. 첫 재전송이 2번째 전송입니다"},
	},
	{
		"connection", "of Nth connection | of each connection", "drop 1st data segment of each connection",
		trace.Text{En: "count within a connection", Ko: "연결 안에서 셉니다"},
	},
	{
		"time", "from T | until T | for T", "loss 10% from 1s until 3s",
		trace.Text{En: "act only then, counted from the network's start", Ko: "네트워크가 시작된 때부터 잰 그 시간에만 적용합니다"},
	},
}

// RuleVerbs, RuleKinds and RuleClauses list the words of the rule language.
func RuleVerbs() []Word   { return slices.Clone(verbs[:]) }
func RuleKinds() []Word   { return slices.Clone(kinds[:]) }
func RuleClauses() []Word { return slices.Clone(clauses[:]) }

// RuleHelp returns the rule language on one page.
func RuleHelp() trace.Text {
	var en, ko strings.Builder
	for _, part := range []struct {
		title trace.Text
		words []Word
	}{
		{trace.Text{En: "What the wire does:", Ko: "회선이 하는 일:"}, verbs[:]},
		{trace.Text{En: "To which segments:", Ko: "대상 세그먼트:"}, kinds[:]},
		{trace.Text{En: "Which of them, and when:", Ko: "그 가운데 어느 것을, 언제:"}, clauses[:]},
	} {
		fmt.Fprintf(&en, "%s\n", part.title.En)
		fmt.Fprintf(&ko, "%s\n", part.title.Ko)
		for _, w := range part.words {
			fmt.Fprintf(&en, "  %s\n      %s\n      %s\n", w.Syntax, w.Help.En, w.Example)
			fmt.Fprintf(&ko, "  %s\n      %s\n      %s\n", w.Syntax, w.Help.Ko, w.Example)
		}
	}
	return trace.Text{En: en.String(), Ko: ko.String()}
}

// words returns the names of a table.
func words(table []Word) []string {
	var names []string
	for _, w := range table {
		names = append(names, w.Name)
	}
	return names
}
