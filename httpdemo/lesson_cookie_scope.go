package httpdemo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"statelab/capture/trace"
)

// The last part of the lesson: where a cookie goes, for how long, and who may set
// it.

// path: another application on the same host.
func (l *cookieVisit) path() error {
	for _, c := range []struct {
		step       trace.Text
		attributes []string
		sent       bool
	}{
		{trace.Text{En: "With a Path for all: another application on the same host is sent the login too", Ko: "Path가 전체이면: 같은 호스트의 다른 애플리케이션도 로그인 쿠키를 받습니다"}, []string{"path=/", "httponly"}, true},
		{
			trace.Text{
				En: "With Path=/cookie/account: it is not. (A page of the same origin can still reach into ours: Path is no wall, RFC 6265 §8.5)",
				Ko: "Path=/cookie/account이면: 받지 않습니다. (그래도 같은 출처의 페이지는 우리 페이지 안을 들여다볼 수 있습니다. Path는 담이 아닙니다, RFC 6265 §8.5)",
			},
			[]string{"path=/cookie/account", "httponly"},
			false,
		},
	} {
		l.Step(c.step)
		if _, err := l.login(cookieShopHost, c.attributes...); err != nil {
			return err
		}
		r, err := l.ask(l.browser, http.StatusOK, Request{URL: l.url(Server, cookieShopHost, attackablePath+"neighbour")})
		if err != nil {
			return err
		}
		if strings.Contains(r.Text, "login=") != c.sent {
			return fmt.Errorf("the neighbour was sent %s", r.Text)
		}
		if err := l.account(l.browser, l.url(Server, cookieShopHost, "/cookie/account"), "user1"); err != nil {
			return err
		}
	}
	return nil
}

// maxAge: the next person at the same machine.
func (l *cookieVisit) maxAge() error {
	account := l.url(Server, cookieShopHost, "/cookie/account")
	l.Step(trace.Text{En: "Without Max-Age: half a minute later somebody else sits there, and is still user1", Ko: "Max-Age 없이: 30초 뒤에 다른 사람이 그 자리에 앉아도 여전히 user1입니다"})
	if _, err := l.login(cookieShopHost, "httponly"); err != nil {
		return err
	}
	l.Sleep(30 * time.Second)
	if err := l.account(l.browser, account, "user1"); err != nil {
		return err
	}
	l.Step(trace.Text{En: "With Max-Age=20: the browser has forgotten it, and the server does not take a copy either", Ko: "Max-Age=20이면: 브라우저가 잊었고, 서버도 사본을 받아 주지 않습니다"})
	r, err := l.login(cookieShopHost, "httponly", "max-age=20")
	if err != nil {
		return err
	}
	l.Sleep(20 * time.Second)
	l.Note(trace.Text{En: "Its 20 seconds are over: the browser forgets the cookie.", Ko: "20초가 지났습니다. 브라우저가 쿠키를 잊습니다."})
	l.look(Client)
	l.Sleep(10 * time.Second)
	if err := l.account(l.browser, account, ""); err != nil {
		return err
	}
	for _, c := range r.Cookies() {
		if _, err := l.send(l.browser, http.StatusUnauthorized, "/cookie/account", c.Name, c.Value); err != nil {
			return err
		}
	}
	return nil
}

// hostPrefix: a sibling's host plants a cookie of the attacker's own.
func (l *cookieVisit) hostPrefix() error {
	for _, c := range []struct {
		step       trace.Text
		name, path string
		attributes []string
		answered   string
		refused    string
	}{
		{
			trace.Text{
				En: "Without __Host-: a page at evil.shop.localhost plants the attacker's own login, and the user is mallory without noticing",
				Ko: "__Host- 없이: evil.shop.localhost의 페이지가 공격자의 로그인 쿠키를 심고, 사용자는 모르는 사이에 mallory가 됩니다",
			},
			cookieLogin, "/cookie/account",
			[]string{"httponly"},
			"mallory", "",
		},
		{
			trace.Text{
				En: "With __Host-: the browser refuses what comes with a Domain, and the user stays user1",
				Ko: "__Host-를 붙이면: 브라우저가 Domain이 있는 쿠키를 거절하고, 사용자는 user1로 남습니다",
			},
			cookieHostLogin, "/cookie/host-account",
			[]string{"httponly", "host"},
			"user1", "host-prefix",
		},
	} {
		l.Step(c.step)
		own, err := l.loginAs(l.attacker, "mallory", cookieShopHost, c.attributes...)
		if err != nil {
			return err
		}
		if _, err := l.login(cookieShopHost, c.attributes...); err != nil {
			return err
		}
		q := url.Values{"name": {c.name}, "value": {own.Cookies()[0].Value}, "domain": {cookieShopHost}, "path": {c.path}}
		r, err := l.ask(l.browser, http.StatusNoContent, Request{URL: l.url(Attacker, cookieSiblingHost, "/evil/plant?"+q.Encode())})
		if err != nil {
			return err
		}
		if why := r.Refused[c.name]; why != c.refused {
			return fmt.Errorf("planting %s: refused %q, not %q", c.name, why, c.refused)
		}
		if err := l.account(l.browser, l.url(Server, cookieShopHost, c.path), c.answered); err != nil {
			return err
		}
	}
	return nil
}
