package tcpdemo

import (
	"errors"
	"net/netip"
	"strconv"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// oldDuplicate is RFC 9293 §3.5, Figure 8: why two messages would not do.
func oldDuplicate() Scenario {
	// The stack sends its SYN again microseconds after it refused the answer to
	// another one: on a short wire, one copy is enough.
	const wire = time.Microsecond
	return Scenario{
		Name:   "old-duplicate",
		Title:  trace.Text{En: "Why three segments and not two: an old SYN that turns up late", Ko: "왜 두 개가 아니라 세 개인가: 뒤늦게 나타난 옛 SYN"},
		Claims: []string{"A1"},
		Look: []trace.Text{
			{
				En: "A copy of an old connection's SYN was delayed somewhere. To the server it looks like any other, and it answers.",
				Ko: "옛 연결이 보낸 SYN의 사본이 어딘가에서 늦어졌습니다. 서버에는 여느 SYN과 똑같아 보여서 답을 보냅니다.",
			},
			{
				En: "Were two messages enough, the server would now have a connection that no client knows. The third message is the client's chance to say no: a RST.",
				Ko: "메시지 두 개로 충분했다면 서버에는 클라이언트가 모르는 연결이 생겼을 것입니다. 세 번째 메시지는 클라이언트가 RST로 아니라고 말할 기회입니다.",
			},
		},
		Network: network.Config{Delay: wire, Rules: network.MustParseRules("drop 2nd syn client→server once")},
		Run: func(l *Lab) error {
			const port = 5000
			server := netip.AddrPortFrom(l.Server.Addr(), EchoPort)
			if l.Inject == nil {
				return errNoInjection
			}
			if _, err := l.serveEcho(EchoPort); err != nil {
				return err
			}
			l.Step("A connection comes and goes (by RST, so that nobody remembers it)", "연결 하나가 생겼다 사라집니다(RST로 끝내 아무도 기억하지 않습니다)")
			iss, err := l.bygone(server, port)
			if err != nil {
				return err
			}
			syn := crafted{from: netip.AddrPortFrom(l.Client.Addr(), port), to: server, card: clientCard, seq: iss, flags: tcpstate.SYN}
			l.Step("A copy of its SYN turns up. The client knows of no such connection, and says so", "그 SYN의 사본이 나타납니다. 클라이언트는 그런 연결을 모르고, 모른다고 답합니다")
			if err := l.Inject(network.ClientToServer, syn.frame()); err != nil {
				return err
			}
			l.Step("RFC 9293 Figure 8: it turns up again, while the client's new SYN is lost", "RFC 9293 Figure 8: 클라이언트의 새 SYN이 손실된 사이에 또 나타납니다")
			if err := l.Inject(network.ClientToServer, syn.frame()); err != nil {
				return err
			}
			l.Sleep(wire / 2) // the server's answer is on its way
			c, err := l.Client.Dial(l.Ctx, server, port)
			if err != nil {
				return err
			}
			l.Note(
				"The refused SYN-ACK made the client send its SYN again at once: no timer ran out. \"Ports used again\" is Wireshark's name for a SYN or SYN-ACK with a new number between addresses and ports that an earlier connection had, as here on purpose.",
				"클라이언트는 받아들일 수 없는 SYN-ACK를 RST로 거절하자마자 SYN을 다시 보냈습니다. 타이머가 끝난 것이 아닙니다. \"포트 재사용\"은 이전 연결과 같은 주소와 포트 사이에 새 번호의 SYN이나 SYN-ACK가 나타날 때 Wireshark가 붙이는 이름이며, 여기서는 일부러 그렇게 했습니다.")
			l.Act("The new connection was not harmed", "새 연결에는 아무 탈이 없습니다")
			return exchange(c, "hello")
		},
	}
}

// bygone opens a connection and aborts it, and returns the client's ISS.
func (l *Lab) bygone(server netip.AddrPort, port uint16) (uint32, error) {
	c, err := l.Client.Dial(l.Ctx, server, port)
	if err != nil {
		return 0, err
	}
	m, err := l.memoryOf(l.Client)
	if err != nil {
		return 0, err
	}
	for _, e := range m.Entries {
		if e.Name != "ISS" {
			continue
		}
		iss, err := strconv.ParseUint(e.Value, 10, 32)
		if err != nil {
			return 0, err
		}
		if err := c.SetLinger(0); err != nil {
			return 0, err
		}
		return uint32(iss), c.Close()
	}
	return 0, errors.New("the client's control block has no ISS")
}
