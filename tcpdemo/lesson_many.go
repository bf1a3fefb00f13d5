package tcpdemo

import (
	"fmt"
	"io"
	"syscall"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// many opens a thousand connections to one server, measures what it remembers,
// and lets another server take its place (RFC 9293 §3.3.1, §3.10.7.1).
func many() Scenario {
	const connections = 1000
	return Scenario{
		Name:   "many",
		Title:  trace.Text{En: "A thousand connections: what they cost the server, and why another server cannot take them over", Ko: "연결 천 개: 서버가 치르는 비용, 그리고 다른 서버가 이어받을 수 없는 이유"},
		Claims: []string{"A2", "A6"},
		Look: []trace.Text{
			{
				En: "Nobody sends a byte, and yet the server must keep a control block for every client, for as long as each one stays.",
				Ko: "아무도 데이터를 보내지 않는데도 서버는 클라이언트마다, 연결이 있는 동안 내내 제어 블록을 지녀야 합니다.",
			},
			{
				En: "A connection lives in the memory of one host. Another host with the same address and the same program knows nothing of it, and answers with a RST.",
				Ko: "연결은 한 호스트의 메모리에 있습니다. 주소와 프로그램이 같은 다른 호스트라도 그 연결을 모르므로 RST로 답합니다.",
			},
		},
		Network: network.Config{Cooperative: true},
		Fold:    true,
		Run:     func(l *Lab) error { return l.crowd(connections) },
	}
}

func (l *Lab) crowd(connections int) error {
	if l.Reboot == nil {
		return errNoReboot
	}
	l.Act("The server listens, and remembers no client", "서버가 연결을 기다립니다. 기억하는 클라이언트는 없습니다")
	if _, err := l.listen(discardPort, discard); err != nil {
		return err
	}
	before := l.heap()
	l.Step(fmt.Sprintf("%d clients connect, one after the other, and say nothing", connections), fmt.Sprintf("클라이언트 %d개가 차례로 연결하고 아무 말도 하지 않습니다", connections))
	open := make([]network.Conn, 0, connections)
	for range connections {
		c, err := l.dial(discardPort)
		if err != nil {
			return err
		}
		open = append(open, c)
	}
	l.Sleep(settling)
	if err := l.weigh(connections, l.heap()-before); err != nil {
		return err
	}
	l.Step("Another server takes its place: same address, same program, no memory", "다른 서버로 바꿉니다: 주소와 프로그램은 같고 기억은 없습니다")
	if err := l.Reboot(); err != nil {
		return err
	}
	if _, err := l.listen(discardPort, discard); err != nil {
		return err
	}
	l.Step("One of the clients sends: the new server has no such connection", "클라이언트 하나가 보냅니다: 새 서버에는 그런 연결이 없습니다")
	if _, err := io.WriteString(open[0], "still there?"); err != nil {
		return err
	}
	_, err := open[0].Read(make([]byte, 1))
	if err := l.expect("reading from a server that took over", err, syscall.ECONNRESET); err != nil {
		return err
	}
	l.Note(
		fmt.Sprintf("The other %d clients do not know yet. Each will learn it by a RST of its own, when it sends.", connections-1),
		fmt.Sprintf("나머지 클라이언트 %d개는 아직 모릅니다. 각자 데이터를 보낼 때 RST를 받고서야 알게 됩니다.", connections-1))
	return nil
}

// weigh says what the server's control blocks weigh: their content, as the
// stack holds it, and where it can be measured what the process took for it.
func (l *Lab) weigh(connections int, heap int64) error {
	m, err := l.memoryOf(l.Server)
	if err != nil {
		return err
	}
	content := m.Bytes(trace.MemoryConnection)
	if err := l.amiss(content < connections, "the server remembers %d bytes of %d connections", content, connections); err != nil {
		return err
	}
	en := fmt.Sprintf("The content of the server's control blocks: %d bytes, %d a connection.", content, content/connections)
	ko := fmt.Sprintf("서버 제어 블록의 내용: 모두 %d바이트, 연결당 %d바이트입니다.", content, content/connections)
	if heap > 0 {
		each := heap / int64(connections) / 1000
		en += fmt.Sprintf(" Measured on the heap of this process, which holds both ends, their programs and the recording: about %d kB a connection. Content is what must be known; heap is what keeping it costs here.", each)
		ko += fmt.Sprintf(" 양쪽 끝과 프로그램, 기록까지 담은 이 프로세스의 힙을 재면 연결당 약 %dkB입니다. 내용은 알아야 할 것, 힙은 그것을 지니는 데 드는 비용입니다.", each)
	}
	l.Note(en, ko)
	return nil
}

// heap is what the process has on its heap, in bytes, where that is measured.
func (l *Lab) heap() int64 {
	if l.Heap == nil {
		return 0
	}
	return l.Heap()
}
