package httpdemo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"sync"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// Mux is where an App puts its pages: an http.ServeMux, or what lists them.
type Mux interface {
	Handle(pattern string, h http.Handler)
	HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request))
}

// App is the server's side of a lesson: its pages and resources, and what it
// remembers.
type App interface {
	// Routes adds its pages, under /LESSON/, and what the lesson has at the root.
	Routes(mux Mux)
	// Memory lists all that it remembers at this moment, and may be called at any.
	Memory() []trace.Entry
}

// Services is what an App stands on. Time and randomness come from here alone,
// so that a lesson on a virtual network gives the same bytes for the same seed.
type Services struct {
	Now  func() time.Time
	Rand io.Reader
	// Secret is what all keys are derived from: servers that share it can stand in
	// for one another.
	Secret []byte
	// Store keeps sessions, and StoreName names it on the timeline; nil: each App has
	// one of its own, in this process's memory.
	Store     session.Store
	StoreName string
	// Watch is told of each access to it, in the goroutine that made it; nil: nobody
	// is.
	Watch func(trace.Access)
	// Lang is the language of pages whose address names none, "en" or "ko"; empty: as
	// each browser prefers.
	Lang string
	// Secure says that the server is reached over TLS.
	Secure bool
	// Attackable switches on what a lesson shows the danger of. It is for lessons
	// and for loopback, never the default.
	Attackable bool

	constant sync.Map // constantPage → *rendered
	shared   *glance  // Store, as the Apps have it; made with the first of them
}

// Key derives a key of 32 bytes for one purpose from the secret (HMAC-SHA256, RFC
// 2104).
func (s *Services) Key(purpose string) []byte {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// APIToken is the token that /api/data asks for.
func (s *Services) APIToken() string { return hex.EncodeToString(s.Key("api token")[:16]) }

// services are those of a lesson's server, with a secret of the network's
// randomness.
func (e *Env) services() (*Services, error) {
	s := &Services{Now: e.Now, Rand: e.Rand, Secret: make([]byte, 32), Watch: e.accessed(Server)}
	_, err := io.ReadFull(e.Rand, s.Secret)
	return s, err
}

// locked lets several goroutines read one source of randomness.
type locked struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *locked) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
