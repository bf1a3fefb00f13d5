package httpdemo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// sessionLesson shows state that the server keeps, found by an id that the client
// brings.
func sessionLesson() Lesson {
	return Lesson{
		Name: "session",
		Title: trace.Text{
			En: "A session: the server remembers, and the client has an id",
			Ko: "세션: 서버가 기억하고, 클라이언트는 ID만 지닌다",
		},
		Claims:  []string{"C2", "C3", "C4", "C11"},
		Parties: []trace.Participant{Client, Attacker, Server},
		Refutes: sessionRefutes(),
		Look: trace.Text{
			En: "Look at who remembers how many bytes after each step of the login, and at what of it is on the wire: an id of 43 characters.",
			Ko: "로그인의 단계마다 누가 몇 바이트를 기억하는지, 그 가운데 무엇이 오가는지 보십시오. 오가는 것은 43자의 ID뿐입니다.",
		},
		Point: trace.Text{
			En: "HTTP stayed as it was: what made the server remember is a record of its own, and an id in each request that says which. So it can forget at once, which a token cannot; and when its memory is gone, no cookie brings the login back.",
			Ko: "HTTP는 그대로입니다. 서버가 기억하게 된 것은 스스로 가진 기록과, 요청마다 어느 기록인지 말해 주는 ID 때문입니다. 그래서 서버는 곧바로 잊을 수 있습니다. 토큰으로는 할 수 없는 일입니다. 서버의 기억이 사라지면 어떤 쿠키도 로그인을 되살리지 못합니다.",
		},
		Run: runSession,
		App: newSession,
	}
}

// Names of the hosts. What is under localhost counts as secure without TLS (Secure
// Contexts §3.1), so that the cookie can be __Host- here too.
const (
	sessionHost        = "app.localhost"
	sessionPartnerHost = "partner.example"
	sessionCookieName  = "__Host-session"
)

// sessionVisit is what happens between browsers, the server, and an attacker.
type sessionVisit struct {
	*Env
	services        *Services
	laptop, phone   *Browser
	attacker        *Browser
	app             *sessionApp
	service         *Service
	partner         *sessionPartnerApp
	mu              sync.Mutex
	onWrite, onRead func(report func()) // reports the next access, and what it belongs to
}

