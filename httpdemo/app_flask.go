package httpdemo

import (
	"crypto/subtle"
	"net/http"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/itsdangerous"
)

// flaskApp does what a Flask program does that keeps its user in Flask's session:
// the session is a cookie, in the client's hands. Look for a field that could
// remember who has logged in.
type flaskApp struct {
	services *Services
	signer   *itsdangerous.Serializer
	lifetime time.Duration // app.permanent_session_lifetime
	users    map[string]string
}

// flaskLifetime is Flask's default.
const flaskLifetime = 31 * 24 * time.Hour

// flaskSession is what Flask calls session.
type flaskSession map[string]string

func newFlask(s *Services) (App, error) { return newFlaskFor(s, flaskLifetime), nil }

func newFlaskFor(s *Services, lifetime time.Duration) *flaskApp {
	return &flaskApp{
		services: s, lifetime: lifetime,
		signer: itsdangerous.New(s.Key("flask secret_key"), itsdangerous.Salt, s.Now),
		// As the example has them, which everybody may read; lesson session hashes its own.
		users: map[string]string{"user1": "pass123", "admin": "adminpass"},
	}
}

func (a *flaskApp) Routes(mux Mux) {
	mux.HandleFunc("GET /flask/{$}", a.index)
	mux.HandleFunc("GET /flask/login", a.form)
	mux.HandleFunc("POST /flask/login", a.login)
	mux.HandleFunc("GET /flask/logout", a.logout)
	mux.HandleFunc("GET /flask/profile", a.profile)
}

func (a *flaskApp) Memory() []trace.Entry {
	all := []trace.Entry{{Kind: trace.MemoryResource, Name: "secret_key", Value: "…", Bytes: 32}}
	for _, user := range []string{"admin", "user1"} {
		all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "USERS[" + user + "]", Value: "…", Bytes: len(user) + len(a.users[user])})
	}
	return all
}

// flaskCookie is the name that Flask gives its cookie, and flaskPath the path of
// an application that is mounted there (APPLICATION_ROOT).
const (
	flaskCookie = "session"
	flaskPath   = "/flask"
)

// flaskView is what the pages show of a request's cookie.
type flaskView struct {
	User   string
	Cookie string
	Read   itsdangerous.Value
	JSON   string
	Why    error // why the server does not take it
	Host   string
	Bytes  int // of the cookie's name and value
	Line   int // of the field line that bears them
}

// open reads the session as Flask does: what is not signed, or too old, is an empty
// one, without an error.
func (a *flaskApp) open(r *http.Request) (v flaskView) {
	c, err := r.Cookie(flaskCookie)
	if err != nil {
		return v
	}
	var session flaskSession
	v.Cookie, v.Host, v.Bytes = c.Value, r.Host, len(c.Name)+len(c.Value)
	v.Line = len("Cookie: "+c.Name+"="+c.Value) + len("\r\n")
	v.Read, v.Why = a.signer.Loads(c.Value, a.lifetime, &session)
	v.JSON = trace.EscapeBytes(v.Read.JSON, -1)
	if v.Why == nil {
		v.User = session["user_id"]
	}
	return v
}

func (a *flaskApp) save(w http.ResponseWriter, s flaskSession) error {
	c := http.Cookie{Name: flaskCookie, Path: flaskPath, HttpOnly: true} // Flask's defaults: neither Secure nor SameSite
	if len(s) == 0 {
		c.MaxAge, c.Expires = -1, time.Unix(0, 0)
	} else {
		var err error
		if c.Value, err = a.signer.Dumps(s); err != nil {
			return err
		}
	}
	http.SetCookie(w, &c)
	return nil
}

func (a *flaskApp) show(w http.ResponseWriter, r *http.Request, name string, v flaskView) {
	w.Header().Set("Vary", "Cookie")
	w.Header().Set("Cache-Control", "no-store")
	a.services.Page(w, r, http.StatusOK, "flask/"+name, v)
}

func (a *flaskApp) index(w http.ResponseWriter, r *http.Request) { a.show(w, r, "index", a.open(r)) }

func (a *flaskApp) form(w http.ResponseWriter, r *http.Request) { a.show(w, r, "login", a.open(r)) }

func (a *flaskApp) login(w http.ResponseWriter, r *http.Request) {
	if !a.services.form(w, r) {
		return
	}
	user := r.PostForm.Get("username")
	known := subtle.ConstantTimeCompare([]byte(a.users[user]), []byte(r.PostForm.Get("password"))) == 1
	if a.users[user] == "" || !known {
		a.services.Fail(w, r, http.StatusForbidden, trace.Text{
			En: "Login failed: wrong user name or password.", Ko: "로그인 실패: 잘못된 사용자 이름 또는 비밀번호입니다.",
		})
		return
	}
	if err := a.save(w, flaskSession{"user_id": user}); err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, Link(r, "/flask/"), http.StatusFound)
}

// logout asks the browser to forget. There is nothing here that it could end. As
// in the example it is a GET, so that any site's link logs one out.
func (a *flaskApp) logout(w http.ResponseWriter, r *http.Request) {
	if v := a.open(r); v.User != "" {
		if err := a.save(w, nil); err != nil {
			http.Error(w, "500 internal server error", http.StatusInternalServerError)
			return
		}
	}
	http.Redirect(w, r, Link(r, "/flask/"), http.StatusFound)
}

func (a *flaskApp) profile(w http.ResponseWriter, r *http.Request) {
	v := a.open(r)
	if v.User == "" {
		http.Redirect(w, r, Link(r, "/flask/login"), http.StatusFound)
		return
	}
	a.show(w, r, "profile", v)
}
