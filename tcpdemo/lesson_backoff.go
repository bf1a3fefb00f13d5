package tcpdemo

import (
	"fmt"
	"syscall"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// backoff doubles the timeout with each retransmission (RFC 6298 §5.5): of a SYN
// until the stack gives up, of data until the wire is whole again.
func backoff() Scenario {
	return Scenario{
		Name:   "backoff",
		Title:  trace.Text{En: "No answer: each wait is twice as long as the one before", Ko: "응답이 없으면 기다리는 시간이 매번 두 배가 됩니다"},
		Claims: []string{"A2", "A3"},
		Look: []trace.Text{
			{
				En: "Silence is no answer: unlike a refusal it takes the client minutes to give up on its SYN.",
				Ko: "응답이 없는 것은 거절과 다릅니다. 클라이언트가 SYN을 포기하기까지 몇 분이 걸립니다.",
			},
			{
				En: "A pulled cable is not noticed by TCP. Only a segment that stays without an ACK says that something is wrong.",
				Ko: "TCP는 케이블이 뽑힌 것을 모릅니다. ACK를 받지 못한 세그먼트가 있어야 문제를 알아차립니다.",
			},
			{
				En: "The deltas double; and when the cable is back, the connection goes on, as both ends have remembered it.",
				Ko: "간격이 두 배씩 늘어납니다. 케이블을 다시 꽂으면 양쪽이 기억하고 있던 연결이 그대로 이어집니다.",
			},
		},
		Network: network.Config{Rules: network.MustParseRules(
			"drop 1st syn always", // of the first connection
			"cut 2s",              // from the first data segment on
		)},
		Limit: 5 * time.Minute,
		Run:   runBackoff,
	}
}

func runBackoff(l *Lab) error {
	if _, err := l.serveEcho(EchoPort); err != nil {
		return err
	}
	l.Step("Every SYN is lost: the client tries until it gives up", "SYN이 모두 손실됩니다: 클라이언트는 포기할 때까지 다시 보냅니다")
	start := l.Now()
	_, err := l.dial(EchoPort)
	if err := l.expect("dialling into the void", err, syscall.ETIMEDOUT); err != nil {
		return err
	}
	if took := l.Now().Sub(start); took < time.Minute {
		if err := l.surprised(fmt.Errorf("the client gave up after %v already", took)); err != nil {
			return err
		}
	}
	l.Act("A connection is open", "연결이 열려 있습니다")
	c, err := l.dial(EchoPort)
	if err != nil {
		return err
	}
	l.Step("The cable is pulled for 2 seconds, with data under way", "데이터를 보낼 때 케이블이 2초 동안 뽑힙니다")
	start = l.Now()
	if err := exchange(c, "hello"); err != nil {
		return err
	}
	took := l.Now().Sub(start)
	if err := l.amiss(took < 2*time.Second, "the echo came after %v, while the cable was out", took); err != nil {
		return err
	}
	l.Note(
		fmt.Sprintf("The cable was out for 2 seconds, the echo took %v: the next attempt was due only then.", took),
		fmt.Sprintf("케이블이 뽑힌 시간은 2초인데 에코는 %s 만에 왔습니다. 다음 재전송 시각이 그때였기 때문입니다.", inKorean(took)))
	return nil
}
