package httpdemo

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// How sessions end: with the server's memory, by their user, from another device.

// restart ends the server's process, whose memory was the store.
func (l *sessionVisit) restart() error {
	l.Step(trace.Text{En: "The server starts again. The browser has its cookie as before", Ko: "서버를 다시 시작합니다. 브라우저의 쿠키는 그대로입니다"})
	l.service.Close()
	l.Sleep(time.Second + settling) // the client learns that its connection is closed
	if err := l.start(); err != nil {
		return err
	}
	l.remember()
	if _, err := l.get(l.laptop, http.StatusFound, "/session/profile"); err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "The same cookie, and nobody is logged in: the session was never in it.",
		Ko: "쿠키는 같은데 로그인은 사라졌습니다. 세션은 쿠키 안에 있었던 적이 없습니다.",
	})
	return nil
}

// logout leaves, and comes back with a copy of the cookie.
func (l *sessionVisit) logout() error {
	l.Step(trace.Text{En: "A new login", Ko: "새로 로그인합니다"})
	if _, err := l.enter(l.laptop, "/session/login"); err != nil {
		return err
	}
	copied := l.laptop.Jar.Memory()
	if len(copied) != 1 {
		return fmt.Errorf("the browser has %d cookies, not one", len(copied))
	}
	l.Step(trace.Text{En: "Logout: the server deletes the record, and asks the browser to forget the id", Ko: "로그아웃: 서버가 기록을 지우고, 브라우저에게 ID를 잊으라고 합니다"})
	if _, err := l.post(l.laptop, http.StatusSeeOther, "/session/logout"); err != nil {
		return err
	}
	l.Step(trace.Text{En: "A copy of the cookie from before: there is nothing behind it any more", Ko: "전의 쿠키를 복사해 둔 것: 이제 그 뒤에 아무것도 없습니다"})
	l.laptop.Keep("copied id", copied[0].Value)
	defer l.laptop.Keep("copied id", "")
	_, err := l.get(l.laptop, http.StatusFound, "/session/profile", http1.Field{Name: "Cookie", Value: sessionCookieName + "=" + copied[0].Value})
	return err
}

// devices: one user, two browsers, and the end of each one's session.
func (l *sessionVisit) devices() error {
	l.Step(trace.Text{En: "The user logs in at the laptop and at the phone, and lists both sessions", Ko: "사용자가 노트북과 휴대폰에서 로그인하고, 세션 둘을 나열합니다"})
	if _, err := l.enter(l.laptop, "/session/login"); err != nil {
		return err
	}
	r, err := l.enter(l.phone, "/session/login")
	if err != nil {
		return err
	}
	id, err := sessionID(r)
	if err != nil {
		return err
	}
	list, err := l.get(l.laptop, http.StatusOK, "/session/")
	if err != nil {
		return err
	}
	if !strings.Contains(list.Text, `value="`+session.Key(id)+`"`) {
		return fmt.Errorf("the phone's session is not in the list")
	}
	l.Step(trace.Text{En: "The laptop ends the phone's session: the phone's next request finds nobody", Ko: "노트북에서 휴대폰의 세션을 끝냅니다. 휴대폰의 다음 요청은 로그인 페이지로 갑니다"})
	if _, err := l.post(l.laptop, http.StatusSeeOther, "/session/end", http1.Field{Name: "key", Value: session.Key(id)}); err != nil {
		return err
	}
	if _, err := l.get(l.phone, http.StatusFound, "/session/profile"); err != nil {
		return err
	}
	if _, err := l.get(l.laptop, http.StatusOK, "/session/profile"); err != nil {
		return err
	}
	if _, err := l.enter(l.phone, "/session/login"); err != nil {
		return err
	}
	l.Step(trace.Text{En: "Log out everywhere: both are out at once. A page redirects (302), a program is told (401)", Ko: "모든 곳에서 로그아웃: 둘 다 곧바로 나갑니다. 페이지는 로그인으로 보내고(302), 프로그램에는 401로 알립니다"})
	if _, err := l.post(l.laptop, http.StatusSeeOther, "/session/everywhere"); err != nil {
		return err
	}
	if _, err := l.get(l.phone, http.StatusFound, "/session/profile"); err != nil {
		return err
	}
	if _, err := l.get(l.phone, http.StatusUnauthorized, "/session/profile", http1.Field{Name: "Accept", Value: "application/json"}); err != nil {
		return err
	}
	_, err = l.get(l.laptop, http.StatusFound, "/session/profile")
	return err
}

