package httpdemo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// webSocket shows a conversation that is stateful by its connection.
func webSocket() Lesson {
	return Lesson{
		Name: "websocket",
		Title: trace.Text{
			En: "WebSocket: a stateful conversation on one connection",
			Ko: "WebSocket: 연결 하나 위의 상태 있는 대화",
		},
		Claims:  []string{"C12"},
		Crashes: true,
		Look: trace.Text{
			En: "Look at the server's memory: it grows with each connection, changes with each message, and is gone with the connection.",
			Ko: "서버의 메모리를 보십시오. 연결마다 늘고, 메시지마다 바뀌고, 연결과 함께 사라집니다.",
		},
		Point: trace.Text{
			En: "After 101 nothing says any more who speaks: the connection does. So the server has to remember each of them, a logout has to close them, and a crash loses them all. It is TCP's kind of memory, one layer up.",
			Ko: "101 뒤에는 누가 말하는지 아무것도 알려 주지 않습니다. 연결 자체가 알려 줍니다. 그래서 서버는 연결을 모두 기억해야 하고, 로그아웃하면 닫아야 하며, 서버가 죽으면 모두 잃습니다. TCP의 기억이 한 층 위에 다시 나타난 것입니다.",
		},
		Run: runWebSocket,
		App: newWebSocket,
	}
}

// wsRun is a lesson on its way.
type wsRun struct {
	*Env
	ctx      context.Context
	app      *wsApp
	browsers map[string]*Browser // by name
	sockets  map[string]*wsClient
}

func runWebSocket(ctx context.Context, e *Env) error {
	l := &wsRun{Env: e, ctx: ctx, browsers: map[string]*Browser{}, sockets: map[string]*wsClient{}}
	service, err := l.start()
	if err != nil {
		return err
	}
	for _, name := range []string{"kim", "lee"} {
		l.browsers[name] = e.Browser(ctx, Client)
	}
	for _, part := range []func() error{l.enter, l.talk, l.quiet, l.mistake, l.logout} {
		if err := part(); err != nil {
			return err
		}
	}
	l.Step(trace.Text{En: "The server loses its power: every conversation was in its memory", Ko: "서버의 전원이 꺼집니다. 모든 대화가 그 메모리에 있었습니다"})
	if err := service.Crash(); err != nil {
		return err
	}
	if _, err = l.start(); err != nil {
		return err
	}
	return l.after()
}

// start starts the server's process.
func (l *wsRun) start() (*Service, error) {
	s, err := l.services()
	if err != nil {
		return nil, err
	}
	lesson := webSocket()
	lesson.App = func(s *Services) (App, error) {
		l.app = newWSApp(s)
		return l.app, nil
	}
	site, err := NewSite(s, lesson)
	if err != nil {
		return nil, err
	}
	service, err := l.Serve(Server, site)
	l.remember()
	return service, err
}

// jars are what the browsers remember.
func (l *wsRun) jars() (jars []trace.Entry) {
	for _, name := range []string{"kim", "lee"} {
		if b := l.browsers[name]; b != nil {
			jars = append(jars, b.Memory()...)
		}
	}
	return jars
}

func (l *wsRun) remember() {
	l.Follow(Client, l.jars)
	l.Follow(Server, l.app.Memory)
}

func (l *wsRun) post(name, path, body string) error {
	target := l.Machine(Server).URL(path)
	r, err := l.browsers[name].Do(Request{Method: http.MethodPost, URL: target, From: target, Type: "application/json", Body: body})
	if err != nil {
		return err
	}
	if r.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s: %d", path, r.StatusCode)
	}
	l.remember()
	return nil
}

// upgrade asks for a connection to be switched, with the browser's cookie, for a
// page of origin.
func (l *wsRun) upgrade(name, origin string) (status int, err error) {
	var cookies []string
	for _, c := range l.browsers[name].Memory() {
		if c.Name == "cookie "+wsCookie {
			cookies = append(cookies, wsCookie+"="+c.Value)
		}
	}
	fields := []http1.Field{{Name: "Origin", Value: origin}}
	if len(cookies) > 0 {
		fields = append(fields, http1.Field{Name: "Cookie", Value: strings.Join(cookies, "; ")})
	}
	c, r, err := l.Env.upgrade(l.ctx, l.Machine(Client), l.Machine(Server), "/websocket/chat", fields...)
	switch {
	case errors.Is(err, errWSRefused):
		l.remember()
		return r.StatusCode, nil
	case err != nil:
		return 0, err
	}
	l.sockets[name] = c
	return r.StatusCode, nil
}

// refused tries an upgrade that is to be refused.
func (l *wsRun) refused(name, origin string, want int) error {
	status, err := l.upgrade(name, origin)
	if err == nil && status != want {
		err = fmt.Errorf("the upgrade was answered with %d, not %d", status, want)
	}
	return err
}

// own is the origin of the server's own pages.
func (l *wsRun) own() string { return l.Machine(Server).URL("") }

// join lets somebody in. Everybody in the room hears of it.
func (l *wsRun) join(name string, hearing ...string) error {
	if err := l.refused(name, l.own(), http.StatusSwitchingProtocols); err != nil {
		return err
	}
	return l.heard(wsSaid{Type: "joined", From: name}, hearing...)
}

// heard waits until everybody has been told something.
func (l *wsRun) heard(want wsSaid, hearing ...string) error {
	for _, name := range hearing {
		f, err := l.sockets[name].receive()
		if err != nil {
			return err
		}
		var got wsSaid
		if err := json.Unmarshal(f.payload, &got); err != nil || got != want {
			return fmt.Errorf("%s was told %q, not %v", name, f.payload, want)
		}
	}
	l.Sleep(settling) // the server has taken it in
	l.remember()
	return nil
}

// pong answers the ping that the server sends to who says nothing.
func (l *wsRun) pong(name string) error {
	f, err := l.sockets[name].receive()
	if err != nil {
		return err
	}
	if f.opcode != http1.OpPing {
		return fmt.Errorf("%s got %v, and no ping", name, f.opcode)
	}
	return l.sockets[name].send(http1.OpPong, string(f.payload))
}

// wsQuiet is a little more than half of the time that a connection may be idle.
const wsQuiet = wsIdle/2 + time.Second
