package httpdemo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/itsdangerous"
)

// flask shows what a widespread example of a "session at the server" really does.
func flask() Lesson {
	return Lesson{
		Name: "flask",
		Title: trace.Text{
			En: "Flask's session: a signed cookie that anybody can read, and a server that stores nothing",
			Ko: "Flask의 세션: 누구나 읽을 수 있는 서명된 쿠키, 그리고 아무것도 저장하지 않는 서버",
		},
		Claims: []string{"E1"},
		Look: trace.Text{
			En: "Look at the server's memory after the login, and at the last but one step: the cookie from before the logout.",
			Ko: "로그인한 뒤 서버의 메모리를, 그리고 끝에서 두 번째 단계에서 로그아웃 전의 쿠키를 보십시오.",
		},
		Point: trace.Text{
			En: "The session was never at the server: it was in the cookie, readable without any key, and only its signature kept the client from changing it. That is why the logout ended nothing: a copy of the cookie was good until its time was up.",
			Ko: "세션은 서버에 있었던 적이 없습니다. 쿠키 안에 있었고, 키가 없어도 읽혔으며, 클라이언트가 고치지 못한 것은 서명 때문일 뿐입니다. 그래서 로그아웃은 아무것도 끝내지 못했습니다. 복사해 둔 쿠키는 기한이 다할 때까지 통했습니다.",
		},
		Run: runFlask,
		App: newFlask,
	}
}

// flaskMinute is the lifetime that the lesson gives to sessions, to see the end of
// one.
const flaskMinute = time.Minute

func runFlask(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	site, err := NewSite(s, Lesson{Name: "flask", App: func(s *Services) (App, error) { return newFlaskFor(s, flaskMinute), nil }})
	if err != nil {
		return err
	}
	if _, err := e.Serve(Server, site); err != nil {
		return err
	}
	b := e.Browser(ctx, Client)
	e.Follow(Server, site.Memory)
	l := flaskVisit{e, b, site}

	e.Step(trace.Text{En: "Who is not logged in is sent to the login", Ko: "로그인하지 않은 사람은 로그인 페이지로 보냅니다"})
	if _, err := l.get("/flask/profile", http.StatusFound); err != nil {
		return err
	}
	cookie, err := l.login()
	if err != nil {
		return err
	}
	e.Step(trace.Text{En: "The cookie comes back by itself, and the server knows who asks", Ko: "쿠키가 저절로 따라오고, 서버는 누구의 요청인지 압니다"})
	if _, err := l.get("/flask/profile", http.StatusOK); err != nil {
		return err
	}
	if err := l.tamper(cookie); err != nil {
		return err
	}
	return l.logout(cookie)
}

// flaskVisit is a browser's visit to the application.
type flaskVisit struct {
	*Env
	browser *Browser
	site    *Site
}

// get goes to a page, without the browser's own cookies if another's are given.
func (l *flaskVisit) get(path string, want int, cookie ...http1.Field) (*Response, error) {
	r, err := l.browser.Do(Request{URL: l.Machine(Server).URL(path), Fields: cookie, NoCookies: len(cookie) > 0})
	return r, l.check(r, err, want)
}

func (l *flaskVisit) check(r *Response, err error, want int) error {
	if err != nil {
		return err
	}
	if r.StatusCode != want {
		return fmt.Errorf("the server answered %d, not %d", r.StatusCode, want)
	}
	l.Follow(Client, l.browser.Memory)
	l.Follow(Server, l.site.Memory)
	return nil
}

// login returns the cookie, and shows what is in it.
func (l *flaskVisit) login() (string, error) {
	l.Step(trace.Text{En: "Login: session['user_id'] = 'user1'", Ko: "로그인: session['user_id'] = 'user1'"})
	r, err := l.browser.PostForm(l.Machine(Server).URL("/flask/login"),
		http1.Field{Name: "username", Value: "user1"}, http1.Field{Name: "password", Value: "pass123"})
	if err := l.check(r, err, http.StatusFound); err != nil {
		return "", err
	}
	for _, c := range r.Cookies() {
		if c.Name != flaskCookie {
			continue
		}
		v, err := itsdangerous.Read(c.Value)
		if err != nil {
			return "", err
		}
		payload, _, _ := strings.Cut(c.Value, ".")
		l.Note(trace.Text{
			En: fmt.Sprintf("Without any key, %s is %s in base64. It was signed at %s; the signature has %d bytes.", payload, v.JSON, v.Signed.Format(time.TimeOnly), len(v.Signature)),
			Ko: fmt.Sprintf("키가 없어도 %s 부분은 base64로 쓴 %s임을 알 수 있습니다. 서명 시각은 %s, 서명의 길이는 %d바이트입니다.", payload, v.JSON, v.Signed.Format(time.TimeOnly), len(v.Signature)),
		})
		return c.Value, nil
	}
	return "", fmt.Errorf("the login set no cookie %s", flaskCookie)
}

// tamper makes the cookie the administrator's, and leaves its signature.
func (l *flaskVisit) tamper(cookie string) error {
	l.Step(trace.Text{En: "The client writes admin into the cookie, and cannot sign it", Ko: "클라이언트가 쿠키에 admin이라고 써넣지만, 서명할 수는 없습니다"})
	own := itsdangerous.New([]byte("a guess"), itsdangerous.Salt, l.Now)
	forged, err := own.Dumps(flaskSession{"user_id": "admin"})
	if err != nil {
		return err
	}
	payload, _, _ := strings.Cut(forged, ".")
	_, rest, _ := strings.Cut(cookie, ".")
	if _, err := l.get("/flask/profile", http.StatusFound, flaskField(payload+"."+rest)); err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "The signature does not fit: for Flask that is an empty session, and no error.",
		Ko: "서명이 맞지 않습니다. Flask에게는 오류가 아니라 빈 세션입니다.",
	})
	return nil
}

// logout leaves, and comes back with a copy of the cookie.
func (l *flaskVisit) logout(cookie string) error {
	l.Step(trace.Text{En: "Logout: the server asks the browser to forget the cookie", Ko: "로그아웃: 서버가 브라우저에게 쿠키를 잊으라고 합니다"})
	if _, err := l.get("/flask/logout", http.StatusFound); err != nil {
		return err
	}
	if _, err := l.get("/flask/profile", http.StatusFound); err != nil {
		return err
	}
	l.Step(trace.Text{En: "After the logout, a copy of the old cookie: still logged in", Ko: "로그아웃한 뒤에 옛 쿠키의 사본을 보냅니다: 여전히 로그인 상태입니다"})
	if _, err := l.get("/flask/profile", http.StatusOK, flaskField(cookie)); err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "There was nothing at the server that the logout could have ended.",
		Ko: "서버에는 로그아웃으로 끝낼 것이 없었습니다.",
	})
	l.Step(trace.Text{
		En: "A minute passes, which is this application's permanent_session_lifetime (by default 31 days): now the copy is too old",
		Ko: "이 애플리케이션의 permanent_session_lifetime인 1분이 지납니다(기본값은 31일). 이제 그 사본은 너무 오래되었습니다",
	})
	l.Sleep(flaskMinute + time.Second)
	_, err := l.get("/flask/profile", http.StatusFound, flaskField(cookie))
	return err
}

func flaskField(value string) http1.Field {
	return http1.Field{Name: "Cookie", Value: flaskCookie + "=" + value}
}
