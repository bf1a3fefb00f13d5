package httpdemo_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo"
	"statelab/httpdemo/session"
	"statelab/httpdemo/session/stores"
	"statelab/httpdemo/session/storetest"
)

const form = "application/x-www-form-urlencoded"

// siteOn serves the lessons that keep sessions for a browser on a store.
func siteOn(t *testing.T, store session.Store, name string, attackable bool) served {
	t.Helper()
	var lessons []httpdemo.Lesson
	for _, name := range []string{"session", "cart", "transfer"} {
		l, _ := httpdemo.Find(name)
		lessons = append(lessons, l)
	}
	return siteOf(t, store, name, attackable, lessons)
}

// siteOf serves lessons.
func siteOf(t *testing.T, store session.Store, name string, attackable bool, lessons []httpdemo.Lesson) served {
	t.Helper()
	s := &httpdemo.Services{
		Now: time.Now, Rand: rand.Reader, Secret: make([]byte, 32), Secure: true,
		Store: store, StoreName: name, Attackable: attackable,
	}
	site, err := httpdemo.NewSite(s, lessons...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(func() {
		server.Close()
		_ = site.Close()
	})
	return served{server, t, site}
}

// eachStore are the addresses of a store of each kind, which end with the test.
func eachStore() map[string]func(*testing.T) string {
	return map[string]func(*testing.T) string{
		"memory": func(*testing.T) string { return "memory:" },
		"sqlite": func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "s.db") },
		"redis":  func(t *testing.T) string { return storetest.StartRedis(t).URL() },
		"nats":   func(*testing.T) string { return "nats:" },
	}
}

// onStore serves those lessons on a store of that kind.
func onStore(t *testing.T, name string) served {
	t.Helper()
	store, err := stores.Open(t.Context(), eachStore()[name](t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return siteOn(t, store, name, false)
}

// login returns the cookie of a login.
func (s served) login() string {
	s.t.Helper()
	r, body := s.send(http.MethodPost, "/session/login", form, "username=jisoo&password=blue-whale-42")
	if r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
		s.t.Fatalf("login: %d %s", r.StatusCode, body)
	}
	return r.Cookies()[0].Name + "=" + r.Cookies()[0].Value
}

// want sends a request, and wants that status.
func (s served) want(status int, method, path, body string, fields ...string) *http.Response {
	s.t.Helper()
	kind := ""
	if method == http.MethodPost {
		kind = form
	}
	r, text := s.send(method, path, kind, body, fields...)
	if r.StatusCode != status {
		s.t.Errorf("%s %s: %d, want %d: %s", method, path, r.StatusCode, status, text)
	}
	return r
}

// TestOnEachStore: login, profile, cart, one's sessions ended everywhere, on every
// kind of store.
func TestOnEachStore(t *testing.T) {
	t.Parallel()
	for name := range eachStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onStore(t, name)
			laptop, phone := s.login(), s.login()
			s.want(200, "GET", "/session/profile", "", "Cookie", laptop)
			cart := s.want(303, "POST", "/cart/add", "item=A", "Cookie", laptop).Cookies()[0]
			s.want(303, "POST", "/cart/add", "item=B", "Cookie", cart.String())
			if _, got := s.send("GET", "/cart/", "", "", "Cookie", cart.String(), "Accept", "*/*"); strings.TrimSpace(got) != `{"cart":["A","B"]}` {
				t.Errorf("cart %s", got)
			}
			s.want(303, "POST", "/session/everywhere", "", "Cookie", laptop)
			for _, cookie := range []string{laptop, phone} {
				s.want(302, "GET", "/session/profile", "", "Cookie", cookie)
				s.want(401, "GET", "/session/profile", "", "Cookie", cookie, "Accept", "application/json")
			}
			if _, got := s.send("GET", "/cart/", "", "", "Cookie", cart.String(), "Accept", "*/*"); strings.TrimSpace(got) != `{"cart":["A","B"]}` {
				t.Errorf("the cart went with the login's session: %s", got)
			}
		})
	}
}

