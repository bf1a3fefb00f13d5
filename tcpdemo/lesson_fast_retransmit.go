package tcpdemo

import (
	"io"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// fastRetransmit loses a segment with three behind it: their duplicate ACKs are
// faster than the timer (RFC 5681 §3.2).
func fastRetransmit() Scenario {
	return Scenario{
		Name:   "fast-retransmit",
		Title:  trace.Text{En: "Three duplicate ACKs do not wait for the timer", Ko: "중복 ACK 세 개가 오면 타이머를 기다리지 않습니다"},
		Claims: []string{"A3"},
		Look: []trace.Text{
			{
				En: "The second of five segments is lost. For each one after it the server repeats the same ACK: \"I still expect that byte\".",
				Ko: "다섯 세그먼트 가운데 두 번째가 손실됩니다. 뒤의 세그먼트가 올 때마다 서버는 같은 ACK를 되풀이합니다. \"아직 그 바이트를 기다립니다\"라는 뜻입니다.",
			},
			{
				En: "The third repetition makes the client send the lost segment at once, long before the RTO of 200 ms.",
				Ko: "세 번째 중복 ACK가 오면 클라이언트는 200ms의 RTO를 기다리지 않고 바로 다시 보냅니다.",
			},
			{
				En: "What came early waits in the server's reorder queue; then one ACK covers everything.",
				Ko: "먼저 온 데이터는 서버의 재정렬 큐에서 기다리고, 그다음 ACK 하나가 전부를 확인합니다.",
			},
		},
		Network: network.Config{
			Server: network.HostConfig{ReceiveBuffer: smallBufferOffered},
			Rules:  network.MustParseRules("drop 2nd data segment client→server once"),
		},
		Run: func(l *Lab) error {
			var server collector
			c, err := l.dialCollector(&server)
			if err != nil {
				return err
			}
			l.Step("Five segments; the second is lost", "세그먼트 다섯 개 가운데 두 번째가 손실됩니다")
			for _, word := range []string{"one ", "two ", "three ", "four ", "five"} {
				if _, err := io.WriteString(c, word); err != nil {
					return err
				}
			}
			l.Sleep(settling) // half of the RTO
			return server.has(l, "one two three four five")
		},
	}
}

// dialCollector opens a connection to a server that keeps what it reads.
func (l *Lab) dialCollector(server *collector) (network.Conn, error) {
	if _, err := l.listen(discardPort, server.serve); err != nil {
		return nil, err
	}
	l.Act("A connection is open", "연결이 열려 있습니다")
	return l.dial(discardPort)
}
