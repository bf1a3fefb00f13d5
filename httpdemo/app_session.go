package httpdemo

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// sessionApp knows its users by a record that it keeps. The client has the
// record's id, and nothing else.
type sessionApp struct {
	services *Services
	accounts *accounts
	store    session.Store
	doors    []*sessionDoor
	log      *sessionLog // of the doors whose id is in the URL; nil without them
}

// sessionDoor is the application under one path, with one way for the id to travel.
type sessionDoor struct {
	*sessionApp
	path     string
	sessions *session.Manager
	cookie   string // the name of the one that the id travels in; empty: in none
	// keepsID: a login leaves the id as it was, which makes session fixation
	// possible. Only a door that is for attacks does.
	keepsID bool
	inURL   bool
}

// The doors.
const (
	sessionPath      = "/session/"
	sessionHeader    = "/session/header/"
	sessionURL       = "/session/attackable/url/"   // the id is in the URL
	sessionFixation  = "/session/attackable/fixed/" // and stays the same at login
	sessionPartner   = "/session/attackable/partner"
	sessionLifetime  = 12 * time.Hour
	sessionIdle      = 30 * time.Minute
	sessionLogLength = 20
)

func newSession(s *Services) (App, error) { return newSessionApp(s) }

func newSessionApp(s *Services) (*sessionApp, error) {
	a := &sessionApp{services: s, accounts: newAccounts(s), store: s.part("session")}
	doors := []sessionDoor{{path: sessionPath}, {path: sessionHeader}}
	ways := []session.Transport{session.ByCookie, session.ByHeader}
	if s.Attackable {
		a.log = &sessionLog{}
		doors = append(doors, sessionDoor{path: sessionURL, inURL: true}, sessionDoor{path: sessionFixation, inURL: true, keepsID: true})
		ways = append(ways, session.ByURL, session.ByURL)
	}
	for i, d := range doors {
		c := session.Config{Transport: ways[i], Lifetime: sessionLifetime, IdleTimeout: sessionIdle, Cookie: s.cookie("session", sessionPath)}
		m, err := s.sessions(a.store, c)
		if err != nil {
			return nil, err
		}
		d.sessionApp, d.sessions = a, m
		if c.Transport == session.ByCookie {
			d.cookie = c.Cookie.Name
		}
		a.doors = append(a.doors, &d)
	}
	return a, nil
}

func (a *sessionApp) Routes(mux Mux) {
	for _, d := range a.doors {
		for pattern, h := range map[string]http.HandlerFunc{
			"GET {$}": d.index, "GET login": d.form, "POST login": d.login, "POST logout": d.logout,
			"GET profile": d.profile, "POST end": d.end, "POST everywhere": d.everywhere,
		} {
			method, name, _ := strings.Cut(pattern, " ")
			mux.Handle(method+" "+d.path+name, d.handler(h))
		}
	}
	if a.log != nil {
		(&sessionPartnerApp{a.services, a.log}).Routes(mux)
	}
}

// handler gives a page its session.
func (d *sessionDoor) handler(h http.HandlerFunc) http.Handler {
	next := d.sessions.Handler(h)
	if !d.inURL {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.log.request(d.services.Now(), r)
		w.Header().Set("Referrer-Policy", "unsafe-url") // what every browser did before 2020
		next.ServeHTTP(w, r)
	})
}

// Memory lists the accounts, and the sessions.
func (a *sessionApp) Memory() []trace.Entry {
	return append(a.accounts.Memory(), sessionRecords(a.store)...)
}

// cookie has the name and attributes that a lesson's cookie has: the best that its
// address allows.
func (s *Services) cookie(name, path string) http.Cookie {
	c := session.SafeCookie()
	c.Name = "__Host-" + name
	if !s.Secure {
		c.Name, c.Path, c.Secure = name, path, false
	}
	return c
}

// sessionLog is what a server's, or a proxy's, log holds, and what another site
// learns of where its visitors come from.
type sessionLog struct {
	mu    sync.Mutex
	lines []string
	// referers are the Referer fields that the partner's site was sent.
	referers []string
}

// request notes a request as logs do: its first line is what everybody logs.
func (l *sessionLog) request(at time.Time, r *http.Request) {
	line := at.UTC().Format(time.TimeOnly) + " " + r.Method + " " + r.URL.RequestURI()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = lastOf(append(l.lines, trace.Escape(line)))
}

func lastOf(lines []string) []string { return lines[max(0, len(lines)-sessionLogLength):] }

// seen returns the log, and what the partner's site was told.
func (l *sessionLog) seen() (lines, referers []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...), append([]string(nil), l.referers...)
}

// sessionPartnerApp is another site, to which a page has a link.
type sessionPartnerApp struct {
	services *Services
	log      *sessionLog
}

func (p *sessionPartnerApp) Routes(mux Mux) { mux.HandleFunc("GET "+sessionPartner, p.page) }

// Memory lists what it was told.
func (p *sessionPartnerApp) Memory() (all []trace.Entry) {
	_, referers := p.log.seen()
	for _, from := range referers {
		if from != "" {
			all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "Referer", Value: from, Bytes: len(from)})
		}
	}
	return all
}

func (p *sessionPartnerApp) page(w http.ResponseWriter, r *http.Request) {
	from := trace.Escape(r.Referer())
	p.log.mu.Lock()
	p.log.referers = lastOf(append(p.log.referers, from))
	p.log.mu.Unlock()
	p.services.Page(w, r, http.StatusOK, "session/partner", map[string]any{"From": from})
}
