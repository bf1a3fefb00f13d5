package httpdemo

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// How the id travels, and what follows where it stands in the URL.

// byHeader: a program keeps the id, and sends it in a field.
func (l *sessionVisit) byHeader() error {
	l.Step(trace.Text{En: "The id in a header field: a program keeps it, and no browser sends it by itself", Ko: "헤더 필드에 담은 ID: 프로그램이 간직합니다. 브라우저가 저절로 보내지 않습니다"})
	target := l.url(sessionHeader + "login")
	r, err := l.ask(l.phone, http.StatusOK, Request{
		Method: http.MethodPost, URL: target, From: target, Script: true, Type: "application/json",
		Body: fmt.Sprintf(`{"username":%q,"password":%q}`, demoAccounts[0].User, demoAccounts[0].password),
	})
	if err != nil {
		return err
	}
	id := r.Header.Get(session.HeaderName)
	l.phone.Keep(session.HeaderName, id)
	if _, err := l.get(l.phone, http.StatusOK, sessionHeader+"profile", http1.Field{Name: session.HeaderName, Value: id}); err != nil {
		return err
	}
	if _, err := l.get(l.phone, http.StatusUnauthorized, sessionHeader+"profile"); err != nil {
		return err
	}
	l.phone.Keep(session.HeaderName, "")
	return nil
}

// byURL: each link carries the id, and so does whatever notes or passes on a link.
func (l *sessionVisit) byURL() error {
	l.Step(trace.Text{En: "The id in the URL (attackable on purpose): it is in the redirection, in each link, and in the server's log", Ko: "URL에 담은 ID(일부러 공격할 수 있게 한 것): 리다이렉션에도, 링크마다, 서버의 로그에도 남습니다"})
	l.laptop.DeleteCookies()
	r, err := l.enter(l.laptop, sessionURL+"login")
	if err != nil {
		return err
	}
	page, err := l.laptop.Follow(r)
	if err != nil {
		return err
	}
	lines, _ := l.app.log.seen()
	line := lines[len(lines)-1]
	l.Note(trace.Text{En: "The log says: " + line, Ko: "로그에는 이렇게 남았습니다: " + line})
	l.Step(trace.Text{En: "Whoever reads the log has the session", Ko: "로그를 읽은 사람은 세션을 손에 넣습니다"})
	logged := line[strings.LastIndex(line, " ")+1:]
	if _, err := l.get(l.attacker, http.StatusOK, logged); err != nil {
		return err
	}
	l.Step(trace.Text{En: "The user follows a link to another site: Referer tells it the whole address, as every browser did before 2020", Ko: "사용자가 다른 사이트로 가는 링크를 누릅니다. Referer가 주소 전체를 알려 줍니다. 2020년 전의 브라우저는 모두 그랬습니다"})
	told, err := l.partnerTold(l.laptop, page)
	if err != nil {
		return err
	}
	at, err := url.Parse(told)
	if err != nil || at.Query().Get(session.QueryName) == "" {
		return fmt.Errorf("the other site was told %q, and no id", told)
	}
	if _, err := l.get(l.attacker, http.StatusOK, at.RequestURI()); err != nil {
		return err
	}
	l.Step(trace.Text{
		En: "The same link from a page whose id is in a cookie, and whose Referrer-Policy is same-origin: the other site learns nothing",
		Ko: "ID를 쿠키에 담고 Referrer-Policy가 same-origin인 페이지에서 같은 링크를 누르면: 다른 사이트는 아무것도 알지 못합니다",
	})
	page, err = l.get(l.laptop, http.StatusOK, "/session/login")
	if err != nil {
		return err
	}
	if told, err = l.partnerTold(l.laptop, page); err == nil && told != "" {
		err = fmt.Errorf("the other site was told %q", told)
	}
	return err
}

// partnerTold follows a page's link to the other site, and returns what it was told.
func (l *sessionVisit) partnerTold(b *Browser, page *Response) (string, error) {
	r, err := b.Click(page, l.at(Attacker, sessionPartnerHost)+sessionPartner)
	if err != nil {
		return "", err
	}
	if r.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the other site answered %d", r.StatusCode)
	}
	_, referers := l.partner.log.seen()
	return referers[len(referers)-1], nil
}

// sessionAction is where a login page sends its form.
var sessionAction = regexp.MustCompile(`<form method="post" action="[^"]*[?&]` + session.QueryName + `=([^"&]+)"`)

// planted is the id in a login page's form.
func (l *sessionVisit) planted(b *Browser, path string) (string, error) {
	r, err := l.get(b, http.StatusOK, path)
	if err != nil {
		return "", err
	}
	m := sessionAction.FindStringSubmatch(r.Text)
	if m == nil {
		return "", errors.New("the login page has no id in its form")
	}
	return m[1], nil
}

// fixation: who knows the id from before the login has the login (ASVS 5.0, 7.2.4).
func (l *sessionVisit) fixation() error {
	l.Step(trace.Text{
		En: "Session fixation, where a login keeps the id: the attacker takes an id of their own, and sends the user a link with it",
		Ko: "로그인해도 ID가 바뀌지 않는 곳에서의 세션 고정: 공격자가 자기 ID를 받아, 그것이 든 링크를 사용자에게 보냅니다",
	})
	id, err := l.fix(sessionFixation)
	if err != nil {
		return err
	}
	l.Step(trace.Text{En: "The user has logged in. The attacker's id is the user's session now", Ko: "사용자가 로그인했습니다. 이제 공격자의 ID가 사용자의 세션입니다"})
	r, err := l.get(l.attacker, http.StatusOK, sessionFixation+"profile?"+session.QueryName+"="+id)
	if err == nil && !strings.Contains(r.Text, demoAccounts[0].Email) {
		err = fmt.Errorf("it is not the user's profile: %s", r.Text)
	}
	return err
}

// fix lets the user log in by a link with the attacker's id.
func (l *sessionVisit) fix(door string) (string, error) {
	id, err := l.planted(l.attacker, door+"login")
	if err != nil {
		return "", err
	}
	link := "?" + session.QueryName + "=" + id
	same, err := l.planted(l.laptop, door+"login"+link)
	if err != nil || same != id {
		return "", errors.Join(err, fmt.Errorf("the user's page has the id %s, not %s", same, id))
	}
	_, err = l.enter(l.laptop, door+"login"+link)
	return id, err
}

// fixationCured: the same where a login renews the id, and with an id that the
// server never gave.
func (l *sessionVisit) fixationCured() error {
	l.Step(trace.Text{En: "The same attack where a login renews the id: what the attacker knows is nobody's", Ko: "로그인할 때 ID를 새로 만드는 곳에서 같은 공격: 공격자가 아는 ID는 누구의 것도 아닙니다"})
	id, err := l.fix(sessionURL)
	if err != nil {
		return err
	}
	if _, err := l.get(l.attacker, http.StatusFound, sessionURL+"profile?"+session.QueryName+"="+id); err != nil {
		return err
	}
	l.Step(trace.Text{En: "And an id of the attacker's own making, which the server never gave: its page has another one", Ko: "공격자가 지어낸, 서버가 준 적 없는 ID: 페이지에는 다른 ID가 들어 있습니다"})
	made := strings.Repeat("A", 43)
	l.attacker.Keep("made-up id", made)
	defer l.attacker.Keep("made-up id", "")
	got, err := l.planted(l.laptop, sessionFixation+"login?"+session.QueryName+"="+made)
	if err == nil && got == made {
		err = errors.New("the server has adopted an id that it never gave")
	}
	return err
}
