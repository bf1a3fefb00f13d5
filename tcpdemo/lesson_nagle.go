package tcpdemo

import (
	"fmt"
	"io"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// queryPort is that of a server which answers a query of four bytes.
const queryPort = 2001

// nagle sends a query in two writes, with Nagle's algorithm off and on
// (RFC 9293 §3.7.4, RFC 896).
func nagle() Scenario {
	return Scenario{
		Name:   "nagle",
		Title:  trace.Text{En: "Nagle's algorithm: while something small is on its way, the next small thing waits", Ko: "네이글 알고리즘: 작은 조각이 가는 동안 다음 작은 조각은 기다립니다"},
		Claims: []string{"A3"},
		Look: []trace.Text{
			{
				En: "The same query, \"pi\" and \"ng\", in two writes. Off: both leave at once. On: \"ng\" leaves only when \"pi\" is acknowledged, a round trip later.",
				Ko: "같은 질의 \"pi\"와 \"ng\"를 두 번의 write로 보냅니다. 끄면 둘 다 바로 나가고, 켜면 \"ng\"는 \"pi\"의 ACK가 온 뒤, 왕복 시간만큼 늦게 나갑니다.",
			},
			{
				En: "It saves segments: three more writes that pile up while one waits leave as one.",
				Ko: "대신 세그먼트가 줄어듭니다. 기다리는 동안 쌓인 write 세 개가 한 세그먼트로 나갑니다.",
			},
		},
		Run: func(l *Lab) error {
			if _, err := l.listen(queryPort, answerQueries); err != nil {
				return err
			}
			l.Act("A connection is open", "연결이 열려 있습니다")
			c, err := l.dial(queryPort)
			if err != nil {
				return err
			}
			l.Step("Off (TCP_NODELAY, which Go sets by itself): two segments at once", "끔(TCP_NODELAY, Go의 기본값): 세그먼트 두 개가 바로 나갑니다")
			off, err := l.query(c, "pi", "ng")
			if err != nil {
				return err
			}
			l.Step("On: the second half waits for the first one's ACK", "켬: 뒷부분이 앞부분의 ACK를 기다립니다")
			if err := c.SetNoDelay(false); err != nil {
				return err
			}
			on, err := l.query(c, "pi", "ng")
			if err != nil {
				return err
			}
			if err := l.amiss(on <= off, "the answer took %v with Nagle's algorithm and %v without", on, off); err != nil {
				return err
			}
			l.Note(
				fmt.Sprintf("The answer took %v instead of %v. A peer that delays its ACKs, as RFC 9293 §3.8.6.3 allows, would add its delay to that.", on, off),
				fmt.Sprintf("답이 %s가 아니라 %s 만에 왔습니다. 상대가 지연 ACK(RFC 9293 §3.8.6.3)까지 쓰면 그 지연만큼 더 늦어집니다.", inKorean(off), inKorean(on)))
			l.Step("What it is good for: four writes of one byte, two segments", "장점: 1바이트 write 네 번이 세그먼트 두 개로 나갑니다")
			_, err = l.query(c, "p", "i", "n", "g")
			return err
		},
	}
}

// query sends a query in parts, a write each, and returns how long the answer
// took.
func (l *Lab) query(c network.Conn, parts ...string) (time.Duration, error) {
	start := l.Now()
	if err := write(c, parts...); err != nil {
		return 0, err
	}
	answer := make([]byte, 4)
	if _, err := io.ReadFull(c, answer); err != nil {
		return 0, err
	}
	if string(answer) != "pong" {
		return 0, fmt.Errorf("the answer was %q", answer)
	}
	return l.Now().Sub(start), nil
}

// answerQueries answers each "ping", when it has come whole.
func answerQueries(c network.Conn) {
	ask := make([]byte, 4)
	for {
		if _, err := io.ReadFull(c, ask); err != nil || string(ask) != "ping" {
			_ = c.Close()
			return
		}
		_, _ = io.WriteString(c, "pong") // the client checks what came
	}
}
