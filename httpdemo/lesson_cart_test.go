package httpdemo_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"statelab/capture/trace"
	"statelab/httpdemo"
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

// TestCartAtOnce: of requests by real goroutines at once, none is lost.
func TestCartAtOnce(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "cart")
	form := "application/x-www-form-urlencoded"
	first, _ := s.send(http.MethodPost, "/cart/add", form, "item=A")
	cookie := first.Cookies()[0]
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if r, body := s.send(http.MethodPost, "/cart/add", form, "item=B", "Cookie", cookie.String(), "Accept", "*/*"); r.StatusCode != http.StatusOK {
				t.Errorf("%d %s", r.StatusCode, body)
			}
		})
	}
	wait.Wait()
	_, body := s.send(http.MethodGet, "/cart/", "", "", "Cookie", cookie.String(), "Accept", "*/*")
	var got struct {
		Cart []string `json:"cart"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || len(got.Cart) != 21 {
		t.Errorf("%d things are in the cart, want 21: %v", len(got.Cart), err)
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
