package tcpdemo

import (
	"fmt"
	"syscall"
	"time"

	"statelab/capture/trace"
)

// refused dials a port where nobody listens (RFC 9293 §3.5.2, group 1).
func refused() Scenario {
	return Scenario{
		Name:   "refused",
		Title:  trace.Text{En: "Nobody listens: the answer is a RST, at once", Ko: "LISTEN하는 프로그램이 없으면 곧바로 RST가 옵니다"},
		Claims: []string{"A1", "A4"},
		Look: []trace.Text{
			{
				En: "The host is up, its stack answers: \"connection refused\" is an answer, and takes one round trip.",
				Ko: "호스트는 켜져 있고 스택이 답합니다. \"connection refused\"는 응답이며, 왕복 한 번이면 옵니다.",
			},
			{
				En: "The server never has a control block. Only the client remembered something, from its SYN to the RST.",
				Ko: "서버에는 제어 블록이 생기지 않습니다. 클라이언트만 SYN을 보내고 RST를 받을 때까지 잠깐 기억합니다.",
			},
		},
		Run: func(l *Lab) error {
			l.Act("The client dials a port where no socket listens", "LISTEN 소켓이 없는 포트로 연결을 시도합니다")
			start := l.Now()
			_, err := l.dial(EchoPort)
			if err := l.expect("dialling a closed port", err, syscall.ECONNREFUSED); err != nil {
				return err
			}
			took := rounded(l.Now().Sub(start))
			if err := l.amiss(took >= time.Second, "the refusal took %v: as long as a timeout", took); err != nil {
				return err
			}
			l.Remark(
				fmt.Sprintf("Refused after %v. A host that is down, or a firewall that drops, would have given no answer: that is a timeout, and takes minutes.", took),
				fmt.Sprintf("%s 만에 거절되었습니다. 호스트가 꺼져 있거나 방화벽이 버렸다면 응답이 없습니다. 그것이 타임아웃이고, 몇 분이 걸립니다.", inKorean(took)))
			return nil
		},
	}
}
