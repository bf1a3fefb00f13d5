package httpdemo

import (
	"fmt"
	"net/http"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// enter is who may come in.
func (l *wsRun) enter() error {
	l.Step(trace.Text{En: "Kim logs in: HTTP, a cookie, as ever", Ko: "kim이 로그인합니다. HTTP와 쿠키, 여느 때와 같습니다"})
	if err := l.post("kim", "/websocket/login", `{"user":"kim"}`); err != nil {
		return err
	}
	l.Step(trace.Text{En: "A page of another site asks for the upgrade, with Kim's cookie: its Origin gives it away", Ko: "다른 사이트의 페이지가 kim의 쿠키로 업그레이드를 요청합니다. Origin으로 알아봅니다"})
	if err := l.refused("kim", "http://evil.example", http.StatusForbidden); err != nil {
		return err
	}
	l.Step(trace.Text{En: "Lee, who has not logged in, asks for it", Ko: "로그인하지 않은 lee가 요청합니다"})
	if err := l.refused("lee", l.own(), http.StatusUnauthorized); err != nil {
		return err
	}
	l.Step(trace.Text{En: "Kim's page asks for it: 101, and the connection is no longer HTTP's", Ko: "kim의 페이지가 요청합니다. 101이 오고, 이 연결은 더 이상 HTTP의 것이 아닙니다"})
	if err := l.join("kim", "kim"); err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "Sec-WebSocket-Accept is SHA-1 over the client's key and a fixed text: the server has understood what it was asked (RFC 6455 §4.2.2).",
		Ko: "Sec-WebSocket-Accept는 클라이언트의 키와 정해진 글자열의 SHA-1입니다. 서버가 요청을 이해했다는 증거입니다(RFC 6455 §4.2.2).",
	})
	l.Step(trace.Text{En: "Lee logs in and joins: the server tells Kim, who has asked nothing", Ko: "lee가 로그인하고 들어옵니다. 서버는 묻지 않은 kim에게도 알립니다"})
	if err := l.post("lee", "/websocket/login", `{"user":"lee"}`); err != nil {
		return err
	}
	return l.join("lee", "kim", "lee")
}

// talk is a message: no cookie, no name in it.
func (l *wsRun) talk() error {
	l.Step(trace.Text{En: "Kim says something. The frame says what, and not who", Ko: "kim이 말합니다. 프레임에는 내용만 있고 누구인지는 없습니다"})
	const text = "안녕하세요, Lee"
	if err := l.sockets["kim"].send(http1.OpText, text); err != nil {
		return err
	}
	if err := l.heard(wsSaid{Type: "message", From: "kim", Text: text, Messages: 1}, "kim", "lee"); err != nil {
		return err
	}
	l.Note(trace.Text{
		En: fmt.Sprintf("%d bytes of text took a frame of %d. The server knew Kim by the connection, and counted the message there.", len(text), len(text)+6),
		Ko: fmt.Sprintf("텍스트 %d바이트에 프레임은 %d바이트였습니다. 서버는 연결로 kim을 알아보고, 메시지 수를 그 연결에 적어 두었습니다.", len(text), len(text)+6),
	})
	return nil
}

// quiet is what keeps an idle connection.
func (l *wsRun) quiet() error {
	l.Step(trace.Text{En: "Nobody says anything for 30 s: the server asks whether they are still there", Ko: "30초 동안 아무도 말하지 않자 서버가 아직 있는지 묻습니다"})
	l.Sleep(wsQuiet)
	for _, name := range []string{"kim", "lee"} {
		if err := l.pong(name); err != nil {
			return err
		}
	}
	l.Sleep(settling)
	l.remember()
	return nil
}

// mistake is a message that is none.
func (l *wsRun) mistake() error {
	l.Step(trace.Text{En: "Lee sends octets that are not UTF-8 as text: the server closes with 1007", Ko: "lee가 UTF-8이 아닌 바이트를 텍스트라고 보냅니다. 서버가 1007로 닫습니다"})
	if err := l.sockets["lee"].send(http1.OpText, "\xff\xfe"); err != nil {
		return err
	}
	if err := l.closed("lee", 1007); err != nil {
		return err
	}
	if err := l.heard(wsSaid{Type: "left", From: "lee"}, "kim"); err != nil {
		return err
	}
	l.Step(trace.Text{En: "Lee comes back: another connection, and a memory that begins at nothing", Ko: "lee가 다시 들어옵니다. 다른 연결이고, 기억도 처음부터입니다"})
	return l.join("lee", "kim", "lee")
}

// closed waits for the server's close frame.
func (l *wsRun) closed(name string, want int) error {
	code, err := l.sockets[name].closed()
	if err != nil {
		return err
	}
	if code != want {
		return fmt.Errorf("%s was closed with %d, not %d", name, code, want)
	}
	delete(l.sockets, name)
	return nil
}

// logout ends what the session has opened.
func (l *wsRun) logout() error {
	l.Step(trace.Text{En: "Kim logs out, on another connection: the server has to find the socket, and closes it", Ko: "kim이 다른 연결로 로그아웃합니다. 서버는 소켓을 찾아서 닫아야 합니다"})
	done := make(chan error, 1)
	l.Go(func() { done <- l.post("kim", "/websocket/logout", "") }) // it is answered when the socket is closed
	if err := l.closed("kim", int(wsLoggedOut)); err != nil {
		return err
	}
	if err := <-done; err != nil {
		return err
	}
	if err := l.heard(wsSaid{Type: "left", From: "kim"}, "lee"); err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "The cookie was looked at once, at the upgrade. Nothing in the frames would ever have ended the conversation.",
		Ko: "쿠키는 업그레이드할 때 한 번 확인했을 뿐입니다. 프레임만으로는 대화가 저절로 끝나지 않습니다.",
	})
	return nil
}

// after is what is left when the server has started again.
func (l *wsRun) after() error {
	l.Step(trace.Text{En: "It has started again. Lee speaks on the old connection: RST", Ko: "서버가 다시 시작했습니다. lee가 옛 연결로 말하자 RST가 옵니다"})
	if err := l.sockets["lee"].send(http1.OpText, "?"); err != nil {
		return err
	}
	if _, err := l.sockets["lee"].receive(); err == nil {
		return fmt.Errorf("the server that has forgotten the connection answered on it")
	}
	_ = l.sockets["lee"].conn.Close() // it was reset
	l.remember()
	l.Step(trace.Text{En: "A new connection with the old cookie: the session was in the memory too", Ko: "옛 쿠키로 새 연결을 엽니다. 세션도 메모리에 있었습니다"})
	return l.refused("lee", l.own(), http.StatusUnauthorized)
}
