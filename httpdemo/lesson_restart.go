package httpdemo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/session"
	"statelab/httpdemo/session/sqlite"
)

// restart shows what each way of remembering is worth when a server stops, dies, or
// is another one.
func restart() Lesson {
	return Lesson{
		Name: "restart",
		Title: trace.Text{
			En: "What survives a restart, a crash, and another server",
			Ko: "다시 시작해도, 갑자기 죽어도, 다른 서버가 받아도 남는 것",
		},
		Claims:  []string{"A5", "B5"},
		Crashes: true,
		Parties: []trace.Participant{Client, Server1, Server2, Store},
		Look: trace.Text{
			En: "Look at the answers after each event: 200 is from who still knows the client, 401 from who does not.",
			Ko: "일이 있을 때마다 응답을 보십시오. 200은 클라이언트를 아직 아는 쪽, 401은 모르는 쪽의 응답입니다.",
		},
		Point: trace.Text{
			En: "What a process alone knew was gone with it, however it ended: sessions in memory, a key made at the start, TCP's connections. What the client carried, and what stood in a shared store, was there for whichever server came next. The page that needs no memory was answered throughout: by the other server.",
			Ko: "한 프로세스만 알던 것은 어떻게 끝나든 함께 사라졌습니다. 메모리의 세션, 시작할 때 만든 키, TCP 연결이 그랬습니다. 클라이언트가 지니고 다닌 것과 공유 저장소에 있던 것은 다음 서버가 누구든 그대로 쓸 수 있었습니다. 기억이 필요 없는 페이지는 내내 응답을 받았습니다. 다른 서버가 답했기 때문입니다.",
		},
		Run: runRestart,
		App: newRestart,
	}
}

// The events after which each mechanism is asked.
const (
	restartNothing = iota
	restartOther
	restartGraceful
	restartCrash
	restartEvents
)

// restartExpected is what must come out: whether a mechanism still knows the client
// after each event.
func restartExpected() map[string][restartEvents]bool {
	kept, lost := [...]bool{true, true, true, true}, [...]bool{true, false, false, false}
	return map[string][restartEvents]bool{
		restartStateless: kept, restartSigned: kept, restartFile: kept, restartToken: kept,
		restartStartup: lost, restartMemory: lost,
	}
}

// restartRun is a lesson on its way.
type restartRun struct {
	*Env
	secret   []byte
	file     string
	browser  *Browser
	token    string
	servers  map[trace.Participant]*restartProcess
	observed map[string][restartEvents]bool
}

// restartProcess is one server, from its start to its end.
type restartProcess struct {
	app     *restartApp
	store   *sqlite.Store
	service *Service
}

// restartHost is the name under which the client knows both servers.
const restartHost = "statelab.example"

