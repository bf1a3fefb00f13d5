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
				En: "The same query, \"pi\" and \"ng\", in two writes. Off: both leave at once. On: \"ng\" leaves only when \"pi\" is acknowledged: a round trip later, or more where the peer delays its ACK.",
				Ko: "같은 질의 \"pi\"와 \"ng\"를 두 번의 write로 보냅니다. 끄면 둘 다 바로 나가고, 켜면 \"ng\"는 \"pi\"의 ACK가 온 뒤에 나갑니다. 왕복 시간만큼, 상대가 ACK를 지연하면 그보다 더 늦습니다.",
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
			if err := l.compare(off, on); err != nil {
				return err
			}
			l.Step("What it is good for: four writes of one byte, two segments", "장점: 1바이트 write 네 번이 세그먼트 두 개로 나갑니다")
			_, err = l.query(c, "p", "i", "n", "g")
			return err
		},
	}
}

// compare says how long the answer took without Nagle's algorithm and with it, and
// what made the difference.
func (l *Lab) compare(off, on time.Duration) error {
	without, with := rounded(off), rounded(on)
	switch {
	case on <= off:
		return l.elsewhere(
			fmt.Errorf("the answer took %v with Nagle's algorithm and %v without", with, without),
			fmt.Sprintf("The answer took %v, and in the step before %v: your rule has changed that comparison.", with, without),
			fmt.Sprintf("답이 오는 데 %s, 앞 단계에서는 %s가 걸렸습니다. 사용자가 준 규칙이 이 비교를 바꾸었습니다.", inKorean(with), inKorean(without)))
	case !l.Bent && on-off >= shortestDelay && on-off > 2*off:
		// A round trip takes less than off.
		l.Note(
			fmt.Sprintf("The answer took %v instead of %v. That is far more than a round trip: the peer delayed its ACK of \"pi\", as RFC 9293 §3.8.6.3 allows.", with, without),
			fmt.Sprintf("답이 %s가 아니라 %s 만에 왔습니다. 왕복 시간보다 훨씬 깁니다. 상대가 \"pi\"의 ACK를 지연했기 때문입니다(지연 ACK, RFC 9293 §3.8.6.3).", inKorean(without), inKorean(with)))
	default:
		l.Note(
			fmt.Sprintf("The answer took %v instead of %v. A peer that delays its ACKs, as RFC 9293 §3.8.6.3 allows, would add its delay to that.", with, without),
			fmt.Sprintf("답이 %s가 아니라 %s 만에 왔습니다. 상대가 지연 ACK(RFC 9293 §3.8.6.3)까지 쓰면 그 지연만큼 더 늦어집니다.", inKorean(without), inKorean(with)))
	}
	return nil
}

// shortestDelay is less than any stack's delayed ACK waits (Linux: 40 ms), and more
// than a busy machine holds up a program.
const shortestDelay = 20 * time.Millisecond

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