// TestRedisDown: while the store is down every page that needs it is 503 with
// Retry-After; when it is back, nothing has happened meanwhile, and nothing is lost.
func TestRedisDown(t *testing.T) {
	t.Parallel()
	server := storetest.StartRedis(t)
	store, err := stores.Open(t.Context(), server.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	s := siteOn(t, store, "redis", false)
	login := s.login()
	cart := s.want(303, "POST", "/cart/add", "item=A").Cookies()[0].String()

	server.Kill()
	for _, c := range []struct{ method, path, body, cookie string }{
		{"GET", "/session/profile", "", login},
		{"GET", "/session/", "", login},
		{"POST", "/session/login", "username=jisoo&password=blue-whale-42", ""},
		{"POST", "/session/logout", "", login},
		{"POST", "/session/everywhere", "", login},
		{"POST", "/session/end", "key=x", login},
		{"POST", "/cart/add", "item=B", cart},
		{"POST", "/cart/empty", "", cart},
	} {
		r := s.want(503, c.method, c.path, c.body, "Cookie", c.cookie)
		if r.Header.Get("Retry-After") == "" || len(r.Cookies()) > 0 {
			t.Errorf("%s %s: Retry-After %q, cookies %v", c.method, c.path, r.Header.Get("Retry-After"), r.Cookies())
		}
	}
	s.want(302, "GET", "/session/profile", "") // who has no session needs no store
	s.want(200, "GET", "/memory", "")

	server.Up(t)
	s.want(200, "GET", "/session/profile", "", "Cookie", login)
	if _, got := s.send("GET", "/cart/", "", "", "Cookie", cart, "Accept", "*/*"); strings.TrimSpace(got) != `{"cart":["A"]}` {
		t.Errorf("cart %s", got)
	}
	records, err := store.List(t.Context(), "jisoo")
	if err != nil || len(records) != 1 {
		t.Errorf("%d sessions of the user, %v: a login while the store was down has left one", len(records), err)
	}
}

// TestAnswersLost: a login, a change of a cart and a logout arrive at a real server,
// whose answers are lost. Each is told that it is not known, and each was done; but of
// the login, whose id nobody has, nothing is left when the server answers again.
func TestAnswersLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, unknown string }{{"en", "not known"}, {"ko", "알 수 없습니다"}} {
		redis := storetest.StartRedis(t)
		p := storetest.StartProxy(t, "unix", redis.Socket())
		store, err := stores.Open(t.Context(), "redis://"+p.Addr(), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		s := siteOn(t, store, "redis", false)
		count := func() int {
			all, err := store.List(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		lost := func(path, body, cookie string) {
			t.Helper()
			p.Lose("evalsha")
			r, said := s.send(http.MethodPost, path, form, body, "Cookie", cookie, "Accept-Language", c.language)
			p.Answer()
			if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" || len(r.Cookies()) > 0 || !strings.Contains(said, c.unknown) {
				t.Errorf("%s: %d, cookies %v: %s", path, r.StatusCode, r.Cookies(), said)
			}
		}
		cookie := s.login()
		r, _ := s.send(http.MethodPost, "/cart/add", form, "item=A", "Accept", "application/json")
		cart := r.Cookies()[0].Name + "=" + r.Cookies()[0].Value
		s.want(http.StatusSeeOther, http.MethodPost, "/session/logout", "", "Cookie", s.login()) // the server has seen each script

		lost("/cart/add", "item=B", cart)
		if _, body := s.send(http.MethodGet, "/cart/", "", "", "Cookie", cart, "Accept", "application/json"); !strings.Contains(body, `["A","B"]`) {
			t.Errorf("the cart is %s", body)
		}
		lost("/session/logout", "", cookie)
		if r, _ := s.send(http.MethodGet, "/session/profile", "", "", "Cookie", cookie, "Accept", "application/json"); r.StatusCode != http.StatusUnauthorized {
			t.Errorf("after the logout: %d", r.StatusCode)
		}
		before := count()
		lost("/session/login", "username=jisoo&password=blue-whale-42", "")
		if n := count(); n != before+1 {
			t.Errorf("%d records, and before the login %d", n, before)
		}
		s.login()
		if n := count(); n != before+1 {
			t.Errorf("%d records after two logins, of which one was answered; %d before", n, before)
		}
	}
}
