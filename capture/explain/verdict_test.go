package explain_test

import (
	"net/netip"
	"testing"
	"time"

	"statelab/capture/explain"
	. "statelab/capture/tcpstate"
)

// heard is a segment of a connection, by number relative to 0: at is in milliseconds.
type heard struct {
	at       int
	from     End
	flags    Flags
	seq, ack Seq
	n        int
	val      uint32 // TSval; 0 for no timestamps
}

// connOf is the connection of some segments.
func connOf(segments ...heard) *Conn {
	o := NewObserver(ObserverOptions{})
	addr := [2]netip.AddrPort{clientAddr, serverAddr}
	var conn *Conn
	for i, s := range segments {
		conn = o.Observe(&Segment{
			Time: start.Add(time.Duration(s.at) * time.Millisecond), Frame: i + 1, Src: addr[s.from], Dst: addr[s.from.Peer()],
			Seq: s.seq, Ack: s.ack, Flags: s.flags, Len: s.n, Window: 60000,
			Options: Options{HasTimestamps: s.val != 0, TSVal: s.val},
		}, Passing).Conn
	}
	return conn
}

// TestVerdictsAreTrue: the sentence says no more than the segments do.
func TestVerdictsAreTrue(t *testing.T) {
	t.Parallel()
	opening := []heard{{0, Client, SYN, 0, 0, 0, 0}, {0, Server, SYN | ACK, 0, 1, 0, 0}, {0, Client, ACK, 1, 1, 0, 0}, {0, Client, ACK | PSH, 1, 1, 10, 0}}
	with := func(more ...heard) *Conn { return connOf(append(opening[:4:4], more...)...) }
	late := func(val uint32) []heard {
		return []heard{{0, Server, ACK | PSH, 1001, 11, 10, 20}, {1000, Server, ACK | PSH, 1, 11, 1000, val}, {1000, Client, ACK, 11, 1011, 0, 0}}
	}
	for name, c := range map[string]struct {
		conn   *Conn
		en, ko string
	}{
		"a hole that stays": {
			with(heard{0, Server, ACK | PSH, 1001, 11, 10, 0}, heard{1000, Server, ACK | PSH, 1011, 11, 10, 0}),
			"Octets of the server were missing here for 1 s of 1 s, and none of them came later: lost, or only missed by the capture.",
			"1초 가운데 1초 동안 서버 쪽 데이터가 여기에 비어 있었고 나중에도 오지 않았습니다. 손실되었거나 캡처가 놓친 것입니다.",
		},
		"octets that were overtaken": {
			with(late(19)...),
			"Reordering: octets of the server were missing for 1 s of 1 s; 1 segment came late, 1 of which had left before what came first.",
			"순서 바뀜: 1초 가운데 1초 동안 서버 쪽 데이터가 비어 있었습니다. 늦게 온 세그먼트 1개 가운데 1개는 먼저 온 것보다 먼저 출발했습니다.",
		},
		"octets that were sent again": {
			with(late(21)...),
			"Loss: octets of the server were missing for 1 s of 1 s; 1 segment came late, sent again.",
			"손실: 1초 가운데 1초 동안 서버 쪽 데이터가 비어 있었고, 다시 보내져 늦게 온 세그먼트는 1개입니다.",
		},
		"octets that came late": {
			with(late(20)...),
			"Loss or reordering: octets of the server were missing for 1 s of 1 s; 1 segment came late, sent again or overtaken.",
			"손실 또는 순서 바뀜: 1초 가운데 1초 동안 서버 쪽 데이터가 비어 있었고, 늦게 온 세그먼트는 1개입니다. 다시 보냈는지 추월당했는지는 알 수 없습니다.",
		},
		"one end that was not heard": {
			connOf(opening[1], heard{300, Server, ACK | PSH, 1, 11, 10, 0}),
			"Only the server was heard, for 300 ms: what limited the connection, one side alone does not tell.",
			"300ms 동안 서버 쪽만 보였습니다. 무엇이 연결을 늦췄는지는 한쪽만으로 알 수 없습니다.",
		},
		"an ACK of what was not seen": {
			with(heard{0, Server, ACK, 1, 11, 0, 0}, heard{1000, Client, ACK, 11, 5001, 0, 0}),
			"For 1 s of 1 s the trace does not tell: octets that the capture missed were sent in that time.",
			"1초 가운데 1초 동안은 이 트레이스로 알 수 없습니다. 그동안 캡처가 놓친 데이터가 오갔습니다.",
		},
		"a silence behind what had no PSH": {
			with(heard{1, Server, ACK, 1, 11, 1000, 0}, heard{1, Client, ACK, 11, 1001, 0, 0}, heard{10001, Server, ACK | PSH, 1001, 11, 10, 0}),
			"For 9 s of 10 s the trace does not tell: the server's last data had no PSH, so more was to come, and none did: held back, or lost before it came here.",
			"10초 가운데 9초 동안은 이 트레이스로 알 수 없습니다. 서버가 마지막으로 보낸 데이터에 PSH가 없어 보낼 것이 더 있었지만 오지 않았습니다. 붙들려 있었거나, 여기에 오기 전에 손실되었습니다.",
		},
		"a request without an answer": {
			with(heard{0, Server, ACK, 1, 11, 0, 0}, heard{2000, Client, RST | ACK, 11, 1, 0, 0}),
			"Silence for 2 s of 2 s: the server sent no data after the client's last.",
			"2초 가운데 2초 동안 오가는 것이 없었습니다. 서버는 클라이언트의 마지막 데이터 뒤로 데이터를 보내지 않았습니다.",
		},
		"an open port that is reset": {
			connOf(opening[0], opening[1], heard{2, Client, RST, 1, 0, 0, 0}),
			"Not opened: the server's SYN-ACK agreed, but the client sent an RST. Over after 2 ms.",
			"열리지 않았습니다. 서버의 SYN-ACK가 수락했지만 클라이언트가 RST를 보냈습니다. 2ms 만에 끝났습니다.",
		},
		"a SYN that is taken back": {
			connOf(opening[0], heard{2, Client, RST, 1, 0, 0, 0}),
			"Not opened: the client sent an RST before any answer. Over after 2 ms.",
			"열리지 않았습니다. 답이 오기 전에 클라이언트가 RST를 보냈습니다. 2ms 만에 끝났습니다.",
		},
		"a clock that goes back": {
			connOf(opening[0], heard{5000, Server, SYN | ACK, 0, 1, 0, 0}, heard{1, Client, ACK, 1, 1, 0, 0}),
			"The trace's clock is wrong here: it does not tell what took how long.",
			"여기서 트레이스의 시계가 틀려, 무엇이 얼마나 걸렸는지 알 수 없습니다.",
		},
	} {
		if en, ko := explain.Verdict(explain.English, c.conn), explain.Verdict(explain.Korean, c.conn); en != c.en || ko != c.ko {
			t.Errorf("%s:\n%s\n%s", name, en, ko)
		}
	}
}
