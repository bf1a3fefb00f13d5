package httpdemo

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/token"
)

// tokenLesson shows the hybrid of stateless access and stateful refresh: what each half
// can do, and what it cannot.
func tokenLesson() Lesson {
	return Lesson{
		Name: "token",
		Title: trace.Text{
			En: "Tokens: the client carries the state, and a logout that does not take it back",
			Ko: "토큰: 상태는 클라이언트가 들고 다니고, 로그아웃은 그것을 거두지 못한다",
		},
		Claims:  []string{"C7", "C8", "C9", "C13", "D5", "E3", "E5"},
		Parties: []trace.Participant{Client, Attacker, Server1, Server2},
		Refutes: tokenRefutes(),
		Look: trace.Text{
			En: "Look at how often a server looks something up, and at which requests are answered with 200 after a logout.",
			Ko: "서버가 저장소를 찾아보는 때와, 로그아웃한 뒤에도 200으로 답하는 요청을 보십시오.",
		},
		Point: trace.Text{
			En: "The access token was checked by a key alone: no look-up, no memory, at any server that has the key, before and after a crash. That is also why nothing could take it back before its time. What can be taken back, the refresh token and the denylist, is memory at a server again.",
			Ko: "액세스 토큰은 키만으로 확인되었습니다. 키가 있는 서버라면 어디서나, 서버가 멈추기 전이나 뒤나, 찾아보지도 기억하지도 않았습니다. 기한 전에 거둘 수 없었던 것도 그 때문입니다. 거둘 수 있는 것, 곧 리프레시 토큰과 차단 목록은 다시 서버의 기억입니다.",
		},
		Run: runToken,
		App: newToken,
	}
}

// tokenShort is how long the lesson's access tokens are good.
const tokenShort = 30 * time.Second

// tokenVisit is the course of the lesson.
type tokenVisit struct {
	*Env
	services *Services
	site1    *Site
	service1 *Service
	site2    *Site
	user     *tokenUser
	thief    *tokenUser
	stolen   []trace.Entry // what the attacker has
	lookups  int           // at servers, since the step began
}

