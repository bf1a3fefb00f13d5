package tcpdemo

import (
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// corrupt flips a bit on the wire: the checksum gives the segment away (RFC 9293
// §3.1).
func corrupt() Scenario {
	return Scenario{
		Name:   "corrupt",
		Title:  trace.Text{En: "A bit flips on the wire, and the segment counts as lost", Ko: "회선에서 비트 하나가 뒤집히면 손실된 것과 같습니다"},
		Claims: []string{"A3"},
		Look: []trace.Text{
			{
				En: "The server's stack computes the checksum, finds it wrong and drops the segment without a word: what it says cannot be trusted, not even who sent it.",
				Ko: "서버 스택은 체크섬이 틀린 세그먼트를 아무 말 없이 버립니다. 누가 보냈는지조차 믿을 수 없기 때문입니다.",
			},
			{
				En: "For the client this looks like a loss: the same timer, the same retransmission.",
				Ko: "클라이언트에는 손실과 똑같이 보입니다. 같은 타이머가 끝나고 같은 재전송이 나갑니다.",
			},
		},
		Network: network.Config{Rules: network.MustParseRules("corrupt 1st data segment client→server once")},
		Run: func(l *Lab) error {
			if _, err := l.serveEcho(EchoPort); err != nil {
				return err
			}
			l.Act("A connection is open", "연결이 열려 있습니다")
			c, err := l.dial(EchoPort)
			if err != nil {
				return err
			}
			l.Step(`"hello" is damaged on its way, and goes again`, `"hello"가 전송 중 손상되어 다시 나갑니다`)
			return exchange(c, "hello")
		},
	}
}
