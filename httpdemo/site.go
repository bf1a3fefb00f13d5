package httpdemo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"statelab/capture/trace"
)

//go:embed assets
var assets embed.FS

// Site is an HTTP server's content: the Apps of several lessons together, a page
// that leads through them, and one that shows what the server remembers.
type Site struct {
	services *Services
	lessons  []Lesson // all, in the order of a course
	apps     []App    // one for each lesson; nil where it has none
	view     memoryView
	handler  http.Handler
	streams  chan struct{} // a place for each live view of the memory
	dated    atomic.Pointer[dated]
}

// maxStreams is how many views of the memory may be live at one time.
const maxStreams = 16

// NewSite makes a site of the Apps of the given lessons.
func NewSite(s *Services, lessons ...Lesson) (*Site, error) {
	site := &Site{services: s, streams: make(chan struct{}, maxStreams)}
	mux := http.NewServeMux()
	for _, l := range lessons {
		var app App
		if l.App != nil {
			var err error
			if app, err = l.App(s); err != nil {
				return nil, fmt.Errorf("lesson %s: %w", l.Name, err)
			}
			app.Routes(mux)
		}
		site.apps, site.lessons = append(site.apps, app), append(site.lessons, l)
	}
	mux.HandleFunc("GET /{$}", site.index)
	mux.HandleFunc("GET /memory", site.memory)
	mux.HandleFunc("GET /memory.json", site.memoryJSON)
	mux.HandleFunc("GET /memory/events", site.memoryEvents)
	mux.HandleFunc("GET /assets/{name}", site.asset)
	protection := http.NewCrossOriginProtection()
	for _, a := range site.apps {
		if open, ok := a.(interface{ unprotected() []string }); ok && s.Attackable {
			for _, pattern := range open.unprotected() {
				protection.AddInsecureBypassPattern(pattern)
			}
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Fail(w, r, http.StatusForbidden, trace.Text{
			En: "Another site's page sent this request. It is refused: the cookies that came with it are not its own.",
			Ko: "다른 사이트의 페이지가 보낸 요청입니다. 함께 온 쿠키가 그 사이트의 것이 아니므로 거절합니다.",
		})
	}))
	site.handler = protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch h, pattern := mux.Handler(r); {
		case pattern == "":
			site.nowhere(w, r, h)
		case strings.Contains(strings.TrimSuffix(pattern, "{$}"), "{"):
			mux.ServeHTTP(w, r) // who sets the values of wildcards too
		default:
			r.Pattern = pattern
			h.ServeHTTP(w, r)
		}
	}))
	return site, nil
}

// ServeHTTP answers with the network's date (RFC 9110 §6.6.1).
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Date"] = s.date() // of an answer whose handler writes nothing
	h["X-Content-Type-Options"] = nosniff
	if r.Context().Value(siteKey{}) != s {
		r = r.WithContext(s.Context(r.Context()))
	}
	s.handler.ServeHTTP(&stamped{ResponseWriter: w, site: s}, r)
}

// stamped is a response whose Date is when it is made (RFC 9110 §6.6.1): after whatever its
// handler has waited for, which may be a body or a store.
type stamped struct {
	http.ResponseWriter
	site *Site
	sent bool // its header section is
}

func (w *stamped) WriteHeader(status int) {
	w.Header()["Date"] = w.site.date()
	w.sent = status >= http.StatusOK
	w.ResponseWriter.WriteHeader(status)
}

func (w *stamped) Write(b []byte) (int, error) {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *stamped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Context is one whose requests come to the site. A server that has it as its base
// (http.Server.BaseContext) saves each of them a copy.
func (s *Site) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, siteKey{}, s)
}

var nosniff = []string{"nosniff"}

// dated is a second as the Date field has it.
type dated struct {
	second int64
	value  []string
}

// date is the network's, written once a second.
func (s *Site) date() []string {
	now := s.services.Now()
	d := s.dated.Load()
	if d == nil || d.second != now.Unix() {
		d = &dated{now.Unix(), []string{now.UTC().Format(http.TimeFormat)}}
		s.dated.Store(d)
	}
	return d.value
}

// nowhere answers for a target that no page has, or none with that method: the
// mux's own answer says which, and what would be allowed.
func (s *Site) nowhere(w http.ResponseWriter, r *http.Request, h http.Handler) {
	p := probe{header: http.Header{}}
	h.ServeHTTP(&p, r)
	switch {
	case p.status == http.StatusMethodNotAllowed:
		w.Header().Set("Allow", p.header.Get("Allow"))
		s.services.Fail(w, r, p.status, trace.Text{
			En: "This resource does not have that method.", Ko: "이 자원에는 그런 메서드가 없습니다.",
		})
	case p.status >= 300 && p.status < 400:
		h.ServeHTTP(w, r)
	default:
		s.services.Fail(w, r, http.StatusNotFound, trace.Text{En: "There is no such page.", Ko: "그런 페이지는 없습니다."})
	}
}

// probe is a response that is looked at and not sent.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

// Close closes the Apps that hold something open: each that is an io.Closer.
func (s *Site) Close() (err error) {
	for _, a := range s.apps {
		if c, ok := a.(io.Closer); ok {
			err = errors.Join(err, c.Close())
		}
	}
	return err
}

// Memory lists all that the site remembers at this moment.
func (s *Site) Memory() (all []trace.Entry) {
	for _, of := range s.memories() {
		all = append(all, of...)
	}
	return all
}

// memories are what each App remembers, by its place.
func (s *Site) memories() [][]trace.Entry {
	all := make([][]trace.Entry, len(s.apps))
	s.services.asking(func() {
		for i, a := range s.apps {
			if a != nil {
				all[i] = a.Memory()
			}
		}
	})
	return all
}

// asset serves the stylesheet and the scripts, which never change while the
// server runs.
func (s *Site) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		s.services.Fail(w, r, http.StatusNotFound, trace.Text{En: "There is no such file.", Ko: "그런 파일은 없습니다."})
		return
	}
	kind := "text/css; charset=utf-8"
	if strings.HasSuffix(name, ".js") {
		kind = "text/javascript; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header().Set("Content-Length", fmt.Sprint(len(b)))
	_, _ = w.Write(b) // the client may have gone: nothing is left to tell it
}
