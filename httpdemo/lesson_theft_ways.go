package httpdemo

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// The last part of the lesson: ways to somebody's session past the TLS.

// downgrade: TLS alone is not enough for a cookie that also goes without it.
func (l *theftVisit) downgrade() error {
	l.Step(trace.Text{
		En: "Without Secure: the user types shop.test, the browser tries http: first, and sends the cookie that came over TLS in the clear",
		Ko: "Secure 없이: 사용자가 shop.test라고 입력하면 브라우저는 http:부터 시도하고, TLS로 받은 쿠키를 평문으로 보냅니다",
	})
	before := l.plain.Len()
	if _, err := l.ask(l.browser, http.StatusOK, Request{URL: theftPlain + theftAttackable + "account"}); err != nil {
		return err
	}
	cookie, _ := l.steal(l.plain.after(before))
	if cookie == "" {
		return errors.New("the cookie was not sent")
	}
	if _, err := l.ask(l.attacker, http.StatusOK, Request{
		URL: theftSecure + theftAttackable + "account", NoCookies: true, Fields: []http1.Field{{Name: "Cookie", Value: cookie}},
	}); err != nil {
		return err
	}
	l.Step(trace.Text{En: "With Secure, as __Host-theft has it: the same address, and no cookie goes along", Ko: "__Host-theft처럼 Secure가 있으면: 같은 주소로 가도 쿠키가 따라가지 않습니다"})
	if err := l.login(theftSecure, "/theft/"); err != nil {
		return err
	}
	before = l.plain.Len()
	if _, err := l.ask(l.browser, http.StatusUnauthorized, Request{URL: theftPlain + "/theft/account"}); err != nil {
		return err
	}
	if wire := l.plain.after(before); strings.Contains(wire, "Cookie:") {
		return fmt.Errorf("the request was %q", wire)
	}
	l.stolen = nil
	return nil
}

// fixation: nothing has to be read if the server takes an id that somebody else
// has chosen.
func (l *theftVisit) fixation() error {
	const chosen = "chosen-by-the-attacker"
	l.Step(trace.Text{
		En: "Fixation: the attacker has chosen a session id, and the user's login form is sent (POST) to an address that has it; a server that keeps it (attackable on purpose) lets both in",
		Ko: "세션 고정 공격: 공격자가 고른 세션 ID가 든 주소로 사용자의 로그인 폼이 전송됩니다(POST). 그 ID를 그대로 쓰는 서버(일부러 공격할 수 있게 한 것)는 둘 다 들여보냅니다",
	})
	if _, err := l.ask(l.browser, http.StatusNoContent, Request{
		Method: http.MethodPost, URL: theftPlain + theftAttackable + "fixed?sid=" + chosen, From: theftPlain + "/theft/", Type: "application/x-www-form-urlencoded",
	}); err != nil {
		return err
	}
	if _, err := l.ask(l.attacker, http.StatusOK, Request{
		URL: theftPlain + theftAttackable + "fixed", NoCookies: true, Fields: []http1.Field{{Name: "Cookie", Value: "sid=" + chosen}},
	}); err != nil {
		return err
	}
	l.Step(trace.Text{
		En: "The cure: the attacker's id is a real one of this server's, and the login still gives the user another",
		Ko: "해결: 공격자의 ID가 이 서버가 만든 진짜 ID라도, 로그인할 때 사용자에게 다른 ID를 줍니다",
	})
	return l.renewed()
}

// renewed plants a session id that the server itself had made, and logs in.
func (l *theftVisit) renewed() error {
	l.attacker.DeleteCookies()
	made, err := l.ask(l.attacker, http.StatusNoContent, Request{
		Method: http.MethodPost, URL: theftPlain + theftAttackable + "visit", From: theftPlain + "/theft/", Type: "application/x-www-form-urlencoded",
	})
	if err != nil {
		return err
	}
	l.browser.DeleteCookies()
	planted := made.Cookies()[0]
	r, err := l.ask(l.browser, http.StatusOK, Request{
		Method: http.MethodPost, URL: theftPlain + theftAttackable + "login", From: theftPlain + "/theft/", Type: "application/x-www-form-urlencoded",
		NoCookies: true, Fields: []http1.Field{{Name: "Cookie", Value: planted.Name + "=" + planted.Value}},
	})
	if err != nil {
		return err
	}
	if got := r.Cookies(); len(got) != 1 || got[0].Value == planted.Value {
		return fmt.Errorf("after the login: %v", got)
	}
	_, err = l.ask(l.attacker, http.StatusUnauthorized, Request{URL: theftPlain + theftAttackable + "account"})
	return err
}
