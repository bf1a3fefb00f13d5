package httpdemo

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
	"statelab/httpdemo/token"
)

// theftApp logs its users in by a session and by a token at once, so that one can
// see what each is worth in foreign hands.
type theftApp struct {
	services *Services
	store    session.Store
	safe     *session.Manager
	// open is safe without the cookie's protection, where that can be attacked.
	open     *session.Manager
	issuer   *token.Issuer
	verifier *token.Verifier

	mu sync.Mutex
	// adopted are the users by session id of a login that keeps whatever id a
	// client brings, where that can be attacked.
	adopted map[string]string
}

// theftTTL is how long the token is good.
const theftTTL = 30 * time.Second

// theftAttackable is where the pages are that lack a protection on purpose.
const theftAttackable = "/theft/attackable/"

func newTheft(s *Services) (App, error) {
	key, err := token.HMACKey("theft", s.Key("theft token"))
	if err != nil {
		return nil, err
	}
	a := &theftApp{
		services: s, store: s.part("theft"), adopted: map[string]string{},
		issuer:   &token.Issuer{Name: "statelab", Audience: "theft", Key: key, TTL: theftTTL, Now: s.Now, Rand: s.Rand},
		verifier: &token.Verifier{Name: "statelab", Audience: "theft", Keys: []token.Key{key}, Now: s.Now},
	}
	cookie := session.SafeCookie()
	cookie.Name = "__Host-theft" // of its own: another lesson's login is not this one's
	if a.safe, err = s.sessions(a.store, session.Config{Cookie: cookie}); err != nil {
		return nil, err
	}
	a.open, err = s.sessions(a.store, session.Config{
		Cookie: http.Cookie{Name: "session", Path: "/theft"}, // neither Secure nor HttpOnly nor SameSite
	})
	return a, err
}

func (a *theftApp) Routes(mux Mux) {
	with := func(m *session.Manager, h http.HandlerFunc) http.Handler { return m.Handler(h) }
	mux.Handle("GET /theft/{$}", with(a.safe, a.index))
	mux.Handle("POST /theft/login", with(a.safe, a.login))
	mux.Handle("POST /theft/logout", with(a.safe, a.logout))
	mux.Handle("GET /theft/account", with(a.safe, a.account))
	mux.HandleFunc("GET /theft/api", a.api)
	if a.services.Attackable {
		mux.Handle("POST "+theftAttackable+"login", with(a.open, a.login))
		mux.Handle("POST "+theftAttackable+"logout", with(a.open, a.logout))
		mux.Handle("GET "+theftAttackable+"account", with(a.open, a.account))
		mux.Handle("POST "+theftAttackable+"visit", with(a.open, a.visit))
		mux.HandleFunc("POST "+theftAttackable+"fixed", a.adopt)
		mux.HandleFunc("GET "+theftAttackable+"fixed", a.adoptedAccount)
	}
}

// Memory lists the sessions, and of the tokens the key: nothing else is kept of
// them.
func (a *theftApp) Memory() []trace.Entry {
	all := []trace.Entry{{Kind: trace.MemoryResource, Name: "token key", Value: "…", Bytes: 32}}
	all = append(all, sessionRecords(a.store)...)
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, user := range a.adopted {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "adopted session", Value: user, Bytes: len(id) + len(user)})
	}
	return all
}

func (a *theftApp) index(w http.ResponseWriter, r *http.Request) {
	notStored(w)
	a.services.Page(w, r, http.StatusOK, "theft/index", map[string]any{
		"User": session.From(r.Context()).User(), "Host": r.Host, "TLS": r.TLS != nil, "Attackable": a.services.Attackable,
	})
}

// login logs user1 in, without a password, since only what comes after is the
// subject here.
func (a *theftApp) login(w http.ResponseWriter, r *http.Request) {
	if !a.services.form(w, r) {
		return
	}
	if err := session.From(r.Context()).Login("user1"); err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	access, _, err := a.issuer.Issue("user1", "browser", "")
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, Link(r, "/theft/"), http.StatusSeeOther)
		return
	}
	a.services.JSON(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(theftTTL / time.Second)})
}

// visit begins a session that is nobody's yet, as a shop's cart does.
func (a *theftApp) visit(w http.ResponseWriter, r *http.Request) {
	if !a.services.contentless(w, r) {
		return
	}
	if err := session.From(r.Context()).Put("seen", true); err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	a.services.changed(w, r, "/theft/")
}

func (a *theftApp) logout(w http.ResponseWriter, r *http.Request) {
	if !a.services.contentless(w, r) {
		return
	}
	if err := session.From(r.Context()).Destroy(); err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	a.services.changed(w, r, "/theft/")
}

func (a *theftApp) account(w http.ResponseWriter, r *http.Request) {
	a.greet(w, r, session.From(r.Context()).User(), "session")
}

// greet answers whoever is logged in, and nobody else.
func (a *theftApp) greet(w http.ResponseWriter, r *http.Request, user, by string) {
	notStored(w)
	if user == "" {
		a.services.stranger(w, r, "Session", "theft", notLoggedIn)
		return
	}
	a.services.JSON(w, http.StatusOK, map[string]string{"user": user, "known_by": by})
}

// api answers who bears a token (RFC 6750).
func (a *theftApp) api(w http.ResponseWriter, r *http.Request) {
	access, challenge := bearer(r)
	if challenge == "" {
		c, err := a.verifier.Verify(access)
		if err == nil {
			a.greet(w, r, c.Subject, "token")
			return
		}
		challenge = `, error="invalid_token", error_description="` + bearerText(err.Error()) + `"`
	}
	challengeBearer(w, challenge)
	a.services.Fail(w, r, http.StatusUnauthorized, trace.Text{En: "The token is missing, wrong or expired.", Ko: "토큰이 없거나, 틀리거나, 만료되었습니다."})
}

// theftAdopted is the cookie of the login that adopts ids.
const theftAdopted = "sid"

// adopt logs in under whatever session id the address brings: the flaw that
// session.Manager has not. An id comes from the server, and a new one at login.
func (a *theftApp) adopt(w http.ResponseWriter, r *http.Request) {
	if !a.services.contentless(w, r) {
		return
	}
	id := r.URL.Query().Get(theftAdopted)
	if len(id) < 1 || len(id) > 64 {
		a.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{En: "The address is to bring a sid of 1 to 64 bytes.", Ko: "주소에 1바이트부터 64바이트까지의 sid가 있어야 합니다."})
		return
	}
	a.mu.Lock()
	clear(a.adopted) // one is enough
	a.adopted[id] = "user1"
	a.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: theftAdopted, Value: id, Path: theftAttackable, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	a.services.changed(w, r, "/theft/")
}

func (a *theftApp) adoptedAccount(w http.ResponseWriter, r *http.Request) {
	id := ""
	if c, err := r.Cookie(theftAdopted); err == nil {
		id = c.Value
	}
	a.mu.Lock()
	user := a.adopted[id]
	a.mu.Unlock()
	a.greet(w, r, user, "adopted session")
}
