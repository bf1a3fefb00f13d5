package httpdemo

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// keepAlive shows that a connection that stays open saves time, and knows
// nobody.
func keepAlive() Lesson {
	return Lesson{
		Name: "keep-alive",
		Title: trace.Text{
			En: "A persistent connection is not a session",
			Ko: "지속 연결은 세션이 아니다",
		},
		Claims:  []string{"E2", "B1"},
		Refutes: keepAliveRefutes(),
		Look: trace.Text{
			En: "Look at the second request: it comes over the connection on which the server has just accepted a token.",
			Ko: "두 번째 요청을 보십시오. 서버가 조금 전에 토큰을 받아들인 바로 그 연결로 옵니다.",
		},
		Point: trace.Text{
			En: "The open connection saved a round trip for each request, and nothing else: who asked had to be said each time (RFC 9110 §3.3). When the server closed it for being idle, nothing was lost.",
			Ko: "열린 연결은 요청마다 왕복 한 번을 아꼈을 뿐입니다. 누구의 요청인지는 매번 말해야 했습니다(RFC 9110 §3.3). 쓰지 않는다고 서버가 연결을 닫았을 때도 잃은 것이 없습니다.",
		},
		Run: runKeepAlive,
	}
}

func runKeepAlive(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	site, err := NewSite(s, api(), stateless())
	if err != nil {
		return err
	}
	if _, err := e.Serve(Server, site); err != nil {
		return err
	}
	b := e.Browser(ctx, Client)
	token := http1.Field{Name: "X-API-TOKEN", Value: s.APIToken()}
	e.Follow(Server, site.Memory)

	ask := func(want int, fields ...http1.Field) (time.Duration, error) {
		begin := e.Now()
		r, err := b.Get(e.Machine(Server).URL("/api/data"), fields...)
		if err != nil {
			return 0, err
		}
		took := e.Now().Sub(begin)
		if r.StatusCode != want {
			return took, fmt.Errorf("the server answered %d, not %d", r.StatusCode, want)
		}
		e.Follow(Client, b.Memory)
		e.Follow(Server, site.Memory)
		return took, nil
	}

	e.Step(trace.Text{En: "A new connection, and a request with a token", Ko: "새 연결을 열고, 토큰을 담아 요청합니다"})
	first, err := ask(http.StatusOK, token)
	if err != nil {
		return err
	}
	e.Step(trace.Text{En: "The same connection, and a request without", Ko: "같은 연결로, 토큰 없이 요청합니다"})
	second, err := ask(http.StatusUnauthorized)
	if err != nil {
		return err
	}
	e.Note(trace.Text{
		En: fmt.Sprintf("It took %v on the open connection, %v with opening it. The token of a moment ago is not remembered.", second, first),
		Ko: fmt.Sprintf("열린 연결에서는 %v, 여는 것부터 하면 %v 걸렸습니다. 조금 전의 토큰은 기억되지 않았습니다.", second, first),
	})
	e.Step(trace.Text{En: "Nobody asks for a while: the server closes the connection", Ko: "한동안 요청이 없자 서버가 연결을 닫습니다"})
	e.Sleep(DefaultIdle + time.Second)
	e.Step(trace.Text{En: "A new connection, and the token again: the server takes it as before", Ko: "새 연결을 열고 다시 토큰을 담습니다. 서버는 전과 같이 받아들입니다"})
	if _, err := ask(http.StatusOK, token); err != nil {
		return err
	}
	e.Note(trace.Text{
		En: "What a connection's end takes with it is TCP's: the client's control block at once, the server's after TIME-WAIT.",
		Ko: "연결이 끝나면 사라지는 것은 TCP의 것뿐입니다. 클라이언트의 제어 블록은 곧바로, 서버의 것은 TIME-WAIT가 지나면 사라집니다.",
	})
	return nil
}

// keepAliveRefutes are the beliefs that the lesson refutes.
func keepAliveRefutes() []trace.Refutation {
	status := func(code int) trace.Sight {
		return func(l *trace.Look) bool { return responded(l) && l.Event().Message.Status == code }
	}
	return []trace.Refutation{{N: 30, Why: because(
		"the same connection, one request later: 401",
		"같은 연결인데, 요청 하나 뒤에 401입니다",
	), Seen: []trace.Sight{status(http.StatusOK), func(l *trace.Look) bool {
		return respondedNext(l) && status(http.StatusUnauthorized)(l)
	}}}}
}
