package tcpdemo

import (
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// congestion sends through a narrow link with a short queue, first by Reno (RFC
// 5681), then by CUBIC (RFC 9438).
func congestion() Scenario {
	return Scenario{
		Name:   "congestion",
		Title:  trace.Text{En: "The network has no gauge: each sender feels for its limit by losing segments", Ko: "네트워크에는 눈금이 없습니다: 송신자는 세그먼트를 잃으면서 한계를 알아냅니다"},
		Claims: []string{"A2", "A3"},
		Look: []trace.Text{
			{
				En: "The congestion window (cwnd) is a guess that the sender keeps to itself: no segment carries it. It doubles each round trip (slow start) until the queue in front of the narrow link overflows.",
				Ko: "혼잡 윈도우(cwnd)는 송신자 혼자 지닌 추측값이고, 어떤 세그먼트에도 실리지 않습니다. 좁은 링크 앞의 큐가 넘칠 때까지 왕복마다 두 배로 늘어납니다(슬로 스타트).",
			},
			{
				En: "A loss shows by what comes beyond it: once two full segments are SACKed there (RFC 6675 asks for more than two), this stack sends what is missing again, before a third duplicate ACK. Reno then falls to about half, CUBIC to about 70 %: the plot under the ladder shows each sender's cwnd, as its stack reported it.",
				Ko: "손실은 그 너머에 온 것으로 드러납니다. 너머의 가득 찬 세그먼트 두 개가 SACK되면(RFC 6675는 둘보다 많기를 요구합니다) 이 스택은 세 번째 중복 ACK 전에 빠진 것을 다시 보냅니다. 그러면 Reno는 절반쯤, CUBIC은 70%쯤으로 줄입니다. 사다리 그림 아래의 그래프는 각 송신자의 스택이 보고한 cwnd입니다.",
			},
		},
		Network: network.Config{
			Client: network.HostConfig{Congestion: "reno"}, Server: network.HostConfig{Congestion: "cubic"},
			Delay: 50 * time.Millisecond, Link: network.Link{Rate: 8_000_000, Queue: 24_000}, Samples: true, Cooperative: true,
		},
		Fold: true,
		Run: func(l *Lab) error {
			const size = 2_000_000
			l.Step("A link of 8 Mbit/s, 100 ms there and back, and a queue of 24 kB", "8Mbit/s 링크, 왕복 100ms, 24kB 큐")
			p, err := l.connect(discardPort)
			if err != nil {
				return err
			}
			l.Step("The client sends 2 MB by Reno", "클라이언트가 Reno로 2MB를 보냅니다")
			if err := p.stream(p.client, p.server, size); err != nil {
				return err
			}
			l.Step("The server sends 2 MB by CUBIC", "서버가 CUBIC으로 2MB를 보냅니다")
			if err := p.stream(p.server, p.client, size); err != nil {
				return err
			}
			l.Note(
				"The falls are those of the RFCs; the climbs after them are this stack's own. RFC 5681 has Reno add one segment a round trip: here it adds one an ACK. RFC 9438 has CUBIC climb back to where it lost: here it stays flat, because parts of a segment are rounded away.",
				"줄이는 폭은 RFC와 같지만, 그 뒤의 증가는 이 스택만의 모습입니다. RFC 5681의 Reno는 왕복마다 한 세그먼트를 늘리는데 여기서는 ACK마다 늘립니다. RFC 9438의 CUBIC은 손실이 난 지점까지 다시 오르는데 여기서는 한 세그먼트 미만을 버려서 평평합니다.")
			return nil
		},
	}
}
