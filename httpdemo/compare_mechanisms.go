package httpdemo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/seal"
	"statelab/httpdemo/session"
	"statelab/httpdemo/session/sqlite"
	"statelab/httpdemo/token"
)

// compareLife is how long a login lasts, with every mechanism but the access token.
const compareLife = time.Hour

// compareTokenLife is how long an access token lasts.
const compareTokenLife = 5 * time.Minute

// compareProfile is what every mechanism has to know of a user.
type compareProfile struct {
	User  string    `json:"user"`
	Name  string    `json:"name"`
	Email string    `json:"email"`
	Since time.Time `json:"since"`
}

// compareServer is a server of one mechanism: /login makes it know a user, /me
// answers to whom it knows, /logout ends that.
type compareServer struct {
	http.Handler
	lookups func() int64 // in a store or a list, so far
	stored  func() int   // bytes of content that it keeps for all users
	close   func() error
}

// compareMechanism is one way of knowing a user again.
type compareMechanism struct {
	key  string
	name trace.Text
	// bearer: the client keeps what /login answers, and sends it as a token.
	bearer bool
	// nobody: there is no login.
	nobody bool
	open   func(c *compareWorld) (*compareServer, error)
}

// compareWorld is what outlives a server's process: its secret, its files, the time.
type compareWorld struct {
	secret []byte
	folder string
	skip   atomic.Int64 // nanoseconds that have passed without waiting
}

func (c *compareWorld) now() time.Time { return time.Now().Add(time.Duration(c.skip.Load())) }

func (c *compareWorld) services() *Services {
	return &Services{Now: c.now, Rand: rand.Reader, Secret: c.secret}
}

// compareMechanisms are all, from the one that remembers nothing to those that
// remember most.
func compareMechanisms() []compareMechanism {
	return []compareMechanism{
		{key: "none", name: trace.Text{En: "nothing", Ko: "없음"}, nobody: true, open: compareNone},
		{key: "signed-cookie", name: trace.Text{En: "signed cookie", Ko: "서명한 쿠키"}, open: compareSealed(false)},
		{key: "encrypted-cookie", name: trace.Text{En: "encrypted cookie", Ko: "암호화한 쿠키"}, open: compareSealed(true)},
		{key: "token", name: trace.Text{En: "access token", Ko: "액세스 토큰"}, bearer: true, open: compareToken(false)},
		{key: "token-denylist", name: trace.Text{En: "token + denylist", Ko: "토큰 + 차단 목록"}, bearer: true, open: compareToken(true)},
		{key: "session-memory", name: trace.Text{En: "session, memory", Ko: "세션(메모리)"}, open: compareSession(compareInMemory)},
		{key: "session-sqlite", name: trace.Text{En: "session, SQLite", Ko: "세션(SQLite)"}, open: compareSession(compareInSQLite)},
	}
}

func compareNobody() int64 { return 0 }

// compareMe answers with a profile.
func compareMe(w http.ResponseWriter, p compareProfile) {
	b, err := json.Marshal(map[string]string{"user": p.User, "name": p.Name, "email": p.Email})
	if err != nil {
		http.Error(w, "500", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the client may have gone: nothing is left to tell it
}

func compareNone(*compareWorld) (*compareServer, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, _ *http.Request) {
		compareMe(w, compareProfile{User: "whoever", Name: "Whoever asks", Email: "nobody@example.com"})
	})
	return &compareServer{Handler: mux, lookups: compareNobody, stored: func() int { return 0 }, close: func() error { return nil }}, nil
}

// compareUser is the user of a login.
func compareUser(r *http.Request, now time.Time) compareProfile {
	user := r.URL.Query().Get("user")
	return compareProfile{User: user, Name: "Jisoo Kim " + user, Email: user + "@example.com", Since: now.UTC().Truncate(time.Second)}
}

// compareSealed keeps the profile in a cookie that the client holds.
func compareSealed(encrypted bool) func(*compareWorld) (*compareServer, error) {
	return func(c *compareWorld) (*compareServer, error) {
		s := c.services()
		box, err := seal.NewBox([][]byte{s.Key("compare")}, s.Now, s.Rand)
		if err != nil {
			return nil, err
		}
		put, get := box.Sign, box.Verify
		if encrypted {
			put, get = box.Encrypt, box.Decrypt
		}
		mux := http.NewServeMux()
		mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
			b, err := json.Marshal(compareUser(r, s.Now()))
			value := ""
			if err == nil {
				value, err = put("profile", b, s.Now().Add(compareLife))
			}
			if err != nil {
				http.Error(w, "500", http.StatusInternalServerError)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: "profile", Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		})
		mux.HandleFunc("POST /logout", func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "profile", Path: "/", MaxAge: -1})
		})
		mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
			var p compareProfile
			cookie, err := r.Cookie("profile")
			if err == nil {
				var b []byte
				if b, err = get("profile", cookie.Value); err == nil {
					err = json.Unmarshal(b, &p)
				}
			}
			if err != nil {
				http.Error(w, "401", http.StatusUnauthorized)
				return
			}
			compareMe(w, p)
		})
		return &compareServer{Handler: mux, lookups: compareNobody, stored: func() int { return 0 }, close: func() error { return nil }}, nil
	}
}

