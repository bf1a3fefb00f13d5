package httpdemo

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// cookie shows state that the server leaves in the client's hands, how it keeps
// the client from changing or reading it, and what each attribute prevents.
func cookie() Lesson {
	return Lesson{
		Name: "cookie",
		Title: trace.Text{
			En: "Cookies: plain, signed, encrypted, and what each attribute prevents",
			Ko: "쿠키: 평문, 서명, 암호화, 그리고 속성마다 막아 주는 것",
		},
		Claims:  []string{"C1", "E4"},
		Parties: []trace.Participant{Client, Attacker, Server},
		Look: trace.Text{
			En: "Look at who remembers: the client's bytes grow, the server's do not. From the sixth step on, each attack is tried twice: without an attribute, and with it.",
			Ko: "누가 기억하는지 보십시오. 클라이언트의 바이트는 늘고 서버의 바이트는 늘지 않습니다. 여섯째 단계부터는 공격마다 두 번씩 해 봅니다. 속성 없이, 그리고 속성을 붙여서.",
		},
		Point: trace.Text{
			En: "A cookie is state that the client carries: it costs the server nothing, and is the client's to read and change unless a key prevents it. Who else may come by it, and when it is sent, is for its attributes to say; none of them replaces another.",
			Ko: "쿠키는 클라이언트가 지니고 다니는 상태입니다. 서버에는 비용이 들지 않지만, 키로 막지 않으면 클라이언트가 읽고 고칠 수 있습니다. 다른 누가 손에 넣을 수 있는지, 언제 보내는지는 속성이 정합니다. 어느 속성도 다른 속성을 대신하지 못합니다.",
		},
		Run: runCookie,
		App: newCookie,
	}
}

// Names of the hosts. Those under localhost count as secure without TLS (Secure
// Contexts §3.1), so that Secure and __Host- can be seen at work here.
const (
	cookieShopHost    = "shop.localhost"
	cookiePlainHost   = "shop.test" // the same server, by a name that does not count as secure
	cookieEvilHost    = "evil.example"
	cookieSiblingHost = "evil.shop.localhost"
)

// cookieVisit is what happens between a browser, the server, and an attacker.
type cookieVisit struct {
	*Env
	browser, attacker *Browser
	site              *Site
	evil              *cookieEvil
	wire              *wiretap
}

