package tcpdemo

import (
	"fmt"
	"io"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// closeByServer has the server close first, as RFC 867's does: it sends the date
// and is done.
func closeByServer() Scenario {
	return Scenario{
		Name:   "close-by-server",
		Title:  trace.Text{En: "The server closes first, and TIME-WAIT is the server's", Ko: "서버가 먼저 닫으면 TIME-WAIT는 서버에 남습니다"},
		Claims: []string{"A2", "A4"},
		Look: []trace.Text{
			{
				En: "The daytime service sends one line and closes: nothing in TCP makes closing the client's part.",
				Ko: "daytime 서비스는 한 줄을 보내고 닫습니다. TCP에는 클라이언트가 먼저 닫아야 한다는 규칙이 없습니다.",
			},
			{
				En: "The states have changed sides: the server goes to TIME-WAIT, the client forgets with the last ACK.",
				Ko: "상태의 자리가 바뀝니다. 서버가 TIME-WAIT로 가고, 클라이언트는 마지막 ACK를 받으면 잊습니다.",
			},
		},
		Run: func(l *Lab) error {
			const form = "2006-01-02 15:04"
			if _, err := l.listen(daytimePort, func(c network.Conn) {
				_, _ = io.WriteString(c, l.Now().Format(form)) // the client checks what came
				l.Sleep(pause)
				_ = c.Close()
			}); err != nil {
				return err
			}
			l.Act("The server sends the time and closes, then the client", "서버가 시각을 보내고 닫습니다. 클라이언트가 뒤따릅니다")
			c, err := l.dial(daytimePort)
			if err != nil {
				return err
			}
			line, err := io.ReadAll(c)
			if err != nil {
				return err
			}
			if _, err := time.Parse(form, string(line)); err != nil {
				return fmt.Errorf("the daytime service: %w", err)
			}
			if err := c.Close(); err != nil {
				return err
			}
			l.Act("The client is free; the server remembers for 60 s", "클라이언트는 잊었고 서버는 60초 동안 기억합니다")
			l.Remark(
				"A busy server that closes first collects one such control block for each client that it has served in the last 60 seconds.",
				"먼저 닫는 서버에는 지난 60초 동안 다녀간 클라이언트 수만큼 이런 제어 블록이 쌓입니다.")
			l.outlive()
			return nil
		},
	}
}
