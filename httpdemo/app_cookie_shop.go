package httpdemo

import (
	"cmp"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/seal"
)

// attackablePath is where the pages are that lack a protection on purpose. They
// exist only where Services.Attackable says so.
const attackablePath = "/cookie/attackable/"

// cookieShop has accounts, whose login is a signed cookie with the attributes
// that its user chooses, and a guest book.
type cookieShop struct {
	services *Services
	box      *seal.Box
	evil     *cookieEvil // nil where nothing can be attacked

	mu       sync.Mutex
	points   map[string]int
	comments []string
}

func newCookieShop(s *Services, box *seal.Box) *cookieShop {
	shop := &cookieShop{services: s, box: box, points: map[string]int{"user1": 1000, "mallory": 0}}
	if s.Attackable {
		shop.evil = &cookieEvil{services: s}
	}
	return shop
}

func (s *cookieShop) routes(mux Mux) {
	mux.HandleFunc("POST /cookie/login", s.login)
	mux.HandleFunc("GET /cookie/account", func(w http.ResponseWriter, r *http.Request) { s.account(w, r, cookieLogin) })
	mux.HandleFunc("GET /cookie/host-account", func(w http.ResponseWriter, r *http.Request) { s.account(w, r, cookieHostLogin) })
	mux.HandleFunc("POST /cookie/gift", s.gift)
	mux.HandleFunc("GET /cookie/guestbook", func(w http.ResponseWriter, r *http.Request) { s.guestbook(w, r, false) })
	mux.HandleFunc("POST /cookie/guestbook", s.comment)
	if s.services.Attackable {
		// Without the Site's protection against other sites' forms: see unprotected.
		mux.HandleFunc("POST "+attackablePath+"gift", s.gift)
		// Without the escaping and the policy that keep a comment's script from running.
		mux.HandleFunc("GET "+attackablePath+"guestbook", func(w http.ResponseWriter, r *http.Request) { s.guestbook(attackablePage{w}, r, true) })
		mux.HandleFunc("GET "+attackablePath+"neighbour", s.neighbour)
		s.evil.Routes(mux)
	}
}

func (s *cookieShop) memory() (all []trace.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, user := range slices.Sorted(maps.Keys(s.points)) {
		all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "points of " + user, Value: strconv.Itoa(s.points[user]), Bytes: len(user) + 8})
	}
	for _, c := range s.comments {
		all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "comment", Value: c, Bytes: len(c)})
	}
	if s.evil != nil {
		all = append(all, s.evil.Memory()...)
	}
	return all
}

// The login's cookie, by either name.
const (
	cookieLogin     = "login"
	cookieHostLogin = "__Host-login"
)

var cookieSites = map[string]http.SameSite{
	"": 0, "lax": http.SameSiteLaxMode, "strict": http.SameSiteStrictMode, "none": http.SameSiteNoneMode,
}

// login makes whoever asks the user that they name: without a password, since only
// the cookie's attributes are the subject here.
func (s *cookieShop) login(w http.ResponseWriter, r *http.Request) {
	if !s.services.form(w, r) {
		return
	}
	f := r.PostForm
	site, known := cookieSites[f.Get("samesite")]
	age, lifetime, ok := maxAge(f.Get("max-age"))
	path := cmp.Or(f.Get("path"), "/cookie")
	if !known || !s.has(f.Get("user")) || !ok || path[0] != '/' || refuseTarget(http.MethodGet, []byte(path)) != nil || strings.ContainsAny(path, ";?") {
		s.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{
			En: "user is user1 or mallory, samesite is lax, strict, none or empty, max-age is 0 to 86400 seconds or empty, path is the path of a URL or empty.",
			Ko: "user는 user1이나 mallory, samesite는 lax, strict, none 중 하나이거나 비워 두고, max-age는 0부터 86400까지의 초이거나 비워 두고, path는 URL의 경로이거나 비워 둡니다.",
		})
		return
	}
	c := http.Cookie{
		Name: cookieLogin, Path: path, MaxAge: age,
		HttpOnly: f.Has("httponly"), Secure: f.Has("secure"), SameSite: site,
	}
	if f.Has("host") {
		c.Name, c.Path, c.Secure = cookieHostLogin, "/", true
	}
	var err error
	c.Value, err = s.box.Sign(c.Name, []byte(f.Get("user")), s.services.Now().Add(lifetime))
	if err == nil {
		err = c.Valid()
	}
	if err != nil {
		s.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{
			En: "No cookie can be made of that: " + trace.Escape(err.Error()) + ".", Ko: "그것으로는 쿠키를 만들 수 없습니다: " + trace.Escape(err.Error()) + ".",
		})
		return
	}
	http.SetCookie(w, &c)
	s.services.changed(w, r, "/cookie/")
}

