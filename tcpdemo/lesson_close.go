package tcpdemo

import (
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// closes is RFC 9293 §3.6, Figure 12: each direction is closed by its own FIN,
// and who closed first remembers for 2 MSL.
func closes() Scenario {
	return Scenario{
		Name:   "close",
		Title:  trace.Text{En: "Closing takes state: four segments, or three, and 60 seconds of TIME-WAIT", Ko: "연결을 끊는 데도 상태가 필요합니다: 세그먼트 네 개 또는 세 개, 그리고 60초의 TIME-WAIT"},
		Claims: []string{"A2", "A4"},
		Look: []trace.Text{
			{
				En: "Each direction is closed by itself: a FIN says \"I send no more\", and its ACK says \"I know\".",
				Ko: "두 방향은 따로따로 닫힙니다. FIN은 \"더 보낼 것이 없습니다\", 그 ACK는 \"알았습니다\"라는 뜻입니다.",
			},
			{
				En: "Who closes first goes through FIN-WAIT-1 and FIN-WAIT-2, and is the one that ends in TIME-WAIT.",
				Ko: "먼저 닫은 쪽이 FIN-WAIT-1과 FIN-WAIT-2를 거쳐 TIME-WAIT에 남습니다.",
			},
			{
				En: "The third and fourth segment may be one: watch the client when the server's bare ACK is lost.",
				Ko: "ACK와 FIN은 한 세그먼트에 실릴 수 있습니다. 서버의 ACK만 담긴 세그먼트가 손실될 때 클라이언트를 보십시오.",
			},
		},
		Network: network.Config{Rules: network.MustParseRules("drop 1st pure-ack server→client of 2nd connection")},
		Run:     closeTwice,
	}
}

func closeTwice(l *Lab) error {
	if _, err := l.listen(discardPort, discard); err != nil {
		return err
	}
	l.Act("A connection is open: both ends remember it", "연결이 열려 있고, 양쪽이 기억합니다")
	c, err := l.dial(discardPort)
	if err != nil {
		return err
	}
	l.Step("The client closes, then the server: four segments", "클라이언트가 닫고 서버가 뒤따라 닫습니다: 세그먼트 네 개")
	if err := c.Close(); err != nil {
		return err
	}
	l.Sleep(settling)
	l.Note(
		"Four, because this stack acknowledges the FIN at once, before the server's program has closed. A host that holds its ACK back for a moment puts ACK and FIN into one segment: three.",
		"이 스택은 서버 프로그램이 닫기도 전에 FIN에 바로 ACK를 보내므로 네 개입니다. ACK를 잠시 미루는 호스트는 ACK와 FIN을 한 세그먼트에 실어 세 개로 끝냅니다.")
	l.Step("Again, but the server's bare ACK is lost: three do", "새 연결에서 서버의 ACK가 손실됩니다: 세 개로도 끝납니다")
	if c, err = l.dial(discardPort); err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	l.Sleep(settling)
	l.Note(
		"The FIN carries the same ACK number, so nothing was missing: the client goes from FIN-WAIT-1 straight to TIME-WAIT (RFC 9293 Figure 5, note 2).",
		"FIN에도 같은 ACK 번호가 실려 있어 빠진 것이 없습니다. 클라이언트는 FIN-WAIT-1에서 바로 TIME-WAIT로 갑니다(RFC 9293 Figure 5, 주 2).")
	l.Act("60 seconds of TIME-WAIT pass: the client forgets too", "TIME-WAIT 60초가 지나면 클라이언트도 잊습니다")
	l.outlive()
	return nil
}
