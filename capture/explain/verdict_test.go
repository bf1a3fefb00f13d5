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
		}, Passing).Conn
	}
	return conn
}

// TestVerdictOfWhatWasMissed: where the capture missed octets, the sentence says so.
func TestVerdictOfWhatWasMissed(t *testing.T) {
	t.Parallel()
	opening := []heard{{0, Client, SYN, 0, 0, 0}, {0, Server, SYN | ACK, 0, 1, 0}, {0, Client, ACK, 1, 1, 0}, {0, Client, ACK | PSH, 1, 1, 10}}
	with := func(more ...heard) *Conn { return connOf(append(opening[:4:4], more...)...) }
	for name, c := range map[string]struct {
		conn   *Conn
		en, ko string
	}{
		"a hole that stays": {
			with(heard{0, Server, ACK | PSH, 1001, 11, 10}, heard{1000, Server, ACK | PSH, 1011, 11, 10}),
			"Octets of the server were missing here for 1 s of 1 s, and none of them came later: lost, or only missed by the capture.",
			"1초 가운데 1초 동안 서버 쪽 데이터가 여기에 비어 있었고 나중에도 오지 않았습니다. 손실되었거나 캡처가 놓친 것입니다.",
		},
		"one end that was not heard": {
			connOf(opening[1], heard{300, Server, ACK | PSH, 1, 11, 10}),
			"Only the server was heard, for 300 ms: what limited the connection, one side alone does not tell.",
			"300ms 동안 서버 쪽만 보였습니다. 무엇이 연결을 늦췄는지는 한쪽만으로 알 수 없습니다.",
		},
		"an ACK of what was not seen": {
			with(heard{0, Server, ACK, 1, 11, 0}, heard{1000, Client, ACK, 11, 5001, 0}),
			"For 1 s of 1 s the trace does not tell: octets that the capture missed were sent in that time.",
			"1초 가운데 1초 동안은 이 트레이스로 알 수 없습니다. 그동안 캡처가 놓친 데이터가 오갔습니다.",
		},
	} {
		if en, ko := explain.Verdict(explain.English, c.conn), explain.Verdict(explain.Korean, c.conn); en != c.en || ko != c.ko {
			t.Errorf("%s:\n%s\n%s", name, en, ko)
		}
	}
}
