package httpdemo_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// text is what the page shows.
func (c chromium) text() string {
	c.t.Helper()
	return evaluate[string](c, "document.body.innerText")
}

// picture keeps a screenshot where STATELAB_PICTURES names a folder.
func (c chromium) picture(name string) {
	c.t.Helper()
	folder := os.Getenv("STATELAB_PICTURES")
	if folder == "" {
		return
	}
	var b []byte
	c.do(chromedp.FullScreenshot(&b, 100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), b, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// press submits the form of that address, and waits for a page of this heading.
func (c chromium) press(action, heading string) {
	c.t.Helper()
	c.do(chromedp.Click(`form[action^="`+action+`"] button`, chromedp.ByQuery),
		chromedp.WaitVisible(`//h1[contains(., "`+heading+`")]`, chromedp.BySearch))
}

// loadedAny is done when another page has been loaded, or time is up.
func (c chromium) loadedAny() <-chan struct{} {
	ctx, stop := context.WithTimeout(c.ctx, time.Minute)
	chromedp.ListenTarget(ctx, func(event any) {
		if _, ok := event.(*page.EventLoadEventFired); ok {
			stop()
		}
	})
	return ctx.Done()
}

// enter logs in by the form.
func (c chromium) enter(lang, heading string) {
	c.t.Helper()
	c.open("localhost", "/session/login?lang="+lang)
	c.picture("login-" + lang)
	c.do(chromedp.SetValue(`input[name="password"]`, "blue-whale-42", chromedp.ByQuery))
	c.press("/session/login", heading)
}

// TestSessionInChromium: login, profile, logout, the back button and two tabs in a
// real browser.
func TestSessionInChromium(t *testing.T) {
	t.Parallel()
	c := newChromium(t, siteOn(t, nil, "", true))
	for _, x := range []struct{ lang, profile, login, home string }{
		{"en", "The profile of Jisoo Kim", "Log in", "A session"}, {"ko", "프로필: Jisoo Kim", "로그인", "세션"},
	} {
		c.open("localhost", "/session/profile?lang="+x.lang) // sent to the login
		if got := c.text(); !strings.Contains(got, x.login) {
			t.Errorf("%s: not logged in, the profile shows %q", x.lang, got)
		}
		c.enter(x.lang, x.profile)
		c.picture("profile-" + x.lang)
		if got := evaluate[string](c, "document.cookie"); got != "" {
			t.Errorf("a script reads %q", got)
		}
		c.open("localhost", "/session/?lang="+x.lang)
		c.picture("session-" + x.lang)
		c.open("localhost", "/session/profile?lang="+x.lang)
		c.press("/session/logout", x.home)
		c.do(chromedp.NavigateBack())
		if got := c.text(); strings.Contains(got, "jisoo@example.com") {
			t.Errorf("%s: after the logout, the back button shows %q", x.lang, got)
		}
	}
	t.Run("two tabs", func(t *testing.T) {
		c.t = t
		c.enter("en", "The profile of")
		ctx, closeTab := chromedp.NewContext(c.ctx)
		t.Cleanup(closeTab)
		if err := chromedp.Run(ctx); err != nil { // the tab lives as long as this context
			t.Fatal(err)
		}
		second := c
		second.ctx = ctx
		second.open("localhost", "/session/profile")
		if got := second.text(); !strings.Contains(got, "jisoo@example.com") {
			t.Errorf("the second tab shows %q", got)
		}
		c.press("/session/logout", "A session")
		second.do(chromedp.Reload())
		if got := second.text(); strings.Contains(got, "jisoo@example.com") {
			t.Errorf("after the logout in the first tab, the second shows %q", got)
		}
	})
	// No cookie changes here, so that Chromium has the page ready, as it was.
	t.Run("back to a page whose session has ended", func(t *testing.T) {
		c.t = t
		c.open("127.0.0.1", "/session/attackable/url/login?lang=en")
		c.do(chromedp.SetValue(`input[name="password"]`, "blue-whale-42", chromedp.ByQuery))
		c.press("/session/attackable/url/login", "The profile of")
		logout := evaluate[string](c, `document.querySelector("form").action`)
		c.open("127.0.0.1", "/vending/?lang=en")
		if status := evaluate[int](c, `fetch("`+logout+`", {method: "POST"}).then((r) => r.status)`); status != 200 {
			t.Fatalf("the logout: %d", status)
		}
		c.do(chromedp.NavigateBack(), chromedp.WaitVisible(`//h1[text()="Log in"]`, chromedp.BySearch))
		if got := c.text(); strings.Contains(got, "jisoo@example.com") {
			t.Errorf("the back button shows %q", got)
		}
	})
	t.Run("the URL leaks", func(t *testing.T) {
		c.t = t
		c.open("127.0.0.1", "/session/attackable/url/login?lang=en")
		c.do(chromedp.SetValue(`input[name="password"]`, "blue-whale-42", chromedp.ByQuery))
		c.press("/session/attackable/url/login", "The profile of")
		c.do(chromedp.Click(`//a[text()="Home"]`, chromedp.BySearch), chromedp.WaitVisible(`//h1[contains(., "Welcome")]`, chromedp.BySearch))
		c.picture("url-en")
		c.do(chromedp.Click(`//a[text()="A link to another site"]`, chromedp.BySearch), chromedp.WaitVisible(`//h1[text()="Another site" or text()="다른 사이트"]`, chromedp.BySearch))
		if got := c.text(); !strings.Contains(got, "sid=") {
			t.Errorf("the other site was told %q", got)
		}
	})
}

// TestCartInChromium: two shops side by side, in a real browser.
func TestCartInChromium(t *testing.T) {
	t.Parallel()
	c := newChromium(t, siteOn(t, nil, "", false))
	for _, x := range []struct {
		path string
		want int
	}{{"/cart/", 2}, {"/cart/forgetful/", 1}} {
		for _, lang := range []string{"ko", "en"} {
			c.open("localhost", x.path+"?lang="+lang)
			for _, item := range []string{"A", "B"} {
				done := c.loadedAny()
				c.do(chromedp.Click(`button[value="`+item+`"]`, chromedp.ByQuery))
				<-done
			}
			c.picture("cart-" + strings.Trim(strings.ReplaceAll(x.path, "/", "-"), "-") + "-" + lang)
			if n := evaluate[int](c, `document.querySelectorAll("main li").length`); n != x.want {
				t.Errorf("%s: %d things are in the cart, want %d", x.path, n, x.want)
			}
			if x.want == 2 {
				done := c.loadedAny() // each POST was answered with 303: to load the page again sends none
				c.do(chromedp.Reload())
				<-done
				if n := evaluate[int](c, `document.querySelectorAll("main li").length`); n != x.want {
					t.Errorf("%s: loaded again, %d things are in the cart", x.path, n)
				}
				done = c.loadedAny()
				c.do(chromedp.Click(`form[action^="/cart/empty"] button`, chromedp.ByQuery))
				<-done
			}
		}
	}
}
