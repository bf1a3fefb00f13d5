package httpdemo_test

import (
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// curl is the program with a jar of cookies.
type curl struct {
	t            *testing.T
	program, jar string
	origin       string
}

// do sends a request, a form if there is one, and returns the status and the body.
func (c curl) do(path string, form ...string) (status, body string) {
	c.t.Helper()
	args := []string{"--noproxy", "*", "-sS", "-b", c.jar, "-c", c.jar, "-w", "\n%{http_code}"}
	for _, f := range form {
		args = append(args, "-d", f)
	}
	out, err := exec.CommandContext(c.t.Context(), c.program, append(args, c.origin+path)...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("curl %s: %v\n%s", path, err, out)
	}
	i := strings.LastIndexByte(string(out), '\n')
	return string(out[i+1:]), string(out[:i])
}

// want does so, and wants that status, and that in the body.
func (c curl) want(status, says, path string, form ...string) (body string) {
	c.t.Helper()
	got, body := c.do(path, form...)
	if got != status || !strings.Contains(body, says) {
		c.t.Errorf("curl %s %q: %s, want %s and %q: %s", path, form, got, status, says, body)
	}
	return body
}

// balance wants that to be left in the sender's account.
func (s served) balance(want string) {
	s.t.Helper()
	for _, e := range s.site.Memory() {
		if e.Name == "balance jisoo" && e.Value == want {
			return
		}
	}
	s.t.Errorf("the balance is not %s: %v", want, s.site.Memory())
}

var formID = regexp.MustCompile(`"(form|key)":"([^"]+)"`)

// TestCurlOnEachStore: curl with its jar logs in, fills a cart, transfers money once,
// and logs out, on each kind of store.
func TestCurlOnEachStore(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("needs curl: apt-get install curl")
	}
	for name := range eachStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onStore(t, name)
			c := curl{t, program, filepath.Join(t.TempDir(), "jar"), strings.Replace(s.URL, "127.0.0.1", "localhost", 1)}
			const who = "username=jisoo&password=blue-whale-42"
			c.want("302", "", "/session/profile")
			c.want("303", "", "/session/login", who)
			c.want("200", `"jisoo"`, "/session/profile")
			c.want("200", `{"cart":["A"]}`, "/cart/add", "item=A")
			c.want("200", `{"cart":["A","B"]}`, "/cart/add", "item=B")
			step := map[string]string{}
			next := func(body string) {
				for _, m := range formID.FindAllStringSubmatch(body, -1) {
					step[m[1]] = m[2]
				}
			}
			next(c.want("200", `"password"`, "/transfer/"))
			next(c.want("200", `"amount"`, "/transfer/password", "form="+step["form"], "account=jisoo", "password=blue-whale-42"))
			next(c.want("200", `"recipient"`, "/transfer/amount", "form="+step["form"], "amount=3000"))
			next(c.want("200", `"confirm"`, "/transfer/recipient", "form="+step["form"], "to=alex"))
			for _, moved := range []string{"true", "false"} { // the second time moves nothing
				c.want("200", `"moved_by_this_request":`+moved, "/transfer/confirm", "form="+step["form"], "key="+step["key"])
			}
			s.balance("97000")
			c.want("303", "", "/session/logout", "")
			c.want("302", "", "/session/profile")
			c.want("200", `{"cart":["A","B"]}`, "/cart/")
		})
	}
}

// TestChromiumOnEachStore: the same in a browser, with two tabs and the back button.
func TestChromiumOnEachStore(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	var c chromium
	for _, name := range []string{"sqlite", "redis", "nats"} { // in memory: see the lessons' own tests
		s := onStore(t, name)
		if c.t == nil {
			c = newChromium(t, s) // one for all: it starts slowly
		}
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		c.port = u.Port()
		c.enter("en", "The profile of Jisoo Kim")
		ctx, closeTab := chromedp.NewContext(c.ctx)
		if err := chromedp.Run(ctx); err != nil { // the tab lives as long as this context
			t.Fatal(err)
		}
		second := c
		second.ctx = ctx
		second.open("localhost", "/session/profile?lang=en")
		if got := second.text(); !strings.Contains(got, "jisoo@example.com") {
			t.Errorf("%s: the second tab shows %q", name, got)
		}
		second.open("localhost", "/cart/?lang=en")
		for _, item := range []string{"A", "B"} {
			done := second.loadedAny()
			second.do(chromedp.Click(`button[value="`+item+`"]`, chromedp.ByQuery))
			<-done
		}
		if n := evaluate[int](second, `document.querySelectorAll("main li").length`); n != 2 {
			t.Errorf("%s: %d things are in the cart", name, n)
		}
		second.picture("cart-" + name)
		second.open("localhost", "/transfer/?lang=en")
		second.do(chromedp.SendKeys(`[name=password]`, "blue-whale-42"))
		for step := range 4 {
			done := second.loadedAny()
			if click := chromedp.Click(`form[action^="/transfer/"] button`, chromedp.ByQuery); step < 3 {
				second.do(click)
			} else {
				second.do(chromedp.DoubleClick(`form[action^="/transfer/"] button`, chromedp.ByQuery))
			}
			<-done
		}
		second.do(chromedp.WaitVisible(`//h2[text()="Carried out, once"] | //h1[text()="Carried out, once"]`, chromedp.BySearch))
		second.picture("transfer-" + name)
		s.balance("97000")
		c.press("/session/logout", "A session")
		second.open("localhost", "/session/profile?lang=en")
		c.do(chromedp.NavigateBack())
		for tab, b := range map[string]chromium{"first": c, "second": second} {
			if got := b.text(); strings.Contains(got, "jisoo@example.com") {
				t.Errorf("%s: after the logout, the %s tab shows %q", name, tab, got)
			}
		}
		closeTab()
	}
}
