package httpdemo

import (
	"net"
	"net/http"
	"strings"
	"sync"

	"statelab/capture/trace"
)

// cookieEvil is the attacker's site. It attacks the lesson's own server and no
// other, and exists only where Services.Attackable says so.
type cookieEvil struct {
	services *Services
	// shop is the origin that it attacks. Empty: the same server under the other
	// of its names, localhost and 127.0.0.1, which are two sites for a browser.
	shop string

	mu    sync.Mutex
	taken []string
}

// maxTaken is how much the attacker's site keeps of what it was sent: entries, and
// bytes of each.
const maxTaken, maxTakenBytes = 16, 600

func (e *cookieEvil) Routes(mux Mux) {
	mux.HandleFunc("GET /evil/{$}", e.page)
	mux.HandleFunc("GET /evil/take", e.take)
	mux.HandleFunc("GET /evil/plant", e.plant)
}

// Memory lists what was stolen.
func (e *cookieEvil) Memory() (all []trace.Entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, v := range e.taken {
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "taken", Value: v, Bytes: len(v)})
	}
	return all
}

func (e *cookieEvil) target(r *http.Request) string {
	if e.shop != "" {
		return e.shop
	}
	other := "localhost"
	name, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		name, port = r.Host, "80"
	}
	if name == other {
		other = "127.0.0.1"
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(other, port)
}

// page has a form for the shop, which sends itself.
func (e *cookieEvil) page(w http.ResponseWriter, r *http.Request) {
	e.services.Page(attackablePage{w}, r, http.StatusOK, "cookie/evil", map[string]any{"Action": e.target(r) + attackablePath + "gift"})
}

// take keeps what a script of another site's page sends.
func (e *cookieEvil) take(w http.ResponseWriter, r *http.Request) {
	c := r.URL.Query().Get("c")
	c = strings.ToValidUTF8(c[:min(len(c), maxTakenBytes)], "\ufffd")
	e.mu.Lock()
	if len(e.taken) < maxTaken {
		e.taken = append(e.taken, c)
	}
	e.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// last is what was taken last.
func (e *cookieEvil) last() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.taken) == 0 {
		return ""
	}
	return e.taken[len(e.taken)-1]
}

// plant sets a cookie for the domain above, which a host below it may do (RFC 6265
// §8.6).
func (e *cookieEvil) plant(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c := http.Cookie{Name: q.Get("name"), Value: q.Get("value"), Domain: q.Get("domain"), Path: q.Get("path"), Secure: true}
	if err := c.Valid(); err != nil {
		e.services.Fail(w, r, http.StatusUnprocessableEntity, trace.Text{En: "That is no cookie.", Ko: "쿠키가 아닙니다."})
		return
	}
	http.SetCookie(w, &c)
	w.WriteHeader(http.StatusNoContent)
}
