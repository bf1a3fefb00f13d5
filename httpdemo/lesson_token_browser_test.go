package httpdemo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tokenPage is the lesson's page in a real browser.
type tokenPage struct{ chromium }

// press presses a button, and returns what the page then says of the request: its
// path, status and answer. n is how many requests that makes.
func (p tokenPage) press(act string, n int) string {
	p.t.Helper()
	before := evaluate[int](p.chromium, `document.querySelectorAll("#log tbody").length`)
	p.do(
		chromedp.Click(`[data-act=`+act+`]`, chromedp.ByQuery),
		chromedp.Poll(fmt.Sprintf(`document.querySelectorAll("#log tbody").length === %d && !document.querySelector("[data-act=%s]").disabled`, before+n, act), nil),
	)
	return evaluate[string](p.chromium, `document.querySelector("#log tbody").textContent`)
}

func (p tokenPage) login() {
	p.t.Helper()
	p.do(
		chromedp.Evaluate(`document.querySelector("[name=password]").value = ""`, nil),
		chromedp.SendKeys(`[name=password]`, "blue-whale-42\r", chromedp.ByQuery),
		chromedp.WaitVisible(`#in`, chromedp.ByQuery),
	)
}

// TestTokenInChromium: the page's own script logs in, takes the token apart, renews
// it, logs out, and comes back with a copy.
func TestTokenInChromium(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "token")
	p := tokenPage{newChromium(t, s)}
	p.open("127.0.0.1", "/token/?lang=ko")
	p.login()
	for id, want := range map[string]string{"header": `"typ":"at+jwt"`, "claims": `"sub": "jisoo"`} {
		if got := evaluate[string](p.chromium, `document.getElementById("`+id+`").textContent`); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	first := evaluate[string](p.chromium, `kept().refresh`)
	for _, c := range []struct {
		act  string
		n    int
		want string
	}{
		{"profile", 1, `/token/profile → 200{"expires"`},
		{"tamper", 1, `/token/profile → 401Bearer realm="statelab", error="invalid_token"`},
		{"refresh", 1, "/token/refresh → 200"},
		{"reuse", 1, "/token/refresh → 200"}, // within the window: as a second tab
		{"refresh", 1, "/token/refresh → 200"},
		{"profile", 1, "/token/profile → 200"},
	} {
		if got := p.press(c.act, c.n); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.act, got, c.want)
		}
	}
	if got := evaluate[string](p.chromium, `ask("POST", "/token/refresh", {send: {refresh_token: "`+first+`"}}).then(() => document.getElementById("log").textContent)`); !strings.Contains(got, "its family is revoked now") {
		t.Errorf("the first refresh token again: %s", got)
	}
	if got := p.press("refresh", 1); !strings.Contains(got, "400") || !strings.Contains(got, "revoked") {
		t.Errorf("the family's own: %s", got)
	}
	for _, c := range []struct{ logout, access string }{{"logout", "200"}, {"deny", "401"}} {
		p.do(chromedp.Evaluate(`keep(null)`, nil))
		p.login()
		p.press(c.logout, map[string]int{"logout": 1, "deny": 2}[c.logout])
		if got := p.press("copied", 1); !strings.Contains(got, "/token/refresh → 400") {
			t.Errorf("%s: the copied refresh token: %s", c.logout, got)
		}
		if got := p.press("access", 1); !strings.Contains(got, "/token/profile → "+c.access) {
			t.Errorf("%s: the copied access token: %s, want %s", c.logout, got, c.access)
		}
	}
}

// TestTokenTabsInChromium: two tabs have one memory. What one has got is the other's
// as well, both may refresh at once, and who logs out in one is out in both.
func TestTokenTabsInChromium(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "token")
	p := tokenPage{newChromium(t, s)}
	p.open("127.0.0.1", "/token/")
	p.login()
	ctx, closeTab := chromedp.NewContext(p.ctx)
	defer closeTab()
	if err := chromedp.Run(ctx); err != nil { // the tab lives as long as this context
		t.Fatal(err)
	}
	other := tokenPage{chromium{t, ctx, p.port}}
	other.open("127.0.0.1", "/token/")
	other.do(chromedp.WaitVisible(`#in`, chromedp.ByQuery))
	refresh := evaluate[string](other.chromium, `kept().refresh`)
	answers := make(chan string, 2)
	for _, tab := range []tokenPage{p, other} {
		go func() {
			answers <- evaluate[string](tab.chromium, `ask("POST", "/token/refresh", {send: {refresh_token: "`+refresh+`"}}).then(a => a.refresh_token || "refused")`)
		}()
	}
	if a, b := <-answers, <-answers; a != b || a == "refused" {
		t.Errorf("two tabs at once got %q and %q", a, b)
	}
	other.press("logout", 1)
	// The first tab is in the background, and draws no frames that one could wait for.
	out := chromedp.WithPollingInterval(50 * time.Millisecond)
	p.do(chromedp.Poll(`!document.getElementById("out").hidden`, nil, out))
}
