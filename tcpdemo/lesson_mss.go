package tcpdemo

import (
	"fmt"
	"strconv"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// What each side of the lesson announces as its MSS, in bytes.
const (
	clientMSS = 1000
	serverMSS = 400
)

// segmentSize shows who decides how much a segment may carry (RFC 9293 §3.7.1,
// RFC 9293 §3.7.1), and how a sender learns of a narrow place on the path (RFC 1191).
func segmentSize() Scenario {
	return Scenario{
		Name:   "mss",
		Title:  trace.Text{En: "Each side announces its own MSS, and the path may allow less", Ko: "MSS는 양쪽이 각자 알리고, 경로는 그보다 작을 수 있습니다"},
		Claims: []string{"A1", "A2"},
		Look: []trace.Text{
			{
				En: "The client announces 1,000, the server 400: nothing is agreed. Each side sends what the other one takes.",
				Ko: "클라이언트가 알리는 값은 1,000, 서버가 알리는 값은 400입니다. 하나로 합의하지 않고, 각자 상대가 받을 수 있는 만큼 보냅니다.",
			},
			{
				En: "A full segment carries 12 bytes less than the MSS: the timestamp option takes them (RFC 9293 §3.7.1). In other lessons it is 40 less: with SACK, this stack keeps room for the longest options.",
				Ko: "꽉 찬 세그먼트도 MSS보다 12바이트 적게 싣습니다. 타임스탬프 옵션이 그만큼 차지합니다(RFC 9293 §3.7.1). 다른 시나리오에서는 40바이트 적습니다. SACK를 쓰면 이 스택이 가장 긴 옵션의 자리를 비워 두기 때문입니다.",
			},
			{
				En: "At 2 s a link of the path shrinks to 700 bytes. Its router drops what is too big and says so by ICMP; the sender remembers it, and sends smaller.",
				Ko: "2초부터 경로의 링크 하나가 700바이트로 줄어듭니다. 라우터는 큰 패킷을 버리고 ICMP로 알리며, 송신자는 이를 기억해 더 작게 보냅니다.",
			},
		},
		Network: network.Config{
			// SACK's blocks would take room in some segments and not in others.
			Client: network.HostConfig{MSS: clientMSS, NoSACK: true}, Server: network.HostConfig{MSS: serverMSS, NoSACK: true},
			Rules: network.MustParseRules("mtu 700 from 2s"),
		},
		Run: func(l *Lab) error {
			l.Step("Each SYN announces how much its sender takes", "SYN마다 보낸 쪽이 받을 수 있는 크기를 알립니다")
			p, err := l.connect(discardPort)
			if err != nil {
				return err
			}
			l.Note(
				fmt.Sprintf("The client's SYN says MSS %d, the server's %d: \"this is what I take\", not an offer to agree on.", clientMSS, serverMSS),
				fmt.Sprintf("클라이언트의 SYN에는 MSS %d, 서버의 SYN에는 MSS %d 옵션이 있습니다. 협상 제안이 아니라 \"나는 이만큼 받습니다\"라는 뜻입니다.", clientMSS, serverMSS))
			l.Step("1,000 bytes each way: three segments there, two back", "양쪽으로 1,000바이트씩: 가는 길은 세그먼트 세 개, 오는 길은 두 개")
			if err := p.carry(p.client, p.server, 1000); err != nil {
				return err
			}
			if err := p.carry(p.server, p.client, 1000); err != nil {
				return err
			}
			l.Sleep(2 * time.Second)
			l.Step("The path's MTU shrinks to 700: the router tells the server, and it sends again", "경로 MTU가 700으로 줄어듭니다: 라우터가 서버에 알리고, 서버가 다시 보냅니다")
			if err := p.carry(p.server, p.client, 900); err != nil {
				return err
			}
			l.Note(
				"The 900 bytes were cut anew, 648 and 252: 700 less 20 for IP, 20 for TCP and 12 for timestamps. They came again sooner than a round trip, so Wireshark's rules call the first part out of order.",
				"900바이트를 648과 252로 다시 나눴습니다. 700에서 IP 20, TCP 20, 타임스탬프 12를 뺀 크기입니다. 왕복 시간보다 빨리 다시 왔기 때문에 Wireshark의 규칙은 앞부분을 순서 뒤바뀜(out-of-order)이라고 부릅니다.")
			l.Step("The server remembers the path: what follows fits at once", "서버는 경로를 기억합니다: 다음부터는 바로 맞는 크기로 보냅니다")
			if err := p.carry(p.server, p.client, 900); err != nil {
				return err
			}
			return l.restartWindow()
		},
	}
}

// restartWindow says why the client's congestion window is what it began with.
func (l *Lab) restartWindow() error {
	m, err := l.memoryOf(l.Client)
	if err != nil {
		return err
	}
	values := map[string]int{}
	for _, e := range m.Entries {
		values[e.Name], _ = strconv.Atoi(e.Value) // those two are numbers
	}
	const initial = 10 // segments (RFC 6928)
	cwnd, mss := values["cwnd"], values["Eff.snd.MSS"]
	if cwnd != initial*mss {
		return l.elsewhere(
			fmt.Errorf("the client's cwnd is %d, expected %d × %d", cwnd, initial, mss),
			fmt.Sprintf("The client's cwnd ends at %d bytes, not at the %d segments of %d that a connection begins with (RFC 6928): your rule has changed that.", cwnd, initial, mss),
			fmt.Sprintf("클라이언트의 cwnd는 %d바이트로, 연결을 시작할 때의 값(%d × %d, RFC 6928)이 아닙니다. 사용자가 준 규칙이 이 값을 바꾸었습니다.", cwnd, initial, mss))
	}
	l.Note(
		fmt.Sprintf("The client's cwnd ends at %d bytes, %d segments of %d, what a connection begins with (RFC 6928): a sender that has been silent for longer than its RTO falls back to that (RFC 5681 §4.1).", cwnd, initial, mss),
		fmt.Sprintf("클라이언트의 cwnd는 %d바이트(%d × %d)로, 연결을 시작할 때의 값과 같습니다(RFC 6928). RTO보다 오래 보내지 않은 송신자는 이 값으로 돌아갑니다(RFC 5681 §4.1).", cwnd, initial, mss))
	return nil
}
