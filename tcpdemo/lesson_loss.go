package tcpdemo

import (
	"fmt"
	"io"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// loss has the wire lose a segment with nothing behind it, so that only the
// retransmission timer can notice (RFC 9293 §3.8.1, RFC 6298).
func loss() Scenario {
	return Scenario{
		Name:   "loss",
		Title:  trace.Text{En: "A segment is lost; its sender remembers it, and sends it again", Ko: "세그먼트가 손실되어도 보낸 쪽이 기억하고 있다가 다시 보냅니다"},
		Claims: []string{"A3"},
		Look: []trace.Text{
			{
				En: "Nobody tells the client about the loss. It keeps a copy of what is not acknowledged, and a timer: the retransmission timeout (RTO).",
				Ko: "손실을 알려 주는 쪽은 없습니다. 클라이언트는 ACK를 받지 못한 데이터의 사본과 타이머(재전송 타임아웃, RTO)를 가지고 있습니다.",
			},
			{
				En: "The retransmission bears the same sequence number. The server's program never learns that anything happened.",
				Ko: "재전송 세그먼트의 시퀀스 번호는 그대로입니다. 서버 프로그램은 아무 일도 없었던 것처럼 받습니다.",
			},
		},
		Network: network.Config{Rules: network.MustParseRules("drop 1st data segment client→server once")},
		Run: func(l *Lab) error {
			if _, err := l.serveEcho(EchoPort); err != nil {
				return err
			}
			l.Act("A connection is open", "연결이 열려 있습니다")
			c, err := l.dial(EchoPort)
			if err != nil {
				return err
			}
			l.Step(`"hello" is lost: only the client still has the 5 bytes`, `"hello"가 손실됩니다: 5바이트는 클라이언트에만 남아 있습니다`)
			start := l.Now()
			if _, err := io.WriteString(c, "hello"); err != nil {
				return err
			}
			l.Step("The RTO has passed: the client sends its copy", "RTO가 지나자 클라이언트가 사본을 보냅니다")
			if err := receive(c, "hello"); err != nil {
				return err
			}
			took := l.Now().Sub(start)
			const least = 200 * time.Millisecond // the stack's smallest RTO
			if err := l.amiss(took < least, "the echo came after %v: nothing was lost", took); err != nil {
				return err
			}
			l.Note(
				fmt.Sprintf("The programs saw nothing but a delay: %v instead of one round trip. write() had returned at once: it means \"buffered\", not \"delivered\".", took),
				fmt.Sprintf("프로그램에는 지연만 보입니다. 왕복 한 번이 아니라 %s 만에 에코가 왔습니다. write()는 바로 돌아왔는데, 그것은 \"전달됨\"이 아니라 \"버퍼에 담김\"이라는 뜻입니다.", inKorean(took)))
			return nil
		},
	}
}
