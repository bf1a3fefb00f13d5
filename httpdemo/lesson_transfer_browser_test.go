package httpdemo_test

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTransferInChromium: a real browser goes through the steps, back in its
// history, on in a second tab, and clicks the confirmation twice.
func TestTransferInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	c := newChromium(t, lessonSite(t, false, "transfer"))
	const next = `form[action^="/transfer/"] button`
	step := func() string {
		return evaluate[string](c, `(document.querySelector("h2") || document.querySelector("h1")).textContent`)
	}
	submit := func(path string) {
		t.Helper()
		done := c.loaded(path)
		c.do(chromedp.Click(next))
		<-done
	}
	c.open("127.0.0.1", "/transfer/?lang=en")
	c.do(chromedp.SendKeys(`[name=password]`, "blue-whale-42"))
	submit("/transfer/?lang=en")
	if got := step(); !strings.HasPrefix(got, "2/4") {
		t.Fatalf("after the password: %q", got)
	}
	submit("/transfer/?lang=en")
	// The second tab has the form of the third step; it is answered in the first.
	stale := evaluate[string](c, `new URLSearchParams(new FormData(document.querySelector("form"))).toString()`)
	submit("/transfer/?lang=en")
	if got := step(); !strings.HasPrefix(got, "4/4") {
		t.Fatalf("before the confirmation: %q", got)
	}
	if status := c.send("/transfer/recipient", stale); status != 409 {
		t.Errorf("the second tab's old form: %d", status)
	}
	picture(t, c, "confirm")
	done := c.loaded("lang=en")
	c.do(chromedp.DoubleClick(next))
	<-done
	if got := step(); got != "Carried out, once" {
		t.Fatalf("after the double click: %q", got)
	}
	picture(t, c, "receipt")
	c.do(chromedp.NavigateBack())
	if got := evaluate[string](c, `document.body.innerText`); !strings.Contains(got, "1/4") || !strings.Contains(got, "97000") {
		t.Errorf("back in the history: %q", got)
	}
	c.open("127.0.0.1", "/transfer/?lang=ko")
	picture(t, c, "ko")
}

// picture keeps what the browser shows, if a folder for it is named.
func picture(t *testing.T, c chromium, name string) {
	t.Helper()
	folder := os.Getenv("STATELAB_PICTURES")
	if folder == "" {
		return
	}
	var b []byte
	c.do(chromedp.FullScreenshot(&b, 100))
	if err := os.WriteFile(folder+"/transfer-"+name+".png", b, 0o600); err != nil {
		t.Error(err)
	}
}
