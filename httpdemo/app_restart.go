package httpdemo

import (
	"net/http"
	"sync"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// restartApp asks each mechanism the same: do you still know me?
type restartApp struct {
	services *Services
	file     session.Store
	watch    restartWatch

	mu      sync.Mutex
	backend *restartBackend
	starts  int
}

func newRestart(s *Services) (App, error) { return newRestartApp(s, nil, nil) }

// newRestartApp makes the App of a process that has just started. file, if not nil,
// is a store that was there before.
func newRestartApp(s *Services, file session.Store, watch restartWatch) (*restartApp, error) {
	a := &restartApp{services: s, file: file, watch: watch}
	return a, a.start()
}

// start forgets all that a process forgets when it ends.
func (a *restartApp) start() error {
	b, err := newRestartBackend(a.services, a.file, a.watch)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.backend = b
	a.starts++
	return nil
}

func (a *restartApp) now() (*restartBackend, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.backend, a.starts
}

func (a *restartApp) Memory() []trace.Entry {
	b, _ := a.now()
	return b.Memory()
}

func (a *restartApp) Routes(mux Mux) {
	mux.HandleFunc("GET /restart/{$}", a.page)
	mux.HandleFunc("GET /restart/{mechanism}", a.who)
	mux.HandleFunc("POST /restart/login", a.login)
	mux.HandleFunc("POST /restart/again", a.again)
}

// who answers for one mechanism: with whom it knows, or 401.
func (a *restartApp) who(w http.ResponseWriter, r *http.Request) {
	b, _ := a.now()
	m := r.PathValue("mechanism")
	if m == restartStateless {
		a.services.JSON(w, http.StatusOK, map[string]any{"answer": "the same for everybody"})
		return
	}
	if restartNames(m).En == "" || m == restartFile && b.file == nil {
		a.services.Fail(w, r, http.StatusNotFound, trace.Text{En: "There is no such page.", Ko: "그런 페이지는 없습니다."})
		return
	}
	b.with(m == restartMemory, m == restartFile, func(w http.ResponseWriter, r *http.Request, s restartSessions) {
		w.Header().Set("Cache-Control", "no-store")
		user := b.known(m, r, s)
		if user == "" {
			scheme := "Session"
			if m == restartToken {
				scheme = "Bearer"
			}
			a.services.stranger(w, r, scheme, "restart", trace.Text{En: "I do not know you.", Ko: "누구신지 모릅니다."})
			return
		}
		a.services.JSON(w, http.StatusOK, map[string]any{"user": user})
	}).ServeHTTP(w, r)
}

// login makes every mechanism know the user at once.
func (a *restartApp) login(w http.ResponseWriter, r *http.Request) {
	user, status, why := readUser(r)
	if status != 0 {
		a.services.Fail(w, r, status, why)
		return
	}
	b, _ := a.now()
	b.with(true, true, func(w http.ResponseWriter, r *http.Request, s restartSessions) {
		token, err := b.login(w, user, s)
		switch {
		case err != nil:
			a.services.Fail(w, r, http.StatusInternalServerError, trace.Text{En: "The login failed.", Ko: "로그인하지 못했습니다."})
		case wantsPage(r):
			b.cookie(w, restartToken, token)
			http.Redirect(w, r, Link(r, "/restart/"), http.StatusSeeOther)
		default:
			a.services.JSON(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer"})
		}
	}).ServeHTTP(w, r)
}

// again starts this part of the server anew: its memory is gone as a process's is.
func (a *restartApp) again(w http.ResponseWriter, r *http.Request) {
	if !a.services.contentless(w, r) {
		return
	}
	if err := a.start(); err != nil {
		a.services.Fail(w, r, http.StatusInternalServerError, trace.Text{En: "It did not start.", Ko: "시작하지 못했습니다."})
		return
	}
	http.Redirect(w, r, Link(r, "/restart/"), http.StatusSeeOther)
}

func (a *restartApp) page(w http.ResponseWriter, r *http.Request) {
	b, starts := a.now()
	b.with(true, true, func(w http.ResponseWriter, r *http.Request, s restartSessions) {
		type row struct{ Name, User string }
		var rows []row
		for _, m := range restartMechanisms() {
			if m != restartStateless && (m != restartFile || b.file != nil) {
				rows = append(rows, row{In(r, restartNames(m)), b.known(m, r, s)})
			}
		}
		w.Header().Set("Cache-Control", "no-store")
		a.services.Page(w, r, http.StatusOK, "restart/index", map[string]any{"Rows": rows, "Starts": starts, "File": b.file != nil})
	}).ServeHTTP(w, r)
}
