package httpdemo_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo"
)

// cookies are those that responses set, and the Cookie fields of the requests, on
// the wire and in order.
func (r *run) cookies() (set []http1.SetCookie, sent []string) {
	for _, e := range r.events {
		if e.Kind != trace.KindMessage {
			continue
		}
		set = append(set, e.Message.SetCookies()...)
		if v, ok := e.Message.Get("Cookie"); ok && e.Message.Request {
			sent = append(sent, v)
		}
	}
	return set, sent
}

// served is a site that a test sends requests to.
type served struct {
	*httptest.Server
	t    *testing.T
	site *httpdemo.Site
}

// taken is what the attacker's pages have collected.
func (s served) taken() (all []string) {
	for _, e := range s.site.Memory() {
		if e.Name == "taken" {
			all = append(all, e.Value)
		}
	}
	return all
}

// lessonSite serves the pages of lessons.
func lessonSite(t *testing.T, attackable bool, names ...string) served {
	t.Helper()
	var lessons []httpdemo.Lesson
	for _, name := range names {
		l, ok := httpdemo.Find(name)
		if !ok {
			t.Fatalf("no lesson %q", name)
		}
		lessons = append(lessons, l)
	}
	site, err := httpdemo.NewSite(&httpdemo.Services{
		Now: time.Now, Rand: rand.Reader, Secret: make([]byte, 32), Secure: true, Attackable: attackable,
	}, lessons...)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(site)
	t.Cleanup(func() {
		s.Close()
		_ = site.Close()
	})
	return served{s, t, site}
}

// send sends a request, and follows no redirection.
func (s served) send(method, path, kind, body string, fields ...string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	resp, err := s.Client().Transport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, string(b)
}

// exchange is a request and its response, as they went over the wire.
type exchange struct {
	method, target, cookie string
	body                   string
	status                 int
	answer                 string
	set                    []http1.SetCookie
}

// exchanges are all of them, in the order of the responses.
func (r *run) exchanges() (all []exchange) {
	waiting := map[int][]exchange{}
	for _, e := range r.events {
		if e.Kind != trace.KindMessage {
			continue
		}
		m := e.Message
		if m.Request {
			c, _ := m.Get("Cookie")
			waiting[e.Stream] = append(waiting[e.Stream], exchange{method: m.Method, target: m.Target, cookie: c, body: string(m.Body)})
			continue
		}
		if len(waiting[e.Stream]) == 0 {
			continue
		}
		x := waiting[e.Stream][0]
		waiting[e.Stream] = waiting[e.Stream][1:]
		x.status, x.answer, x.set = m.Status, string(m.Body), m.SetCookies()
		all = append(all, x)
	}
	return all
}

// asked are the exchanges whose target begins so.
func asked(all []exchange, target string) (some []exchange) {
	for _, x := range all {
		if strings.HasPrefix(x.target, target) {
			some = append(some, x)
		}
	}
	return some
}
