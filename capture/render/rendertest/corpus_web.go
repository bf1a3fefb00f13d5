package rendertest

import (
	"strings"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// token is the JSON Web Token of RFC 7519 §3.1.
const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// session is a trace of HTTP's memory: a session that is begun, kept, stolen and
// ended, over connections that do not matter to it.
func session() Trace {
	s := newStory("session", "inspect session.pcapng").plain()
	web := party(trace.RoleServer, 0, "10.0.0.9:80")
	one := s.connect(party(trace.RoleClient, 0, "10.0.0.1:50001"), web)
	two := s.connect(party(trace.RoleClient, 0, "10.0.0.1:50002"), web)
	thief := s.connect(party(trace.RoleClient, 0, "10.0.0.66:666"), web)
	exchange := func(stream int, ask string, status int, answer string) {
		lines := strings.Split(ask, "\n")
		method, target, _ := strings.Cut(lines[0], " ")
		s.send(packet{stream: stream, from: client, flags: psh | ack, data: ask})
		request := http1.Message{Request: true, Method: method, Target: target, Version: "HTTP/1.1", Fields: fields("Host: shop.example\n" + strings.Join(lines[1:], "\n"))}
		s.message(stream, client, request)
		s.wait(4 * time.Millisecond)
		s.send(packet{stream: stream, from: server, flags: psh | ack, data: "."})
		s.message(stream, server, http1.Message{Status: status, Reason: map[int]string{200: "OK", 303: "See Other", 101: "Switching Protocols", 401: "Unauthorized"}[status], Version: "HTTP/1.1", Fields: fields(answer)})
		s.wait(time.Second / 2)
	}
	const sid = "sid=8f14e45fceea167a5a36dedd4bea2543"
	exchange(one, "GET /", 401, "Set-Cookie: theme=dark; Max-Age=3600")
	exchange(one, "POST /login", 303, "Set-Cookie: "+sid+"; HttpOnly; SameSite=Lax; Path=/\nLocation: /")
	exchange(two, "GET /\nCookie: "+sid+"; old=1", 200, "")
	exchange(thief, "GET /account\nCookie: "+sid, 200, "Set-Cookie: seen=1; Secure")
	exchange(two, "GET /api\nAuthorization: Bearer "+token, 200, "Content-Type: application/json")
	exchange(one, "POST /logout\nCookie: "+sid, 200, "Set-Cookie: sid=; Max-Age=0; Path=/")
	exchange(one, "GET /\nCookie: "+sid, 401, "")
	exchange(two, "GET /chat\nUpgrade: websocket", 101, "Upgrade: websocket")
	for _, f := range []http1.WebSocketFrame{
		{Fin: true, Opcode: http1.OpText, Masked: true, Length: 2, Start: 100, PayloadStart: 106, End: 108, Payload: []byte("hi")},
		{Fin: true, Opcode: http1.OpText, Length: int64(len(Hostile)), Payload: []byte(Hostile), Problems: []string{http1.WSAfterClose}},
		{Fin: true, RSV: 4, Opcode: http1.OpText, Length: 9, Compressed: true, InflatedBytes: 5, Inflated: []byte("hello")},
		{Fin: true, Opcode: http1.OpClose, Length: 2 + int64(len(Hostile)), CloseCode: 1000, CloseReason: Hostile},
	} {
		f.FirstFrame, f.LastFrame, f.FirstTime, f.LastTime = s.frame, s.frame, s.now, s.now
		from := server
		if f.Masked {
			from = client
		}
		s.add(trace.Event{
			Kind: trace.KindWebSocket, Frame: s.frame, Stream: two,
			From: s.parties[two][from], To: s.parties[two][from.Peer()], WebSocket: &f,
		})
	}
	return s.end(tcpstate.EndOpen, tcpstate.EndOpen, tcpstate.EndOpen)
}

func fields(text string) (all []http1.Field) {
	for line := range strings.SplitSeq(text, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			all = append(all, http1.Field{Name: name, Value: value})
		}
	}
	return all
}