// maxAge reads a form's Max-Age in seconds, as net/http wants it: none where it is
// empty, and below 0 where the cookie is to expire at once, as a browser takes
// Max-Age=0 (RFC 6265 §5.2.2). lifetime is how long the value is good: a copy of it
// is no good for longer.
func maxAge(text string) (age int, lifetime time.Duration, ok bool) {
	if text == "" {
		return 0, cookieLifetime, true
	}
	age, err := strconv.Atoi(text)
	if err != nil || age < 0 || age > 86400 {
		return 0, 0, false
	}
	if age == 0 {
		return -1, 0, true
	}
	return age, time.Duration(age) * time.Second, true
}

func (s *cookieShop) has(user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.points[user]
	return ok
}

// who is the user whose login a request brings; empty if it brings none.
func (s *cookieShop) who(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	user, err := s.box.Verify(name, c.Value)
	if err != nil {
		return ""
	}
	return string(user)
}

var notLoggedIn = trace.Text{
	En: "Nobody is logged in: the request brought no login's cookie, or one that is not good any more.",
	Ko: "로그인한 상태가 아닙니다. 요청에 로그인 쿠키가 없거나 더는 유효하지 않습니다.",
}

func (s *cookieShop) account(w http.ResponseWriter, r *http.Request, name string) {
	notStored(w)
	user := s.who(r, name)
	if user == "" {
		s.services.stranger(w, r, "Session", "cookie", notLoggedIn)
		return
	}
	s.mu.Lock()
	points := s.points[user]
	s.mu.Unlock()
	s.services.JSON(w, http.StatusOK, map[string]any{"user": user, "points": points})
}

// gift gives points of whoever is logged in to somebody else.
func (s *cookieShop) gift(w http.ResponseWriter, r *http.Request) {
	notStored(w)
	if !s.services.form(w, r) {
		return
	}
	user, to := s.who(r, cookieLogin), r.PostForm.Get("to")
	n, whole := wholeNumber(r.PostForm.Get("points"))
	points := int(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.points[to]
	switch {
	case user == "":
		s.services.stranger(w, r, "Session", "cookie", notLoggedIn)
	case !whole || !known || points < 1 || points > s.points[user]:
		s.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{En: "No such gift can be made.", Ko: "그런 선물은 할 수 없습니다."})
	default:
		s.points[user] -= points
		s.points[to] += points
		s.services.JSON(w, http.StatusOK, map[string]any{"from": user, "to": to, "points": points})
	}
}

// Limits of the guest book: comments, and bytes of each.
const (
	maxComments = 8
	maxComment  = 300
)

// comment adds one to the guest book, as it came; the oldest goes when it is full.
func (s *cookieShop) comment(w http.ResponseWriter, r *http.Request) {
	if !s.services.form(w, r) {
		return
	}
	c := strings.ToValidUTF8(r.PostForm.Get("comment"), "\ufffd")
	if c == "" || len(c) > maxComment {
		s.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{
			En: "A comment has 1 to 300 bytes.", Ko: "댓글은 1바이트부터 300바이트까지입니다.",
		})
		return
	}
	s.mu.Lock()
	s.comments = append(s.comments, c)
	s.comments = s.comments[max(0, len(s.comments)-maxComments):]
	s.mu.Unlock()
	s.services.changed(w, r, "/cookie/")
}

// guestbook shows the comments: escaped, as html/template does by itself, or raw.
func (s *cookieShop) guestbook(w http.ResponseWriter, r *http.Request, raw bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var comments []any
	for _, c := range s.comments {
		if raw {
			comments = append(comments, template.HTML(c)) // the flaw: markup of a stranger
		} else {
			comments = append(comments, c)
		}
	}
	s.services.Page(w, r, http.StatusOK, "cookie/guestbook", map[string]any{"Comments": comments, "Attackable": raw})
}

// neighbour is another application on the same host, as a shared server has them:
// it tells which cookies came to it.
func (s *cookieShop) neighbour(w http.ResponseWriter, r *http.Request) {
	notStored(w)
	s.services.JSON(w, http.StatusOK, map[string]string{"application": "neighbour", "was_sent": trace.Escape(r.Header.Get("Cookie"))})
}

// attackablePage takes away the policy that keeps a page's inline scripts from
// running, and its forms and pictures to this origin.
type attackablePage struct{ http.ResponseWriter }

func (w attackablePage) WriteHeader(status int) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'unsafe-inline'; img-src *; form-action *")
	w.ResponseWriter.WriteHeader(status)
}
