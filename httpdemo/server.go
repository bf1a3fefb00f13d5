package httpdemo

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"

	"statelab/capture/trace"
)

//go:embed pages
var pages embed.FS

// Limits bound what one client, and all clients together, can make the server
// hold. Zero takes the default.
type Limits struct {
	Header      int           // bytes of request line and header section; 16 KiB
	Body        int64         // bytes of request body; 1 MiB
	ReadTimeout time.Duration // for the header section, and again for the whole request; 5 s and 30 s
	Idle        time.Duration // between two requests on one connection; 60 s
	Connections int           // open at one time; 1000
}

// Defaults of Limits.
const (
	DefaultHeader      = 16 << 10
	DefaultBody        = 1 << 20
	DefaultReadTimeout = 5 * time.Second
	DefaultIdle        = 60 * time.Second
	DefaultConnections = 1000
)

func (l Limits) withDefaults() Limits {
	if l.Header == 0 {
		l.Header = DefaultHeader
	}
	if l.Body == 0 {
		l.Body = DefaultBody
	}
	if l.ReadTimeout == 0 {
		l.ReadTimeout = DefaultReadTimeout
	}
	if l.Idle == 0 {
		l.Idle = DefaultIdle
	}
	if l.Connections == 0 {
		l.Connections = DefaultConnections
	}
	return l
}

// Plain is an HTTP/1.1 server with a page and a JSON resource that remembers
// nothing of a conversation: look for a field that could.
type Plain struct {
	page   []byte
	policy string // the page's Content-Security-Policy
	json   []byte
	now    func() time.Time
}

// NewPlain makes the plain server. now is where its Date header comes from
// (RFC 9110 §6.6.1).
func NewPlain(now func() time.Time) (*Plain, error) {
	page, err := pages.ReadFile("pages/plain.html")
	if err != nil {
		return nil, err
	}
	json, err := pages.ReadFile("pages/resource.json")
	if err != nil {
		return nil, err
	}
	_, style, _ := strings.Cut(string(page), "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'"
	return &Plain{page: page, policy: policy, json: json, now: now}, nil
}

// ServeHTTP answers GET and HEAD of / and of /api/public, and 404 or 405
// otherwise (RFC 9110 §9.3.1, §15.5.5, §15.5.6).
func (p *Plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Date", p.now().UTC().Format(http.TimeFormat))
	h.Set("X-Content-Type-Options", "nosniff")
	var body []byte
	switch r.URL.Path {
	case "/":
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", p.policy)
		body = p.page
	case "/api/public":
		h.Set("Content-Type", "application/json")
		body = p.json
	default:
		http.Error(w, "404 not found", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client may have gone: nothing is left to tell it
	}
}

// Memory lists what the server holds: its two resources, and of conversations
// nothing, since there is no variable that one could be in.
func (p *Plain) Memory() []trace.Entry {
	return []trace.Entry{{Kind: trace.MemoryResource, Name: "/", Value: "text/html", Bytes: len(p.page)}, p.public()}
}

func (p *Plain) public() trace.Entry {
	return trace.Entry{Kind: trace.MemoryResource, Name: "/api/public", Value: "application/json", Bytes: len(p.json)}
}

// NewServer wraps a handler in an http.Server that keeps the limits. Serve it
// on a listener that Limit made. Errors of single connections go to logger,
// which may be nil.
func NewServer(handler http.Handler, l Limits, logger *log.Logger) *http.Server {
	l = l.withDefaults()
	return &http.Server{
		Handler:           bounded(handler, l.Body),
		ReadHeaderTimeout: l.ReadTimeout,
		ReadTimeout:       6 * l.ReadTimeout,
		WriteTimeout:      7 * l.ReadTimeout, // longer: a request that took too long is told so
		IdleTimeout:       l.Idle,
		// net/http adds 4096 bytes of slack to the limit.
		MaxHeaderBytes: max(1, l.Header-4096),
		ErrorLog:       logger,
	}
}

// bounded lets a handler read a body up to the limit. Of a longer one whose client asks
// first whether it may come, nothing can be read: the client is told no instead of 100
// (RFC 9110 §10.1.1), by a handler that wants the body.
func bounded(next http.Handler, limit int64) http.Handler {
	reading := http.MaxBytesHandler(next, limit)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > limit && r.Header.Get("Expect") != "" {
			told := *r // net/http looks at the other's Body, and closes the connection
			told.Body = unwanted{limit}
			next.ServeHTTP(w, &told)
			return
		}
		if r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		reading.ServeHTTP(w, r)
	})
}

// unwanted is a body that its client is not asked for: it is longer than limit, in octets.
type unwanted struct{ limit int64 }

func (u unwanted) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: u.limit} }
func (u unwanted) Close() error             { return nil }