func runToken(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	l := &tokenVisit{Env: e, services: s}
	if err := l.start(); err != nil {
		return err
	}
	// Server 2 has the public key, and nothing else of server 1.
	key, err := token.Ed25519Key(tokenKey, s.Key("token signature"))
	if err != nil {
		return err
	}
	resource := newTokenResource(&Services{Now: e.Now, Rand: e.Rand}, key)
	if l.site2, err = NewSite(resource.services, Lesson{Name: "token", App: func(*Services) (App, error) { return &resource, nil }}); err != nil {
		return err
	}
	if _, err := e.Serve(Server2, l.site2); err != nil {
		return err
	}
	l.user = &tokenUser{Browser: e.Browser(ctx, Client), server: e.Machine(Server1).URL}
	l.thief = &tokenUser{Browser: e.Browser(ctx, Attacker), server: e.Machine(Server1).URL}
	l.remember()
	for _, part := range []func() error{
		l.carries, l.crash, l.expires, l.tabs, l.theft, l.logsOut, l.denies, l.clientCode,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// start starts server 1, with the key that it had and an empty memory.
func (l *tokenVisit) start() (err error) {
	tell := l.accessed(Server1)
	l.services.Watch = func(a trace.Access) {
		l.lookups++
		tell(a)
	}
	l.site1, err = NewSite(l.services, Lesson{Name: "token", App: func(s *Services) (App, error) { return newTokenFor(s, tokenShort) }})
	if err != nil {
		return err
	}
	l.service1, err = l.Serve(Server1, l.site1)
	return err
}

func (l *tokenVisit) remember() {
	l.Follow(Client, l.user.Memory)
	l.Follow(Attacker, func() []trace.Entry { return l.stolen })
	l.Follow(Server1, l.site1.Memory)
	l.Follow(Server2, l.site2.Memory)
}

func (l *tokenVisit) step(en, ko string) {
	l.Step(trace.Text{En: en, Ko: ko})
	l.lookups = 0
}

func (l *tokenVisit) note(en, ko string, a ...any) {
	l.Note(trace.Text{En: fmt.Sprintf(en, a...), Ko: fmt.Sprintf(ko, a...)})
}

// want checks a status, and reports what everybody remembers.
func (l *tokenVisit) want(want, status int, err error) error {
	if err != nil {
		return err
	}
	if status != want {
		return fmt.Errorf("the server answered %d, not %d", status, want)
	}
	l.remember()
	return nil
}

// profile asks a server with an access token, and tells of its look-ups.
func (l *tokenVisit) profile(from *tokenUser, server trace.Participant, access string, want int) error {
	r, err := from.Get(l.Machine(server).URL("/token/profile"), http1.Field{Name: "Authorization", Value: "Bearer " + access})
	return l.want(want, statusOf(r), err)
}

func (l *tokenVisit) login() error {
	status, err := l.user.login(demoAccounts[0].User, demoAccounts[0].password)
	return l.want(http.StatusOK, status, err)
}

// carries: what the token says, and that a key is all that it takes (C7).
func (l *tokenVisit) carries() error {
	l.step("Login at server 1: a signed access token, and a refresh token that says nothing",
		"서버 1에 로그인합니다. 서명된 액세스 토큰과, 아무것도 말하지 않는 리프레시 토큰을 받습니다")
	if err := l.login(); err != nil {
		return err
	}
	d, err := token.Decode(l.user.access)
	if err != nil {
		return err
	}
	l.note("Without any key, the access token reads: header %s, claims %s, and a signature of %d bytes. It is signed, not encrypted.",
		"키가 없어도 액세스 토큰은 이렇게 읽힙니다. 헤더는 %s, 클레임은 %s, 서명은 %d바이트입니다. 서명되었을 뿐 암호화되지 않았습니다.",
		trace.EscapeBytes(d.Header, -1), trace.EscapeBytes(d.Claims, -1), len(d.Signature))
	for _, at := range []struct {
		server trace.Participant
		en, ko string
	}{
		{Server1, "The access token at server 1", "액세스 토큰을 서버 1에 보냅니다"},
		{Server2, "The same token at server 2, which has the public key and has never seen this login", "같은 토큰을 서버 2에 보냅니다. 공개 키만 있고, 이 로그인은 본 적이 없습니다"},
	} {
		before := trace.Memory{Entries: l.at(at.server).Memory()}
		l.step(at.en, at.ko)
		if err := l.profile(l.user, at.server, l.user.access, http.StatusOK); err != nil {
			return err
		}
		after := trace.Memory{Entries: l.at(at.server).Memory()}
		l.note("Look-ups: %d. What the server remembers grew by %d bytes.", "저장소를 찾아본 횟수: %d. 서버가 기억하는 것은 %d바이트 늘었습니다.",
			l.lookups, after.Bytes(trace.MemoryConversation)-before.Bytes(trace.MemoryConversation))
	}
	return nil
}

func (l *tokenVisit) at(server trace.Participant) *Site {
	if server.N == Server2.N {
		return l.site2
	}
	return l.site1
}

// crash: the client holds the state, and does not notice (E3).
func (l *tokenVisit) crash() error {
	l.step("Server 1's process crashes, and begins again with its key alone: the access token is good as before",
		"서버 1의 프로세스가 죽었다가 키만 가지고 다시 시작합니다. 액세스 토큰은 전과 같이 통합니다")
	l.service1.stop()
	l.Follow(Server1, nothing)
	l.Sleep(time.Second) // until it has begun again: the client has seen the FIN by then
	if err := l.start(); err != nil {
		return err
	}
	if err := l.profile(l.user, Server1, l.user.access, http.StatusOK); err != nil {
		return err
	}
	l.step("The refresh token was in its memory, which is no durable store: refused, a new login",
		"리프레시 토큰의 기록은 메모리에 있었고 사라졌습니다. 거절되어 다시 로그인합니다")
	status, err := l.user.renew()
	if err := l.want(http.StatusBadRequest, status, err); err != nil {
		return err
	}
	return l.login()
}

// expires: the time of an access token passes, and a refresh token renews it.
func (l *tokenVisit) expires() error {
	l.step("30 s later the access token has expired", "30초가 지나 액세스 토큰이 만료되었습니다")
	l.Sleep(tokenShort)
	if err := l.profile(l.user, Server1, l.user.access, http.StatusUnauthorized); err != nil {
		return err
	}
	l.step("The refresh token is looked up, used up, and replaced: a new pair (rotation)",
		"리프레시 토큰은 저장소에서 확인되고 한 번 쓰여 새 쌍으로 바뀝니다(회전)")
	r, err := l.user.get("/token/profile")
	if err := l.want(http.StatusOK, statusOf(r), err); err != nil {
		return err
	}
	l.note("Accesses to the store: %d, all of them for the refresh token.", "저장소 접근: %d번. 모두 리프레시 토큰 때문입니다.", l.lookups)
	return nil
}

// tabs: two tabs that refresh at once get the same successor, and nobody is
// suspected.
func (l *tokenVisit) tabs() error {
	l.step("A second tab is opened, with the same tokens", "같은 토큰을 가진 두 번째 탭을 엽니다")
	second := &tokenUser{Browser: l.Browser(l.user.ctx, Client), server: l.user.server, refresh: l.user.refresh}
	defer second.Close()
	if err := l.profile(second, Server1, l.user.access, http.StatusOK); err != nil {
		return err
	}
	l.step("Both tabs refresh at once with the same refresh token: within the window both get the same new one",
		"두 탭이 같은 리프레시 토큰으로 동시에 갱신합니다. 허용 시간 안이라 둘 다 같은 새 토큰을 받습니다")
	type result struct {
		status int
		err    error
	}
	done := make(chan result, 1)
	l.Go(func() {
		status, err := second.renew()
		done <- result{status, err}
	})
	status, err := l.user.renew()
	if err := l.want(http.StatusOK, status, err); err != nil {
		return err
	}
	for range 100 {
		if l.Sleep(settling); len(done) > 0 {
			break
		}
	}
	if len(done) == 0 {
		return fmt.Errorf("the second tab was not answered")
	}
	r := <-done
	if err := l.want(http.StatusOK, r.status, r.err); err != nil {
		return err
	}
	if second.refresh != l.user.refresh {
		return fmt.Errorf("the two tabs got different refresh tokens")
	}
	return nil
}
