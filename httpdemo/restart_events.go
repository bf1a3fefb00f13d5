package httpdemo

import (
	"context"
	"errors"
	"net/http"
	"time"

	"statelab/capture/trace"
)

// events is what happens to the servers, one after the other.
func (l *restartRun) events(ctx context.Context) error {
	l.at(Server1)
	l.Step(trace.Text{En: "Login at server 1, which remembers it in every way at once", Ko: "서버 1에 로그인합니다. 서버는 모든 방법으로 함께 기억합니다"})
	if err := l.login(); err != nil {
		return err
	}
	l.Step(trace.Text{En: "Server 1 is asked again: everything knows the client", Ko: "서버 1에 다시 묻습니다. 모두 클라이언트를 압니다"})
	if err := l.ask(restartNothing); err != nil {
		return err
	}
	l.Step(trace.Text{En: "The same questions to server 2, which has never met the client", Ko: "같은 질문을 서버 2에 합니다. 이 클라이언트를 처음 봅니다"})
	l.at(Server2)
	if err := l.ask(restartOther); err != nil {
		return err
	}
	for _, c := range []struct {
		event                int
		again, gone, started trace.Text
	}{
		{
			restartGraceful,
			trace.Text{En: "The client is at server 1 again", Ko: "클라이언트는 다시 서버 1을 씁니다"},
			trace.Text{En: "Server 1 is stopped properly: its connections end with FIN. Requests go on", Ko: "서버 1을 제대로 멈춥니다. 연결은 FIN으로 끝나고, 요청은 계속됩니다"},
			trace.Text{En: "Server 1 has started again, as a new process", Ko: "서버 1이 새 프로세스로 다시 시작했습니다"},
		},
		{
			restartCrash,
			trace.Text{En: "A new login at server 1, and a connection that stays open", Ko: "서버 1에 새로 로그인하고 연결을 열어 둡니다"},
			trace.Text{En: "Server 1 loses its power and begins again at once, its programs not yet started: no FIN was sent. Requests go on", Ko: "서버 1의 전원이 꺼졌다가 바로 켜지고, 프로그램은 아직 시작되지 않았습니다. FIN은 나가지 않았습니다. 요청은 계속됩니다"},
			trace.Text{En: "Server 1 has its power again, and a new process", Ko: "서버 1의 전원이 돌아오고 새 프로세스가 시작됩니다"},
		},
	} {
		l.Step(c.again)
		l.at(Server1)
		if c.event == restartCrash {
			if err := l.login(); err != nil {
				return err
			}
		}
		if _, err := l.known(restartStateless); err != nil { // the connection is open from now on
			return err
		}
		l.Step(c.gone)
		if err := l.end(c.event); err != nil {
			return err
		}
		l.remember()
		if err := l.throughout(); err != nil {
			return err
		}
		l.Step(c.started)
		if err := l.start(ctx, Server1); err != nil {
			return err
		}
		l.at(Server1)
		if err := l.ask(c.event); err != nil {
			return err
		}
	}
	return nil
}

// end ends server 1's process.
func (l *restartRun) end(event int) error {
	if event == restartGraceful {
		err := l.stop(Server1, (*Service).Close)
		l.Sleep(time.Second + settling) // the client learns that its connection is closed
		return err
	}
	var crashed error
	err := l.stop(Server1, func(s *Service) { crashed = s.Crash() })
	return errors.Join(crashed, err)
}

// throughout asks for what needs no memory, while server 1 is gone: a GET that was
// not answered may be sent once more, to another server (RFC 9110 §9.2.2).
func (l *restartRun) throughout() error {
	target := "http://" + restartHost + "/restart/" + restartStateless
	_, err := l.browser.Get(target)
	if err == nil {
		return errors.New("server 1 answered, and should be gone")
	}
	l.Note(trace.Text{
		En: "No answer from server 1: " + trace.Escape(err.Error()) + ". GET is idempotent: the client sends it again, to server 2.",
		Ko: "서버 1의 응답이 없습니다: " + trace.Escape(err.Error()) + ". GET은 멱등이므로 클라이언트가 서버 2에 다시 보냅니다.",
	})
	l.at(Server2)
	r, err := l.browser.Get(target)
	if err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return errors.New("server 2 did not answer with 200")
	}
	l.Note(trace.Text{En: "Server 2 answered, as server 1 would have.", Ko: "서버 2가 서버 1과 똑같이 답했습니다."})
	return nil
}