func runSession(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	s.Attackable, s.Secure = true, true // on this lesson's own network; app.localhost counts as secure
	l := &sessionVisit{Env: e, services: s, laptop: e.Browser(ctx, Client), phone: e.Browser(ctx, Client), attacker: e.Browser(ctx, Attacker)}
	l.laptop.UserAgent, l.phone.UserAgent, l.attacker.UserAgent = "laptop", "phone", "attacker"
	s.Watch = l.watch
	if err := l.start(); err != nil {
		return err
	}
	l.partner = &sessionPartnerApp{s, &sessionLog{}}
	other, err := NewSite(s, Lesson{Name: "partner", App: func(*Services) (App, error) { return l.partner, nil }})
	if err != nil {
		return err
	}
	if _, err := e.Serve(Attacker, other); err != nil {
		return err
	}
	names := map[string]netip.AddrPort{
		strings.TrimPrefix(l.at(Server, sessionHost), "http://"):          l.Machine(Server).At,
		strings.TrimPrefix(l.at(Attacker, sessionPartnerHost), "http://"): l.Machine(Attacker).At,
	}
	for _, b := range []*Browser{l.laptop, l.phone, l.attacker} {
		b.Names = names
	}
	l.remember()
	for _, part := range []func() error{
		l.login, l.restart, l.logout, l.devices, l.byHeader, l.byURL, l.fixation, l.fixationCured, l.strangers,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// start starts the server's process: a memory store is empty then.
func (l *sessionVisit) start() error {
	site, err := NewSite(l.services, Lesson{Name: "session", App: func(s *Services) (App, error) {
		app, err := newSessionApp(s)
		l.app = app
		return app, err
	}})
	if err != nil {
		return err
	}
	l.service, err = l.Serve(Server, site)
	return err
}

// watch reports an access to the store, and with it the step that it belongs to.
func (l *sessionVisit) watch(a trace.Access) {
	l.mu.Lock()
	var around func(func())
	switch a.Op {
	case trace.StoreWrite:
		around, l.onWrite = l.onWrite, nil
	case trace.StoreRead:
		around, l.onRead = l.onRead, nil
	}
	l.mu.Unlock()
	report := func() { l.accessed(Server)(a) }
	if around == nil {
		report()
		return
	}
	around(report)
}

// when lets the next write and the next read of the store begin a step.
func (l *sessionVisit) when(write, read func(report func())) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.onWrite, l.onRead = write, read
}

// during begins a step while a request is being answered: nothing waits for it.
func (l *sessionVisit) during(t trace.Text) {
	l.Report(trace.Observation{Kind: trace.ObservedNote, At: l.Now(), Note: &trace.Note{Step: true, Text: t}})
}

// jars are what the user's two browsers remember.
func (l *sessionVisit) jars() (client []trace.Entry) {
	for _, b := range []*Browser{l.laptop, l.phone} {
		for _, entry := range b.Memory() {
			entry.Name = b.UserAgent + ": " + entry.Name
			client = append(client, entry)
		}
	}
	return client
}

func (l *sessionVisit) remember() {
	l.Follow(Client, l.jars)
	l.Follow(Attacker, func() []trace.Entry { return append(l.partner.Memory(), l.attacker.Memory()...) })
	l.Follow(Server, l.app.Memory)
}

// url is the address of a path at the server.
func (l *sessionVisit) url(path string) string { return l.at(Server, sessionHost) + path }

// at is where a host is that a party serves.
func (l *sessionVisit) at(p trace.Participant, host string) string {
	if port := l.Machine(p).At.Port(); port != 80 {
		return fmt.Sprintf("http://%s:%d", host, port)
	}
	return "http://" + host
}

// ask sends a request, and wants it to be answered with a status.
func (l *sessionVisit) ask(b *Browser, want int, q Request) (*Response, error) {
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

// get goes to a page.
func (l *sessionVisit) get(b *Browser, want int, path string, fields ...http1.Field) (*Response, error) {
	return l.ask(b, want, Request{URL: l.url(path), Fields: fields})
}

// post sends a form of the application's own page.
func (l *sessionVisit) post(b *Browser, want int, path string, form ...http1.Field) (*Response, error) {
	target := l.url(path)
	return l.ask(b, want, Request{
		Method: http.MethodPost, URL: target, From: target, Type: "application/x-www-form-urlencoded", Body: encodeForm(form),
	})
}

// sessionForm is the form of a login.
func sessionForm(secret string) []http1.Field {
	return []http1.Field{{Name: "username", Value: demoAccounts[0].User}, {Name: "password", Value: secret}}
}

func (l *sessionVisit) enter(b *Browser, path string) (*Response, error) {
	return l.post(b, http.StatusSeeOther, path, sessionForm(demoAccounts[0].password)...)
}

// sessionID is the id that a response sets in a cookie.
func sessionID(r *Response) (string, error) {
	for _, c := range r.Cookies() {
		if c.Name == sessionCookieName && c.Value != "" {
			return c.Value, nil
		}
	}
	return "", errors.New("the response sets no session cookie")
}

// login is the six steps of a login with a session, and the profile before it.
func (l *sessionVisit) login() error {
	l.Step(trace.Text{En: "The profile, before the login: redirected to the login page", Ko: "로그인하기 전의 프로필: 로그인 페이지로 보냅니다"})
	if _, err := l.get(l.laptop, http.StatusFound, "/session/profile"); err != nil {
		return err
	}
	var stored error
	l.when(func(report func()) { stored = l.verified(report) }, nil)
	l.Step(trace.Text{En: "1. The user sends name and password", Ko: "1. 사용자가 이름과 비밀번호를 보냅니다"})
	r, err := l.enter(l.laptop, "/session/login")
	if err := errors.Join(err, stored); err != nil {
		return err
	}
	id, err := sessionID(r)
	if err != nil {
		return err
	}
	l.Note(trace.Text{
		En: fmt.Sprintf("On the wire is the id, %d characters. The server has kept its SHA-256 alone: %s.", len(id), sessionKey(session.Key(id))),
		Ko: fmt.Sprintf("오간 것은 %d자의 ID입니다. 서버는 그 SHA-256만 간직합니다: %s", len(id), sessionKey(session.Key(id))),
	})
	l.when(nil, func(report func()) {
		l.during(trace.Text{En: "6. The server finds the record by the id, and knows who asks", Ko: "6. 서버가 ID로 기록을 찾아 누구의 요청인지 압니다"})
		report()
	})
	l.Step(trace.Text{En: "5. With the next request the browser sends the cookie by itself", Ko: "5. 다음 요청에 브라우저가 쿠키를 저절로 실어 보냅니다"})
	_, err = l.get(l.laptop, http.StatusOK, "/session/profile")
	return err
}

// verified is what happens at the server between the request and the response.
func (l *sessionVisit) verified(report func()) error {
	l.during(trace.Text{
		En: "2. The server verifies the password, and makes an id of 256 random bits",
		Ko: "2. 서버가 비밀번호를 확인하고, 임의의 256비트로 ID를 만듭니다",
	})
	l.during(trace.Text{En: "3. The server stores the record under the id's hash", Ko: "3. 서버가 ID의 해시를 키로 하여 기록을 저장합니다"})
	report()
	stored, err := l.stored()
	if err == nil {
		l.Note(stored)
	}
	l.Follow(Server, l.app.Memory)
	l.during(trace.Text{En: "4. The id goes to the client, in a cookie", Ko: "4. ID가 쿠키에 담겨 클라이언트로 갑니다"})
	return err
}

// stored says what the server has stored of the one user who is logged in.
func (l *sessionVisit) stored() (t trace.Text, err error) {
	records, err := l.app.store.List(context.Background(), "")
	if err != nil || len(records) != 1 {
		return t, errors.Join(err, fmt.Errorf("the store has %d records, not one", len(records)))
	}
	var c struct {
		Values map[string]sessionUser `json:"values"`
	}
	if err := json.Unmarshal(records[0].Data, &c); err != nil {
		return t, err
	}
	hashes, err := l.app.accounts.hashes()
	if err != nil {
		return t, err
	}
	u := c.Values[sessionValue]
	hash := strings.Split(hashes[u.User], "$") // $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH
	if len(hash) != 6 {
		return t, fmt.Errorf("%s's password is kept as %d parts, not as a hash", u.User, len(hash))
	}
	password, last, key := hash[1]+" "+hash[3], u.LastLogin.Format(time.DateTime), sessionKey(records[0].Key)
	return trace.Text{
		En: fmt.Sprintf("Stored: user ID %d; user name %s; e-mail %s; last login %s; session token (SHA-256) %s. With the account: the password's hash, %s", u.ID, u.User, u.Email, last, key, password),
		Ko: fmt.Sprintf("저장한 것: 사용자 ID %d, 사용자 이름 %s, 이메일 %s, 마지막 로그인 %s, 세션 토큰(SHA-256) %s. 계정에는 비밀번호의 해시 %s", u.ID, u.User, u.Email, last, key, password),
	}, nil
}
