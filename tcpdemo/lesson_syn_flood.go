package tcpdemo

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// errNoInjection is what a lesson returns on a network that is not statelab's
// own.
var errNoInjection = errors.New("no segment may be crafted on this network (try --net virtual)")

// synFlood sends SYNs from addresses where nobody is, until the server has no
// room for another half-open connection; SYN cookies then take over (RFC 4987).
func synFlood() Scenario {
	return Scenario{
		Name:   "syn-flood",
		Title:  trace.Text{En: "A SYN costs its sender nothing and the server a control block: the flood, and the cookie", Ko: "SYN은 보내는 쪽에는 공짜지만 서버에는 제어 블록 하나입니다: SYN 플러드와 SYN 쿠키"},
		Claims: []string{"A1", "A2", "A6"},
		Look: []trace.Text{
			{
				En: "Each SYN from a made-up address leaves a half-open control block on the server, which waits for an ACK that nobody will send. The wire here is inside this process: nothing leaves it.",
				Ko: "지어낸 주소에서 온 SYN마다 서버에 half-open 제어 블록이 남아 오지 않을 ACK를 기다립니다. 이 회선은 프로세스 안에만 있어 밖으로 나가는 것은 없습니다.",
			},
			{
				En: "When there is room for no more, the server answers without remembering: all that it needs to know is in the sequence number of its SYN-ACK. Only an ACK that brings the number back makes a control block.",
				Ko: "자리가 없으면 서버는 기억하지 않고 답합니다. 필요한 것은 모두 SYN-ACK의 시퀀스 번호에 담깁니다. 그 번호를 되돌려 주는 ACK가 와야 제어 블록이 생깁니다.",
			},
		},
		Limit: time.Second, // then the server begins to repeat each SYN-ACK
		Own:   true,
		Run:   flood,
	}
}

func flood(l *Lab) error {
	if l.Inject == nil {
		return errNoInjection
	}
	const places = 3
	if _, err := l.Server.Listen(EchoPort, places); err != nil {
		return err
	}
	l.Step(
		fmt.Sprintf("%d SYNs from addresses where nobody is: %d half-open control blocks", places, places),
		fmt.Sprintf("아무도 없는 주소에서 온 SYN %d개: half-open 제어 블록 %d개", places, places))
	first := netip.AddrFrom4([4]byte{10, 0, 0, 66})
	from, err := l.spoof(first, places)
	if err != nil {
		return err
	}
	l.Step("Two more: answered all the same, but with a cookie, and nothing is remembered", "두 개 더: 이번에도 답하지만 쿠키로 답하고, 아무것도 기억하지 않습니다")
	if _, err := l.spoof(from, 2); err != nil {
		return err
	}
	l.Step("An honest client in the middle of the flood gets a cookie too, and gets in", "플러드 중에 온 정상 클라이언트도 쿠키를 받고, 연결됩니다")
	c, err := l.dial(EchoPort)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(c, "hello"); err != nil {
		return err
	}
	l.Sleep(closing)
	l.Note(
		"The segments look like any handshake, yet the server was never in SYN-RECEIVED: it went from LISTEN straight to ESTABLISHED, when the ACK brought the cookie back. The control block was made from that. What does not fit into a cookie is lost: this connection has no window scaling.",
		"세그먼트는 보통 핸드셰이크와 같지만 서버는 SYN-RECEIVED를 거치지 않고 LISTEN에서 바로 ESTABLISHED가 되었습니다. ACK가 쿠키를 되돌려 주었고, 제어 블록은 거기서 만들어졌습니다. 쿠키에 담을 수 없는 것은 잃습니다. 이 연결에는 윈도우 스케일이 없습니다.")
	return nil
}

// spoof sends the server that many SYNs, each from the next address, and returns
// the address after the last.
func (l *Lab) spoof(from netip.Addr, syns int) (netip.Addr, error) {
	for range syns {
		syn := crafted{
			from: netip.AddrPortFrom(from, 6000), to: netip.AddrPortFrom(l.Server.Addr(), EchoPort),
			card: from.As4()[3], seq: 1000, flags: tcpstate.SYN,
		}
		if err := l.Inject(network.ClientToServer, syn.frame()); err != nil {
			return from, err
		}
		l.Sleep(closing / 10)
		from = from.Next()
	}
	return from, nil
}
