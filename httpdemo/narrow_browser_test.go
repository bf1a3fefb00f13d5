package httpdemo_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"statelab/httpdemo"
)

// brokenWords lists the words of headings, buttons and links that stand on two lines.
const brokenWords = `(() => {
  const broken = [];
  for (const e of document.querySelectorAll("header a, th, td:not(.value), button, label")) {
    const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let n = walker.nextNode(); n; n = walker.nextNode()) {
      for (const m of n.data.matchAll(/[\p{L}\p{N}_]+/gu)) {
        const r = document.createRange();
        r.setStart(n, m.index);
        r.setEnd(n, m.index + m[0].length);
        const lines = new Set([...r.getClientRects()].filter((b) => b.width > 0).map((b) => Math.round(b.top)));
        if (lines.size > 1) broken.push(m[0]);
      }
    }
  }
  return broken;
})()`

// TestNarrowPages: on a telephone's screen no page is wider than it, and no word of a
// heading, a button or a table is cut in two.
func TestNarrowPages(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	c := newChromium(t, siteOn(t, nil, "", true))
	c.do(chromedp.EmulateViewport(400, 900))
	paths := []string{"/", "/memory"}
	for _, l := range httpdemo.Lessons() {
		if l.App != nil {
			paths = append(paths, "/"+l.Name+"/")
		}
	}
	for _, lang := range []string{"en", "ko"} {
		for _, path := range paths {
			c.open("127.0.0.1", path+"?lang="+lang)
			if broken := evaluate[[]string](c, brokenWords); len(broken) > 0 {
				t.Errorf("%s in %s breaks %q", path, lang, broken)
			}
			if wide := evaluate[int](c, "document.scrollingElement.scrollWidth"); wide > 400 {
				t.Errorf("%s in %s is %d pixels wide", path, lang, wide)
			}
		}
	}
}
