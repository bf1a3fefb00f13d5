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
	paths := []string{"/", "/memory", "/cookie/guestbook", "/cookie/attackable/guestbook", "/flask/login"}
	var lessons []httpdemo.Lesson
	for _, l := range httpdemo.Lessons() {
		if l.App != nil {
			lessons, paths = append(lessons, l), append(paths, "/"+l.Name+"/")
		}
	}
	c := newChromium(t, siteOf(t, nil, "", true, lessons))
	c.do(chromedp.EmulateViewport(400, 900))
	for _, lang := range []string{"en", "ko"} {
		for _, path := range paths {
			c.open("127.0.0.1", path+"?lang="+lang)
			if status := evaluate[int](c, `performance.getEntriesByType("navigation")[0].responseStatus`); status != 200 {
				t.Errorf("%s in %s is answered %d", path, lang, status)
			}
			if broken := evaluate[[]string](c, brokenWords); len(broken) > 0 {
				t.Errorf("%s in %s breaks %q", path, lang, broken)
			}
			if wide := evaluate[int](c, "document.scrollingElement.scrollWidth"); wide > 400 {
				t.Errorf("%s in %s is %d pixels wide", path, lang, wide)
			}
		}
	}
}
