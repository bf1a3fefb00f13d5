package tcpdemo

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// halfClose closes one direction and goes on using the other (RFC 9293 §3.6).
func halfClose() Scenario {
	return Scenario{
		Name:   "half-close",
		Title:  trace.Text{En: "One direction is closed, the other still carries the answer", Ko: "한쪽 방향만 닫고, 다른 방향으로 응답을 받습니다"},
		Claims: []string{"A4"},
		Look: []trace.Text{
			{
				En: "A server that sorts can answer only when it has everything. The FIN tells it so: there is no length and no end mark.",
				Ko: "정렬 서버는 데이터를 모두 받아야 답할 수 있습니다. 길이도 끝 표시도 없으니, 다 보냈다는 것은 FIN이 알려 줍니다.",
			},
			{
				En: "After shutdown(write) the client is in FIN-WAIT-2 and still receives; the server is in CLOSE-WAIT and still sends.",
				Ko: "shutdown(write) 뒤에도 FIN-WAIT-2의 클라이언트는 계속 받고, CLOSE-WAIT의 서버는 계속 보냅니다.",
			},
		},
		Run: func(l *Lab) error {
			if _, err := l.listen(sortPort, l.sortWords); err != nil {
				return err
			}
			l.Act("The client sends words and closes its own direction", "클라이언트가 단어를 보내고 자기 방향만 닫습니다")
			c, err := l.dial(sortPort)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(c, "pear fig"); err != nil {
				return err
			}
			l.Sleep(pause)
			if err := c.CloseWrite(); err != nil {
				return err
			}
			l.Act("The client can send no more, but still receives", "클라이언트는 더 보낼 수 없지만 계속 받습니다")
			if _, err := io.WriteString(c, "kiwi"); err == nil {
				if err := l.surprised(fmt.Errorf("a write after shutdown(write) succeeded")); err != nil {
					return err
				}
			} else if err := l.expect("a write after shutdown(write)", err, syscall.EPIPE); err != nil {
				return err
			}
			got, err := io.ReadAll(c)
			if err != nil {
				return err
			}
			if want := "fig pear"; string(got) != want {
				if err := l.surprised(fmt.Errorf("the sorted words were %q, expected %q", got, want)); err != nil {
					return err
				}
			}
			if err := c.Close(); err != nil {
				return err
			}
			l.Act("60 seconds of TIME-WAIT pass on the client's side", "클라이언트의 TIME-WAIT 60초가 지납니다")
			l.outlive()
			return nil
		},
	}
}

// sortWords reads to the end of what the client sends, thinks, and sends the
// words back in order.
func (l *Lab) sortWords(c network.Conn) {
	text, err := io.ReadAll(c)
	if err == nil {
		l.Sleep(time.Second)
		words := strings.Fields(string(text))
		slices.Sort(words)
		_, _ = io.WriteString(c, strings.Join(words, " ")) // the client checks what came
		l.Sleep(pause)
	}
	_ = c.Close()
}
