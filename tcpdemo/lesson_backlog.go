package tcpdemo

import (
	"fmt"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// backlog fills the queue of connections that wait for accept (RFC 9293 §3.5,
// RFC 4987 §2).
func backlog() Scenario {
	return Scenario{
		Name:   "backlog",
		Title:  trace.Text{En: "A full backlog does not refuse: the SYN is dropped in silence, and tried again", Ko: "백로그가 차도 거절하지 않습니다: SYN을 조용히 버리고, 클라이언트가 다시 시도합니다"},
		Claims: []string{"A1", "A6"},
		Look: []trace.Text{
			{
				En: "The handshake needs no accept: the stack completes it and keeps the connection in a queue. Each one waiting there is a control block.",
				Ko: "핸드셰이크에는 accept가 필요 없습니다. 스택이 핸드셰이크를 끝내고 연결을 백로그(대기열)에 넣어 둡니다. 기다리는 연결마다 제어 블록이 하나씩 있습니다.",
			},
			{
				En: "The queue holds one connection and a place for the next. A SYN that finds it full gets no answer at all, not even a RST.",
				Ko: "백로그에는 연결 하나와 그다음 연결의 자리가 있습니다. 백로그가 찬 뒤에 온 SYN은 RST조차 받지 못합니다.",
			},
		},
		Run: overflow,
	}
}

func overflow(l *Lab) error {
	l.Act("The server listens with a backlog of 1, and its program is busy", "서버가 백로그 1로 연결을 기다리고, 프로그램은 다른 일을 하고 있습니다")
	listener, err := l.Server.Listen(EchoPort, 1)
	if err != nil {
		return err
	}
	var queued []network.Conn
	for i := range 2 {
		l.Act(
			fmt.Sprintf("Client %d connects: ESTABLISHED on both sides, and nobody has called accept", i+1),
			fmt.Sprintf("클라이언트 %d: 아무도 accept를 부르지 않았는데 양쪽이 ESTABLISHED입니다", i+1))
		c, err := l.dial(EchoPort)
		if err != nil {
			return err
		}
		queued = append(queued, c)
	}
	l.Step("Client 3: the queue is full. Its SYN is dropped, and sent again after 1 s", "클라이언트 3: 백로그가 찼습니다. SYN이 버려지고 1초 뒤 다시 나갑니다")
	l.Go(func() {
		l.Sleep(1500 * time.Millisecond)
		l.Note(
			"Now the server's program calls accept, once: a place is free for the next SYN.",
			"이제 서버 프로그램이 accept를 한 번 부릅니다. 다음 SYN이 들어갈 자리가 생깁니다.")
		_, _ = listener.Accept() // without it the client's dialling fails
	})
	start := l.Now()
	c, err := l.dial(EchoPort)
	if err != nil {
		return err
	}
	queued = append(queued, c)
	took := l.Now().Sub(start)
	if err := l.amiss(took < time.Second, "client %d connected after %v: the queue was not full", len(queued), took); err != nil {
		return err
	}
	l.Note(
		fmt.Sprintf("Its program noticed nothing but a connect that took %v.", took.Round(10*time.Millisecond)),
		fmt.Sprintf("클라이언트 프로그램에는 connect가 오래(%s) 걸린 것만 보입니다.", inKorean(took.Round(10*time.Millisecond))))
	return nil
}