func runRestart(ctx context.Context, e *Env) (err error) {
	s, err := e.services()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "statelab-restart-")
	if err != nil {
		return err
	}
	l := &restartRun{
		Env: e, secret: s.Secret, file: filepath.Join(dir, "sessions.db"), browser: e.Browser(ctx, Client),
		servers: map[trace.Participant]*restartProcess{}, observed: map[string][restartEvents]bool{},
	}
	defer func() {
		for _, process := range l.servers {
			err = errors.Join(err, process.store.Close())
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	for _, p := range []trace.Participant{Server1, Server2} {
		if err := l.start(ctx, p); err != nil {
			return err
		}
	}
	if err := l.events(ctx); err != nil {
		return err
	}
	return l.verdict()
}

// start starts a server's process: it has the secret and the file, and nothing of
// the process before.
func (l *restartRun) start(ctx context.Context, p trace.Participant) error {
	store, err := sqlite.Open(ctx, l.file, l.Now)
	if err != nil {
		return err
	}
	s := &Services{Now: l.Now, Rand: l.Rand, Secret: l.secret}
	lesson := restart()
	process := &restartProcess{store: store}
	lesson.App = func(s *Services) (App, error) {
		process.app, err = newRestartApp(s, store, func(store string, op session.Op) { l.accessed(p)(accessTo(store, op)) })
		return process.app, err
	}
	site, err := NewSite(s, lesson)
	if err == nil {
		process.service, err = l.Serve(p, site)
	}
	if err != nil {
		return errors.Join(err, store.Close())
	}
	l.servers[p] = process
	l.remember()
	return nil
}

// stop ends a server's process in one of two ways. One that has ended stays so.
func (l *restartRun) stop(p trace.Participant, end func(*Service)) error {
	process, ok := l.servers[p]
	if !ok {
		return nil
	}
	delete(l.servers, p)
	end(process.service)
	return process.store.Close()
}

func (l *restartRun) remember() {
	l.Follow(Client, l.browser.Memory)
	for _, p := range []trace.Participant{Server1, Server2} {
		read := nothing
		if process := l.servers[p]; process != nil {
			read = process.app.Memory
		}
		l.Follow(p, read)
	}
	for _, p := range []trace.Participant{Server1, Server2} {
		if process := l.servers[p]; process != nil {
			l.Follow(Store, func() []trace.Entry { return restartRecords(process.store) })
			return
		}
	}
}

// at lets the client use one of the servers from now on, as a balancer would.
func (l *restartRun) at(p trace.Participant) {
	l.browser.Close()
	l.browser.Names = map[string]netip.AddrPort{restartHost: l.Machine(p).At}
}

func (l *restartRun) login() error {
	target := "http://" + restartHost + "/restart/login"
	r, err := l.browser.Do(Request{Method: http.MethodPost, URL: target, From: target, Type: "application/json", Body: `{"user":"kim"}`})
	if err != nil {
		return err
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(r.Text), &answer); err != nil || answer.Token == "" {
		return fmt.Errorf("login: %d without a token", r.StatusCode)
	}
	l.token = answer.Token
	l.browser.Keep("access_token", l.token)
	l.remember()
	return nil
}

// ask asks every mechanism whether it knows the client.
func (l *restartRun) ask(event int) error {
	for _, m := range restartMechanisms() {
		known, err := l.known(m)
		if err != nil {
			return err
		}
		row := l.observed[m]
		row[event] = known
		l.observed[m] = row
	}
	l.remember()
	return nil
}

func (l *restartRun) known(mechanism string) (bool, error) {
	var fields []http1.Field
	if mechanism == restartToken {
		fields = append(fields, http1.Field{Name: "Authorization", Value: "Bearer " + l.token})
	}
	r, err := l.browser.Get("http://"+restartHost+"/restart/"+mechanism, fields...)
	if err != nil {
		return false, err
	}
	switch r.StatusCode {
	case http.StatusOK:
		return mechanism == restartStateless || strings.Contains(r.Text, `"kim"`), nil
	case http.StatusUnauthorized:
		return false, nil
	}
	return false, fmt.Errorf("%s: %d", mechanism, r.StatusCode)
}

// verdict holds what was observed against what was expected.
func (l *restartRun) verdict() error {
	l.Step(trace.Text{En: "Observed, beside what was expected", Ko: "관찰한 것과 기대한 것"})
	var differs []string
	for _, m := range restartMechanisms() {
		observed, expected := l.observed[m], restartExpected()[m]
		en, ko := "as expected", "기대한 대로"
		if observed != expected {
			differs = append(differs, m)
			en, ko = "NOT as expected", "기대와 다름"
		}
		l.Note(trace.Text{
			En: fmt.Sprintf("%s: other server %s, restart %s, crash %s (%s).", restartNames(m).En,
				restartKept(observed[restartOther]).En, restartKept(observed[restartGraceful]).En, restartKept(observed[restartCrash]).En, en),
			Ko: fmt.Sprintf("%s: 다른 서버 %s, 다시 시작 %s, 비정상 종료 %s (%s).", restartNames(m).Ko,
				restartKept(observed[restartOther]).Ko, restartKept(observed[restartGraceful]).Ko, restartKept(observed[restartCrash]).Ko, ko),
		})
	}
	if len(differs) > 0 {
		return fmt.Errorf("not as expected: %s; observed %v", strings.Join(differs, ", "), l.observed)
	}
	return nil
}

func restartKept(known bool) trace.Text {
	if known {
		return trace.Text{En: "✓ kept", Ko: "✓ 남음"}
	}
	return trace.Text{En: "✗ lost", Ko: "✗ 사라짐"}
}
