package httpdemo

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
)

// receipt asks for the receipt of a key.
func (c *customer) receipt(b *teller, key string) *http.Response {
	c.t.Helper()
	r, err := c.http.Get(b.srv.URL + "/transfer/receipt/" + key)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Body.Close()
	return r
}

// carriedOut is a customer who has gone through a transfer, and its key.
func carriedOut(t *testing.T, b *teller) (c *customer, key string) {
	t.Helper()
	c = newCustomer(t)
	c.do(b, "", nil)
	for _, step := range transferSteps {
		if step == "confirm" {
			key = c.last.Key
		}
		if status, body := c.do(b, step, c.good(3000)); status != http.StatusOK {
			t.Fatalf("%s: %d %s", step, status, body)
		}
	}
	return c, key
}

// TestReceiptIsItsSenders: a receipt's address stands in histories and logs. Who has
// it and is not logged in as the sender learns nothing of it.
func TestReceiptIsItsSenders(t *testing.T) {
	t.Parallel()
	b := newTeller(t)
	sender, key := carriedOut(t, b)
	if r := sender.receipt(b, key); r.StatusCode != http.StatusOK || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the sender: %d, Cache-Control %q", r.StatusCode, r.Header.Get("Cache-Control"))
	}
	nobody := newCustomer(t).receipt(b, key)
	if nobody.StatusCode != http.StatusUnauthorized || nobody.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("nobody: %d, challenge %q", nobody.StatusCode, nobody.Header.Get("WWW-Authenticate"))
	}
	other := newCustomer(t)
	other.do(b, "", nil)
	if status, body := other.do(b, "password", url.Values{"form": {other.last.Form}, "account": {"alex"}, "password": {"red-panda-17"}}); status != http.StatusOK {
		t.Fatalf("alex's login: %d %s", status, body)
	}
	known, unknown := other.receipt(b, key), other.receipt(b, "no-such-key")
	if known.StatusCode != http.StatusNotFound || unknown.StatusCode != known.StatusCode {
		t.Errorf("somebody else: %d for the key, %d for none", known.StatusCode, unknown.StatusCode)
	}
}

// TestMemoryMasks: what is shown of the memory lets nobody go on in another's name.
func TestMemoryMasks(t *testing.T) {
	t.Parallel()
	s := testServices()
	site, err := NewSite(s, Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	srv := httptest.NewServer(site)
	t.Cleanup(srv.Close)
	b, c := &teller{t: t, srv: srv}, newCustomer(t)
	c.do(b, "", nil)
	secrets := []string{s.APIToken()}
	for _, step := range transferSteps[:3] {
		if status, body := c.do(b, step, c.good(3000)); status != http.StatusOK {
			t.Fatalf("%s: %d %s", step, status, body)
		}
		secrets = append(secrets, c.last.Form)
	}
	secrets = append(secrets, c.last.Key)
	for _, path := range []string{"/websocket/login", "/restart/login", "/cache/visit"} {
		if r, err := c.http.PostForm(srv.URL+path, url.Values{"user": {"kim"}}); err != nil {
			t.Fatal(err)
		} else if r.Body.Close(); r.StatusCode >= 400 && r.StatusCode != http.StatusNotFound {
			t.Fatalf("%s: %d", path, r.StatusCode)
		}
	}
	for _, path := range []string{"/transfer/", "/websocket/", "/restart/", "/cache/"} {
		at, err := url.Parse(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		for _, cookie := range c.http.Jar.Cookies(at) {
			secrets = append(secrets, cookie.Value)
		}
	}
	if len(secrets) < 8 {
		t.Fatalf("only %d secrets", len(secrets))
	}
	shown, err := json.Marshal(site.remembered())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if strings.Contains(string(shown), secret) {
			t.Errorf("the memory shows %q", secret)
		}
	}
}

// TestMaskedText: an escaped quote does not end a secret.
func TestMaskedText(t *testing.T) {
	t.Parallel()
	got := masked(`{"step":"x","form":"0123456789","key":"ab\"cdefgh","keys":"all"}`, transferSecrets)
	if want := `{"step":"x","form":"0123…","key":"ab…","keys":"all"}`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// TestBankOnTheTimeline: what a transfer reads and writes in the bank's database is
// told, up to its commit; looking at the memory is not.
func TestBankOnTheTimeline(t *testing.T) {
	t.Parallel()
	s := testServices()
	var told []trace.Access
	s.Watch = func(a trace.Access) {
		if strings.HasPrefix(a.Store, "bank") {
			told = append(told, a)
		}
	}
	app, err := newTransferAt(s, t.TempDir()+"/bank.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	site, err := NewSite(s, Lesson{Name: "transfer", App: func(*Services) (App, error) { return app, nil }})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(site)
	t.Cleanup(srv.Close)
	_, key := carriedOut(t, &teller{t: t, srv: srv, app: app})
	n := len(told)
	app.Memory()
	if len(told) != n {
		t.Errorf("looking at the memory was told of: %+v", told[n:])
	}
	var last []string
	for _, a := range told[max(0, n-5):] {
		last = append(last, a.Store+" "+a.Op+" "+a.Key)
	}
	short := sessionKey(key)
	want := []string{"bank read jisoo", "bank write jisoo", "bank write alex", "bank.receipt write " + short, "bank commit " + short}
	if !slices.Equal(last, want) {
		t.Errorf("%q, not %q", last, want)
	}
}