func runCookie(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	s.Attackable = true // on this lesson's own network
	site, err := NewSite(s, cookie())
	if err != nil {
		return err
	}
	wire := e.tap(Server)
	if _, err := e.Serve(Server, site); err != nil {
		return err
	}
	l := &cookieVisit{Env: e, site: site, wire: wire, browser: e.Browser(ctx, Client), attacker: e.Browser(ctx, Attacker)}
	l.evil = &cookieEvil{services: s, shop: l.url(Server, cookieShopHost, "")}
	evilSite, err := NewSite(s, Lesson{Name: "evil", App: func(*Services) (App, error) { return l.evil, nil }})
	if err != nil {
		return err
	}
	if _, err := e.Serve(Attacker, evilSite); err != nil {
		return err
	}
	for _, b := range []*Browser{l.browser, l.attacker} {
		b.Names = l.names()
	}
	l.remember()
	for _, part := range []func() error{
		l.plain, l.signed, l.encrypted, l.limit,
		l.httpOnly, l.secure, l.sameSite, l.path, l.maxAge, l.hostPrefix,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// url is the address of a path at a party's server, by one of its names.
func (l *cookieVisit) url(p trace.Participant, host, path string) string {
	if port := l.Machine(p).At.Port(); port != 80 {
		return fmt.Sprintf("http://%s:%d%s", host, port, path)
	}
	return "http://" + host + path
}

func (l *cookieVisit) remember() {
	l.Follow(Client, l.browser.Memory)
	l.Follow(Attacker, func() []trace.Entry { return append(l.evil.Memory(), l.attacker.Memory()...) })
	l.Follow(Server, l.site.Memory)
}

// ask sends a request, and wants it to be answered with a status.
func (l *cookieVisit) ask(b *Browser, want int, q Request) (*Response, error) {
	r, err := b.Do(q)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != want {
		return nil, fmt.Errorf("%s %s was answered with %d, not %d: %s", q.Method, q.URL, r.StatusCode, want, r.Text)
	}
	l.remember()
	return r, nil
}

// post sends a form of the shop's own page.
func (l *cookieVisit) post(path string, form ...http1.Field) (*Response, error) {
	target := l.url(Server, cookieShopHost, path)
	return l.ask(l.browser, http.StatusNoContent, Request{
		Method: http.MethodPost, URL: target, From: target, Type: "application/x-www-form-urlencoded", Body: encodeForm(form),
	})
}

// set lets the server set a cookie, and returns its value.
func (l *cookieVisit) set(way string) (string, error) {
	r, err := l.post("/cookie/" + way)
	if err != nil {
		return "", err
	}
	for _, c := range r.Cookies() {
		if c.Name == way {
			return c.Value, nil
		}
	}
	return "", fmt.Errorf("the server set no cookie %s", way)
}

// send sends a cookie's value as a program can that is no browser.
func (l *cookieVisit) send(b *Browser, want int, path, name, value string) (*Response, error) {
	return l.ask(b, want, Request{
		URL: l.url(Server, cookieShopHost, path), NoCookies: true,
		Fields: []http1.Field{{Name: "Cookie", Value: name + "=" + value}},
	})
}

func (l *cookieVisit) plain() error {
	l.Step(trace.Text{En: "A plain cookie: the server says what to remember, and remembers nothing itself", Ko: "평문 쿠키: 서버는 무엇을 기억할지 말할 뿐, 스스로는 기억하지 않습니다"})
	value, err := l.set("plain")
	if err != nil {
		return err
	}
	l.Step(trace.Text{En: "The client writes admin into it: the server believes it", Ko: "클라이언트가 쿠키에 admin이라고 써넣습니다. 서버는 그대로 믿습니다"})
	r, err := l.send(l.browser, http.StatusOK, "/cookie/plain", "plain", strings.Replace(value, "customer", "admin", 1))
	if err != nil {
		return err
	}
	l.Note(trace.Text{En: "Accepted as " + strings.TrimSpace(r.Text), Ko: "받아들여졌습니다: " + strings.TrimSpace(r.Text)})
	return nil
}

func (l *cookieVisit) signed() error {
	l.Step(trace.Text{En: "A signed cookie: the client reads it, changes it, and is refused", Ko: "서명된 쿠키: 클라이언트가 읽고 고쳐 보지만 거절됩니다"})
	value, err := l.set("signed")
	if err != nil {
		return err
	}
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(raw) < 8+32 {
		return fmt.Errorf("a signed cookie of %d bytes: %w", len(raw), err)
	}
	data := raw[8 : len(raw)-32]
	l.Note(trace.Text{
		En: fmt.Sprintf("Anybody can read it: 8 bytes of expiry, %q, and 32 bytes of HMAC-SHA256.", data),
		Ko: fmt.Sprintf("누구나 읽을 수 있습니다. 만료 시각 8바이트, %q, HMAC-SHA256 32바이트입니다.", data),
	})
	if _, err := l.send(l.browser, http.StatusOK, "/cookie/signed", "signed", value); err != nil {
		return err
	}
	changed := strings.Replace(string(raw), "customer", "admin", 1)
	_, err = l.send(l.browser, http.StatusUnauthorized, "/cookie/signed", "signed", base64.RawURLEncoding.EncodeToString([]byte(changed)))
	return err
}

func (l *cookieVisit) encrypted() error {
	l.Step(trace.Text{En: "An encrypted cookie: the client cannot read it, and a change of one bit is refused", Ko: "암호화된 쿠키: 클라이언트가 읽을 수 없고, 한 비트만 바꾸어도 거절됩니다"})
	value, err := l.set("encrypted")
	if err != nil {
		return err
	}
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return err
	}
	if strings.Contains(string(raw), "customer") {
		return fmt.Errorf("the encrypted cookie can be read: %q", raw)
	}
	l.Note(trace.Text{
		En: fmt.Sprintf("What the client has are %d bytes of AES-256-GCM: %x… No word of it can be read.", len(raw), raw[:12]),
		Ko: fmt.Sprintf("클라이언트가 가진 것은 AES-256-GCM %d바이트입니다: %x… 한 단어도 읽을 수 없습니다.", len(raw), raw[:12]),
	})
	if _, err := l.send(l.browser, http.StatusOK, "/cookie/encrypted", "encrypted", value); err != nil {
		return err
	}
	raw[len(raw)/2] ^= 1
	_, err = l.send(l.browser, http.StatusUnauthorized, "/cookie/encrypted", "encrypted", base64.RawURLEncoding.EncodeToString(raw))
	return err
}

func (l *cookieVisit) limit() error {
	l.Step(trace.Text{En: "4096 bytes of name and value are the most: with one more the browser drops the cookie without a word", Ko: "이름과 값을 합쳐 4096바이트까지입니다. 한 바이트라도 넘으면 브라우저가 말없이 버립니다"})
	for _, c := range []struct {
		bytes   string
		refused string
	}{{"4096", ""}, {"4097", "too-long"}} {
		r, err := l.post("/cookie/large", http1.Field{Name: "bytes", Value: c.bytes})
		if err != nil {
			return err
		}
		if why := r.Refused["large"]; why != c.refused {
			return fmt.Errorf("a cookie of %s bytes: refused %q, not %q", c.bytes, why, c.refused)
		}
	}
	r, err := l.ask(l.browser, http.StatusOK, Request{URL: l.url(Server, cookieShopHost, "/cookie/large")})
	if err != nil {
		return err
	}
	l.Note(trace.Text{
		En: "Both came to the browser; the one of 4096 bytes goes back with each request: " + strings.TrimSpace(r.Text),
		Ko: "둘 다 브라우저에 왔지만, 요청마다 돌아가는 것은 4096바이트짜리입니다: " + strings.TrimSpace(r.Text),
	})
	return nil
}