// compareToken lets the client hold a token with the user in it.
func compareToken(denying bool) func(*compareWorld) (*compareServer, error) {
	return func(c *compareWorld) (*compareServer, error) {
		s := c.services()
		key, err := token.HMACKey("compare", s.Key("compare token"))
		if err != nil {
			return nil, err
		}
		issuer := &token.Issuer{Name: "statelab", Audience: "compare", Key: key, TTL: compareTokenLife, Now: s.Now}
		verifier := &token.Verifier{Name: "statelab", Audience: "compare", Keys: []token.Key{key}, Now: s.Now}
		denied := &token.Denylist{Now: s.Now}
		var lookups atomic.Int64
		if denying {
			verifier.Denied = func(id string) bool {
				lookups.Add(1)
				return denied.Denied(id)
			}
		}
		mux := http.NewServeMux()
		mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
			text, _, err := issuer.Issue(r.URL.Query().Get("user"), "compare", "profile")
			if err != nil {
				http.Error(w, "500", http.StatusInternalServerError)
				return
			}
			_, _ = w.Write([]byte(text)) // the client may have gone: nothing is left to tell it
		})
		bearer := func(r *http.Request) (token.Claims, error) {
			return verifier.Verify(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		}
		mux.HandleFunc("POST /logout", func(_ http.ResponseWriter, r *http.Request) {
			if claims, err := bearer(r); err == nil && denying {
				_ = denied.Deny(claims) // a list that is full denies nothing more
			}
		})
		mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
			claims, err := bearer(r)
			if err != nil {
				w.Header()["WWW-Authenticate"] = []string{`Bearer realm="compare"`}
				http.Error(w, "401", http.StatusUnauthorized)
				return
			}
			compareMe(w, compareProfile{User: claims.Subject, Name: "Jisoo Kim " + claims.Subject, Email: claims.Subject + "@example.com"})
		})
		return &compareServer{
			Handler: mux, lookups: lookups.Load, close: func() error { return nil },
			stored: func() int { _, bytes := denied.Usage(); return bytes },
		}, nil
	}
}

func compareInMemory(c *compareWorld) (session.Store, error) {
	return session.NewMemory(session.MemoryOptions{Now: c.now}), nil
}

func compareInSQLite(c *compareWorld) (session.Store, error) {
	return sqlite.Open(context.Background(), filepath.Join(c.folder, "sessions.db"), c.now)
}

// compareSession keeps the profile in a session of the server's.
func compareSession(open func(*compareWorld) (session.Store, error)) func(*compareWorld) (*compareServer, error) {
	return func(c *compareWorld) (*compareServer, error) {
		store, err := open(c)
		if err != nil {
			return nil, err
		}
		var lookups atomic.Int64
		manager, err := session.NewManager(session.Config{
			Store: store, Now: c.now, Lifetime: compareLife, IdleTimeout: compareLife,
			Cookie: http.Cookie{Name: "sid", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode},
			Watch: func(op session.Op) {
				if op.Verb == "find" {
					lookups.Add(1)
				}
			},
		})
		if err != nil {
			return nil, errors.Join(err, store.Close())
		}
		mux := http.NewServeMux()
		mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
			s, p := session.From(r.Context()), compareUser(r, c.now())
			if errors.Join(s.Login(p.User), s.Put("profile", p)) != nil {
				http.Error(w, "500", http.StatusInternalServerError)
			}
		})
		mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
			if session.From(r.Context()).Destroy() != nil {
				http.Error(w, "500", http.StatusInternalServerError)
			}
		})
		mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
			var p compareProfile
			if found, err := session.From(r.Context()).Get("profile", &p); err != nil || !found {
				http.Error(w, "401", http.StatusUnauthorized)
				return
			}
			compareMe(w, p)
		})
		return &compareServer{
			Handler: manager.Handler(mux), lookups: lookups.Load, close: store.Close,
			stored: func() (n int) {
				all, err := store.List(context.Background(), "")
				if err != nil {
					return -1
				}
				for _, r := range all {
					n += r.Size()
				}
				return n
			},
		}, nil
	}
}
