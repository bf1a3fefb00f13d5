package httpdemo

import (
	"context"
	"fmt"
	"time"

	"statelab/capture/trace"
)

// stateless shows that each request is understood by itself (RFC 9110 §3.3),
// on one connection as on two.
func stateless() Lesson {
	return Lesson{
		Name: "stateless",
		Title: trace.Text{
			En: "The same GET four times: a server that has never met you",
			Ko: "같은 GET을 네 번: 처음 보는 사이처럼 대하는 서버",
		},
		Claims:  []string{"B1", "E2"},
		Refutes: statelessRefutes(),
		Look: trace.Text{
			En: "Look at the server's memory after each response: its control block lives as long as the connection, and of the conversation there is nothing.",
			Ko: "응답이 끝날 때마다 서버의 메모리를 보십시오. 제어 블록은 연결이 살아 있는 동안만 있고, 대화에 대한 기억은 아무것도 없습니다.",
		},
		Point: trace.Text{
			En: "TCP remembered the connection, byte by byte; HTTP remembered nothing, on one connection as on three. A persistent connection is not a session.",
			Ko: "TCP는 연결을 바이트 단위로 기억했고, HTTP는 연결이 하나든 셋이든 아무것도 기억하지 않았습니다. 지속 연결은 세션이 아닙니다.",
		},
		Run: runStateless,
	}
}

func runStateless(ctx context.Context, e *Env) error {
	server, err := NewPlain(e.Now)
	if err != nil {
		return err
	}
	at, from := e.Machine(Server), e.Machine(Client)
	listener, err := at.Listen()
	if err != nil {
		return err
	}
	srv := NewServer(server, Limits{}, nil)
	served := make(chan error, 1)
	e.Go(func() { served <- srv.Serve(listener) })
	defer srv.Close()

	once := func(c *client, last bool) error {
		status, body, err := c.get("/api/public", last)
		if err != nil {
			return err
		}
		e.note(trace.Text{
			En: fmt.Sprintf("The client got %d and %d bytes, and keeps neither.", status, len(body)),
			Ko: fmt.Sprintf("클라이언트는 상태 코드 %d, 본문 %d바이트를 받았고, 둘 다 보관하지 않습니다.", status, len(body)),
		})
		e.remember(nil, server.Memory())
		return nil
	}

	e.step(trace.Text{
		En: "One connection: the first GET",
		Ko: "연결 하나: 첫 번째 GET",
	})
	conn, err := from.Dial(ctx, at.At)
	if err != nil {
		return err
	}
	c := newClient(conn, at.At.String())
	if err := once(c, false); err != nil {
		return err
	}
	e.step(trace.Text{
		En: "The same GET again: the server answers as if it were the first",
		Ko: "같은 GET을 다시: 서버는 처음 받은 것처럼 답합니다",
	})
	if err := once(c, false); err != nil {
		return err
	}
	e.step(trace.Text{
		En: "The client closes the connection",
		Ko: "클라이언트가 연결을 닫습니다",
	})
	if err := conn.Close(); err != nil {
		return err
	}
	for _, t := range []trace.Text{
		{En: "A new connection: nothing tells the server that the client is the same", Ko: "새 연결: 같은 클라이언트임을 알려 주는 것은 아무것도 없습니다"},
		{En: "Another new connection, and the same GET once more", Ko: "또 다른 새 연결에서 같은 GET을 한 번 더"},
	} {
		e.step(t)
		conn, err := from.Dial(ctx, at.At)
		if err != nil {
			return err
		}
		if err := once(newClient(conn, at.At.String()), false); err != nil {
			return err
		}
		if err := conn.Close(); err != nil {
			return err
		}
	}
	e.step(trace.Text{
		En: "60 seconds of TIME-WAIT pass: TCP forgets too",
		Ko: "TIME-WAIT의 60초가 지나면 TCP도 잊습니다",
	})
	e.Sleep(timeWait)
	return nil
}

// timeWait is longer than 2 MSL: the client's control blocks are gone then.
const timeWait = 61 * time.Second
