package httpdemo_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/httpdemo/session"
)

// TestCart: the requests that put B into the cart are the same, byte for byte; the
// answers are {A, B} with state and {B} without (C5).
func TestCart(t *testing.T) {
	t.Parallel()
	r := performed(t, "cart", 1)
	var requests, answers []string
	conflicts := 0
	for _, e := range r.events {
		switch {
		case e.Kind == trace.KindStore && e.Access.Outcome == trace.StoreConflict:
			conflicts++
		case e.Kind != trace.KindMessage || len(answers) == 4:
		case e.Message.Request:
			cookie, _ := e.Message.Get("Cookie")
			requests = append(requests, e.Message.Method+e.Message.Target+cookie+string(e.Message.Body))
		default:
			answers = append(answers, strings.TrimSpace(string(e.Message.Body)))
		}
	}
	if want := []string{`{"cart":["A"]}`, `{"cart":["A"]}`, `{"cart":["B"]}`, `{"cart":["A","B"]}`}; !slices.Equal(answers, want) {
		t.Errorf("answers %q, want %q", answers, want)
	}
	if requests[2] != requests[3] || !strings.HasSuffix(requests[2], "item=B") {
		t.Errorf("the requests differ: %q, %q", requests[2], requests[3])
	}
	if conflicts != 19 {
		t.Errorf("%d of 20 requests lost a race, want 19: they were not under way together", conflicts)
	}
	if n := r.most(httpdemo.Server2, trace.MemoryConversation); n != 0 {
		t.Errorf("server 2 remembered %d bytes of its clients", n)
	}
	var grown []int
	for _, o := range r.memories {
		if n := o.Memory.Bytes(trace.MemoryConversation); o.Party.Role == trace.RoleServer && o.Party.N == 1 && n > 0 {
			grown = append(grown, n)
		}
	}
	grown = slices.Compact(grown)
	if !slices.IsSorted(grown) || len(grown) < 3 {
		t.Errorf("server 1's memory: %v bytes", grown)
	}
}

// gate is a store in which n reads wait for one another, once it is shut.
type gate struct {
	session.Store
	shut  atomic.Bool
	wait  sync.WaitGroup
	reads atomic.Int32
}

func (g *gate) Find(ctx context.Context, key string) (session.Record, bool, error) {
	r, ok, err := g.Store.Find(ctx, key)
	if g.shut.Load() && g.reads.Add(-1) >= 0 {
		g.wait.Done()
		g.wait.Wait()
	}
	return r, ok, err
}

// TestCartAtOnce: of twenty requests that have all read the cart before any writes,
// none is lost.
func TestCartAtOnce(t *testing.T) {
	t.Parallel()
	const n = 20
	g := &gate{Store: session.NewMemory(session.MemoryOptions{})}
	s := siteOn(t, g, "memory", false)
	cookie := s.want(303, http.MethodPost, "/cart/add", "item=A").Cookies()[0].String()
	g.wait.Add(n)
	g.reads.Store(n)
	g.shut.Store(true)
	var requests sync.WaitGroup
	for range n {
		requests.Go(func() { s.want(303, http.MethodPost, "/cart/add", "item=B", "Cookie", cookie) })
	}
	requests.Wait()
	_, body := s.send(http.MethodGet, "/cart/", "", "", "Cookie", cookie, "Accept", "*/*")
	var got struct {
		Cart []string `json:"cart"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || len(got.Cart) != n+1 {
		t.Errorf("%d things are in the cart, want %d: %v", len(got.Cart), n+1, err)
	}
}

// TestCartRefuses: what a cart does not take.
func TestCartRefuses(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "cart")
	for _, path := range []string{"/cart/add", "/cart/forgetful/add"} {
		for _, c := range []struct {
			method, kind, body string
			want               int
		}{
			{"GET", "", "", 405},
			{"POST", "text/plain", "item=A", 415},
			{"POST", "application/x-www-form-urlencoded", "item=%zz", 400},
			{"POST", "application/x-www-form-urlencoded", "item=<script>", 422},
			{"POST", "application/x-www-form-urlencoded", "", 422},
		} {
			r, _ := s.send(c.method, path, c.kind, c.body)
			if r.StatusCode != c.want || len(r.Cookies()) != 0 {
				t.Errorf("%s %s %q: %d %v, want %d", c.method, path, c.body, r.StatusCode, r.Cookies(), c.want)
			}
			if c.want == 405 && r.Header.Get("Allow") != "POST" {
				t.Errorf("Allow: %q", r.Header.Get("Allow"))
			}
		}
	}
}
