package httpdemo

import (
	"context"
	"fmt"
	"math"
	"net/http"
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
		Run:     runStateless,
		Measure: measureStateless,
		App:     newStateless,
	}
}

func runStateless(ctx context.Context, e *Env) error {
	server, err := NewPlain(e.Now)
	if err != nil {
		return err
	}
	if _, err := e.Serve(Server, server); err != nil {
		return err
	}
	target := e.Machine(Server).URL("/api/public")
	b := e.Browser(ctx, Client)

	once := func() error {
		r, err := b.Get(target)
		if err != nil {
			return err
		}
		e.Note(trace.Text{
			En: fmt.Sprintf("The client got %d and %d bytes, and keeps neither.", r.StatusCode, len(r.Text)),
			Ko: fmt.Sprintf("클라이언트는 상태 코드 %d, 본문 %d바이트를 받았고, 둘 다 보관하지 않습니다.", r.StatusCode, len(r.Text)),
		})
		e.Follow(Client, b.Memory)
		e.Follow(Server, server.Memory)
		return nil
	}

	e.Step(trace.Text{
		En: "One connection: the first GET",
		Ko: "연결 하나: 첫 번째 GET",
	})
	e.Follow(Server, server.Memory) // its resources are there before any request
	if err := once(); err != nil {
		return err
	}
	e.Step(trace.Text{
		En: "The same GET again: the server answers as if it were the first",
		Ko: "같은 GET을 다시: 서버는 처음 받은 것처럼 답합니다",
	})
	if err := once(); err != nil {
		return err
	}
	e.Step(trace.Text{
		En: "The client closes the connection",
		Ko: "클라이언트가 연결을 닫습니다",
	})
	b.Close()
	for _, t := range []trace.Text{
		{En: "A new connection: nothing tells the server that the client is the same", Ko: "새 연결: 같은 클라이언트임을 알려 주는 것은 아무것도 없습니다"},
		{En: "Another new connection, and the same GET once more", Ko: "또 다른 새 연결에서 같은 GET을 한 번 더"},
	} {
		e.Step(t)
		if err := once(); err != nil {
			return err
		}
		b.Close()
	}
	e.Step(trace.Text{
		En: "60 seconds of TIME-WAIT pass: TCP forgets too",
		Ko: "TIME-WAIT의 60초가 지나면 TCP도 잊습니다",
	})
	e.Sleep(timeWait)
	return nil
}

// timeWait is longer than 2 MSL: the client's control blocks are gone then.
const timeWait = 61 * time.Second

// statelessApp is the plain server as a part of a site, which has a page of its own.
type statelessApp struct {
	*Plain
	services *Services
}

func newStateless(s *Services) (App, error) {
	p, err := NewPlain(s.Now)
	return statelessApp{p, s}, err
}

func (a statelessApp) Routes(mux Mux) {
	mux.HandleFunc("GET /stateless/{$}", func(w http.ResponseWriter, r *http.Request) {
		a.services.Page(w, r, http.StatusOK, "stateless/index", nil)
	})
	mux.Handle("GET /api/public", a.Plain)
}

// meterClients is how many clients the meter sends.
const meterClients = 10_000

// measureStateless measures that the plain server keeps nothing of its clients,
// and shows with the same meter a server that does.
func measureStateless(ctx context.Context) ([]trace.Text, error) {
	plain, err := NewPlain(time.Now)
	if err != nil {
		return nil, err
	}
	found := []trace.Text{{
		En: fmt.Sprintf("Measured: %d clients, each with an address of its own, come and go.", meterClients),
		Ko: fmt.Sprintf("실측: 주소가 서로 다른 클라이언트 %d개가 다녀갑니다.", meterClients),
	}}
	for _, c := range []struct {
		handler http.Handler
		what    trace.Text
	}{
		{plain, trace.Text{En: "the plain server", Ko: "평범한 서버"}},
		{&Counting{Handler: plain}, trace.Text{En: "a server that keeps one entry a client", Ko: "클라이언트마다 항목 하나를 남기는 서버"}},
	} {
		m, err := Measure(ctx, c.handler, meterClients)
		if err != nil {
			return nil, fmt.Errorf("measuring the heap: %w", err)
		}
		found = append(found, m.text(c.what))
	}
	return found, nil
}

// pointer is the least, in bytes, by which anything can be kept of a client.
const pointer = 8

// text says what was measured of a server. The heap of a process is never quite
// still: what is less than a pointer for each client is none of theirs.
func (m Measurement) text(what trace.Text) trace.Text {
	if math.Abs(m.PerClient()) < pointer {
		return trace.Text{
			En: fmt.Sprintf("%s: the heap changed by %+d bytes: less than a pointer (%d bytes) for each client, so nothing is kept of them.", what.En, m.Growth, pointer),
			Ko: fmt.Sprintf("%s: 힙이 %+d바이트 변했습니다. 클라이언트마다 포인터 하나(%d바이트)도 되지 않으므로, 클라이언트에 대해 남은 것이 없습니다.", what.Ko, m.Growth, pointer),
		}
	}
	return trace.Text{
		En: fmt.Sprintf("%s: the heap changed by %+d bytes, %.1f for each client.", what.En, m.Growth, m.PerClient()),
		Ko: fmt.Sprintf("%s: 힙이 %+d바이트 변했습니다. 클라이언트마다 %.1f바이트입니다.", what.Ko, m.Growth, m.PerClient()),
	}
}

// Memory lists the one resource of the plain server's that the site sends.
func (a statelessApp) Memory() []trace.Entry { return []trace.Entry{a.public()} }
