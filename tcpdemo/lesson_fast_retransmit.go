package tcpdemo

import (
	"fmt"
	"io"
	"strings"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// fastRetransmit loses a segment with three behind it: their duplicate ACKs are
// faster than the timer (RFC 5681 §3.2).
func fastRetransmit() Scenario {
	return Scenario{
		Name:   "fast-retransmit",
		Title:  trace.Text{En: "Three duplicate ACKs do not wait for the timer", Ko: "중복 ACK 세 개가 오면 타이머를 기다리지 않습니다"},
		Claims: []string{"A3"}, Refutes: []int{23},
		Look: []trace.Text{
			{
				En: "The second of five segments is lost. For each one after it the server repeats the same ACK: \"I still expect that byte\".",
				Ko: "다섯 세그먼트 가운데 두 번째가 유실됩니다. 뒤의 세그먼트가 올 때마다 서버는 같은 ACK를 되풀이합니다. \"아직 그 바이트를 기다립니다\"라는 뜻입니다.",
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
			// Small enough for the SYN,ACK to offer it all: an ACK with another
			// window is no duplicate (RFC 5681 §2).
			Server: network.HostConfig{ReceiveBuffer: 32 << 10},
			Rules:  network.MustParseRules("drop 2nd data segment client→server once"),
		},
		Run: func(l *Lab) error {
			words := []string{"one ", "two ", "three ", "four ", "five"}
			return l.inOrder(words, 200*time.Millisecond,
				trace.Text{En: "Five segments; the second is lost", Ko: "세그먼트 다섯 개 가운데 두 번째가 유실됩니다"})
		},
	}
}

// inOrder sends each word in a segment of its own, without a pause, and wants
// the server's program to have them all, in order, within a time.
func (l *Lab) inOrder(words []string, within time.Duration, step trace.Text) error {
	type arrival struct {
		text string
		at   time.Time
	}
	want := strings.Join(words, "")
	arrived := make(chan arrival, 1)
	if _, err := l.listen(discardPort, func(c network.Conn) {
		got := make([]byte, len(want))
		n, _ := io.ReadFull(c, got) // what is missing shows in the text
		arrived <- arrival{string(got[:n]), l.Now()}
	}); err != nil {
		return err
	}
	l.Step("A connection is open", "연결이 열려 있습니다")
	c, err := l.dial(discardPort)
	if err != nil {
		return err
	}
	l.Step(step.En, step.Ko)
	start := l.Now()
	for _, word := range words {
		if _, err := io.WriteString(c, word); err != nil {
			return err
		}
	}
	l.Sleep(time.Second)
	got, err := left(arrived, "the text")
	if err != nil {
		return err
	}
	if got.text != want {
		return fmt.Errorf("the server got %q, expected %q", got.text, want)
	}
	if took := got.at.Sub(start); took >= within {
		return fmt.Errorf("the text took %v, expected less than %v", took, within)
	}
	return nil
}
