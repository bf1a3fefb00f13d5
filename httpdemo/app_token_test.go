package httpdemo_test

import (
	"crypto/rand"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"statelab/httpdemo"
	"statelab/httpdemo/session"
)

// TestTokenStoreDown: without its store the server renews and ends nothing, and says
// when to come again; what a key alone can check goes on (the hybrid's two halves).
func TestTokenStoreDown(t *testing.T) {
	t.Parallel()
	lesson, _ := httpdemo.Find("token")
	store := session.NewMemory(session.MemoryOptions{})
	site, err := httpdemo.NewSite(&httpdemo.Services{Now: time.Now, Rand: rand.Reader, Secret: make([]byte, 32), Store: store}, lesson)
	if err != nil {
		t.Fatal(err)
	}
	s := served{Server: httptest.NewServer(site), t: t}
	t.Cleanup(s.Close)
	const form, login = "application/x-www-form-urlencoded", "username=jisoo&password=blue-whale-42"
	_, body := s.send("POST", "/token/login", form, login)
	tokens := object([]byte(body))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	refresh := fmt.Sprintf("refresh_token=%s", tokens["refresh_token"])
	for path, send := range map[string]string{"login": login, "refresh": refresh, "logout": refresh} {
		resp, body := s.send("POST", "/token/"+path, form, send)
		if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d, Retry-After %q, %s; want 503", path, resp.StatusCode, resp.Header.Get("Retry-After"), body)
		}
	}
	resp, body := s.send("GET", "/token/profile", "", "", "Authorization", fmt.Sprintf("Bearer %s", tokens["access_token"]))
	if resp.StatusCode != 200 || object([]byte(body))["user"] != "jisoo" {
		t.Errorf("profile: %d %s", resp.StatusCode, body)
	}
}
