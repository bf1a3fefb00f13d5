package httpdemo

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"statelab/capture/trace"
)

// TestAccounts: who tries passwords is stopped, whether the user exists or not, and
// is let in again when the time is up; others are not hindered.
func TestAccounts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a := newAccounts(&Services{Now: func() time.Time { return now }, Rand: rand.Reader, Secret: make([]byte, 32)})
	try := func(from, user, password string) (int, string) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil)
		r.RemoteAddr = from
		who, status, _ := a.login(w, r, user, password)
		if (status == 0) != (who.User == user && user != "") {
			t.Errorf("%s: %d, and is %q", user, status, who.User)
		}
		return status, w.Header().Get("Retry-After")
	}
	remembered := func() int {
		m := trace.Memory{Entries: a.Memory()}
		return m.Bytes(trace.MemoryConversation)
	}
	const here, there = "192.0.2.1:1000", "192.0.2.2:1000"
	for _, user := range []string{"jisoo", "nobody"} {
		for i := range failuresOfUser {
			if status, _ := try(here, user, "wrong"); status != http.StatusUnauthorized {
				t.Errorf("%s, try %d: %d", user, i+1, status)
			}
		}
		if status, wait := try(here, user, "blue-whale-42"); status != http.StatusTooManyRequests || wait != "60" {
			t.Errorf("%s, after %d: %d, Retry-After %q", user, failuresOfUser, status, wait)
		}
	}
	if status, _ := try(there, "jisoo", "blue-whale-42"); status != 0 {
		t.Errorf("from elsewhere: %d", status)
	}
	if remembered() == 0 {
		t.Error("the failures are in nobody's memory")
	}
	now = now.Add(loginWindow)
	if n := remembered(); n != 0 {
		t.Errorf("%d bytes are left of failures whose time is up", n)
	}
	if status, _ := try(here, "jisoo", "blue-whale-42"); status != 0 {
		t.Errorf("after the window: %d", status)
	}
	if n := remembered(); n != 0 {
		t.Errorf("a login left %d bytes", n)
	}
	// Two addresses of one IPv6 network are one client, and a long name is none of its own.
	for i := range failuresOfHost {
		try([]string{"[2001:db8::1]:1", "[2001:db8::2]:1"}[i%2], strings.Repeat("x", maxUserName+1), "wrong")
	}
	if status, _ := try("[2001:db8::3]:1", "alex", "red-panda-17"); status != http.StatusTooManyRequests {
		t.Errorf("after %d of one host: %d", failuresOfHost, status)
	}
}

// TestAccountsAtOnce: many tries at once are no way around the limit.
func TestAccountsAtOnce(t *testing.T) {
	t.Parallel()
	a := newAccounts(&Services{Now: time.Now, Rand: rand.Reader, Secret: make([]byte, 32)})
	var wait sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 12 {
		wait.Go(func() {
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			_, status, _ := a.login(httptest.NewRecorder(), r, "jisoo", "wrong")
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	wait.Wait()
	if statuses[http.StatusUnauthorized] != failuresOfUser || statuses[http.StatusTooManyRequests] != 12-failuresOfUser {
		t.Errorf("%v, want %d tried", statuses, failuresOfUser)
	}
}