// strangers: ids that nobody was given, and passwords that are guessed.
func (l *sessionVisit) strangers() error {
	l.Step(trace.Text{En: "An id that the attacker has made up, well formed: it is not adopted, and no record grows under it", Ko: "공격자가 지어낸, 형식은 올바른 ID: 받아들이지 않으며 그 아래 기록도 생기지 않습니다"})
	l.phone.DeleteCookies()
	made := strings.Repeat("A", 43)
	l.attacker.Keep("made-up id", made)
	r, err := l.post(l.attacker, http.StatusForbidden, "/session/login", sessionForm("a guess")...)
	if err != nil {
		return err
	}
	wrong := r.Text
	r, err = l.ask(l.attacker, http.StatusFound, Request{
		URL: l.url("/session/profile"), NoCookies: true, Fields: []http1.Field{{Name: "Cookie", Value: sessionCookieName + "=" + made}},
	})
	if err != nil {
		return err
	}
	if r.Header.Get("Set-Cookie") != "" {
		return fmt.Errorf("the id was taken: %s", r.Header.Get("Set-Cookie"))
	}
	l.attacker.Keep("made-up id", "")
	l.Step(trace.Text{En: "A user who exists and one who does not: the same answer, byte for byte", Ko: "있는 사용자와 없는 사용자: 응답이 바이트 하나까지 같습니다"})
	r, err = l.post(l.attacker, http.StatusForbidden, "/session/login",
		http1.Field{Name: "username", Value: "nobody"}, http1.Field{Name: "password", Value: "a guess"})
	if err != nil {
		return err
	}
	if r.Text != wrong {
		return fmt.Errorf("the answers differ: %q, %q", wrong, r.Text)
	}
	l.Step(trace.Text{
		En: fmt.Sprintf("%d wrong passwords within a minute: the next is not even looked at", failuresOfUser),
		Ko: fmt.Sprintf("1분 안에 틀린 비밀번호 %d번: 다음 것은 보지도 않습니다", failuresOfUser),
	})
	for range failuresOfUser - 1 {
		if _, err := l.post(l.attacker, http.StatusForbidden, "/session/login", sessionForm("a guess")...); err != nil {
			return err
		}
	}
	r, err = l.post(l.attacker, http.StatusTooManyRequests, "/session/login", sessionForm(demoAccounts[0].password)...)
	if err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "429, Retry-After: " + r.Header.Get("Retry-After") + " s, even with the right password. Of other hosts the user is let in as before.",
		Ko: "429, Retry-After: " + r.Header.Get("Retry-After") + "초. 비밀번호가 맞아도 같습니다. 다른 호스트에서는 전과 같이 로그인할 수 있습니다.",
	})
	_, err = l.enter(l.laptop, "/session/login")
	return err
}

// sessionRefutes are the beliefs that the lesson refutes.
func sessionRefutes() []trace.Refutation {
	const profile = "/session/profile"
	brought := requested(func(m *http1.Message) bool { return to(m, profile) && field(m, "Cookie") != "" })
	// again sees the same cookie brought to the server that has started again
	// meanwhile; nobody has logged out with it.
	again := func(l *trace.Look) bool {
		cookie, since := field(l.Seen(0).Message, "Cookie"), l.Since(1)
		return brought(l) && field(l.Event().Message, "Cookie") == cookie &&
			slices.ContainsFunc(since, func(e trace.Event) bool {
				return e.Kind == trace.KindCall && e.Call.Name == "listen" && e.From.Role == trace.RoleServer
			}) &&
			!slices.ContainsFunc(since, func(e trace.Event) bool {
				return isMessage(&e, true) && to(e.Message, "/session/logout") && field(e.Message, "Cookie") == cookie
			})
	}
	return []trace.Refutation{{N: 31, Why: because(
		"the server has started again: the same cookie is sent, and nobody is logged in",
		"서버를 다시 시작하자, 같은 쿠키를 보내도 로그인한 사람이 없습니다",
	), Seen: []trace.Sight{brought, answered(http.StatusOK), again, answered(http.StatusFound)}}}
}
