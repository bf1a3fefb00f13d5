package render_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"statelab/capture/render"
	"statelab/capture/render/rendertest"
)

// anyFrame is the same TCP segment with five bytes for every number, of whose
// fields a few are told.
func anyFrame(int) (render.FrameView, bool) {
	data, err := hex.DecodeString("020000000002020000000001" + "0800" +
		"4500002d00004000400626c90a0000010a000002" + "9c4100070000000100000001501801f600000000" + "68656c6c6f")
	return render.FrameView{Data: data, Length: len(data), Fields: []render.FieldView{
		{Name: "Ethernet II", BitLength: 14 * 8},
		{Name: "Destination Address", Depth: 1, BitLength: 48, Value: "02:00:00:00:00:02"},
		{Name: "IPv4", BitOffset: 14 * 8, BitLength: 20 * 8},
		{Name: "Version", Depth: 1, BitOffset: 14 * 8, BitLength: 4, Value: "4"},
		{Name: "IHL", Depth: 1, BitOffset: 14*8 + 4, BitLength: 4, Value: "5 (20 bytes)"},
		{Name: "TCP", BitOffset: 34 * 8, BitLength: 20 * 8},
		{Name: "Source Port", Depth: 1, BitOffset: 34 * 8, BitLength: 16, Value: "40001"},
		{Name: "Destination Port", Depth: 1, BitOffset: 36 * 8, BitLength: 16, Value: "7"},
		{Name: "Sequence Number", Depth: 1, BitOffset: 38 * 8, BitLength: 32, Value: "1000000008"},
		{Name: "Control Bits", Depth: 1, BitOffset: 46*8 + 7, BitLength: 9, Value: "ACK, PSH"},
		{Name: "ACK", Depth: 2, BitOffset: 47*8 + 3, BitLength: 1, Value: "1"},
		{Name: "PSH", Depth: 2, BitOffset: 47*8 + 4, BitLength: 1, Value: "1"},
		{Name: "Payload", BitOffset: 54 * 8, BitLength: 5 * 8},
	}}, err == nil
}

// browser is a real one; what a page does in it that it must not is an error.
type browser struct {
	*testing.T
	ctx    context.Context
	mu     sync.Mutex
	wrongs []string
	asked  []string
}

// patience is how long an action may take in a browser that is slow.
const patience = time.Minute

// newBrowser starts Chromium, or skips where there is none.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium: a page is driven in a real browser (apt-get install chromium)")
	}
	profile, err := os.MkdirTemp("", "statelab-browser") // not t.TempDir: the browser may still write to it as it goes
	if err != nil {
		t.Fatal(err)
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.UserDataDir(profile),
		chromedp.WindowSize(1440, 900), chromedp.WSURLReadTimeout(2*time.Minute),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("no-proxy-server", true))
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
	b := &browser{T: t, ctx: ctx}
	chromedp.ListenTarget(ctx, b.listen)
	if err := chromedp.Run(ctx); err != nil { // the browser lives as long as this context
		t.Fatal(err)
	}
	b.do(network.Enable(), log.Enable(), runtime.Enable())
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.wrongs = append(b.wrongs, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		b.wrongs = append(b.wrongs, "console: "+string(e.Type))
	case *log.EventEntryAdded:
		b.wrongs = append(b.wrongs, "log: "+e.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

func (b *browser) do(actions ...chromedp.Action) {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// open shows a page; hash is the part of its address after it.
func (b *browser) open(page []byte, hash string) {
	b.Helper()
	name := filepath.Join(b.TempDir(), "page.html")
	if err := os.WriteFile(name, page, 0o600); err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.Navigate("file://"+filepath.ToSlash(name)+hash), chromedp.WaitReady("#rows"))
}

// read evaluates an expression.
func read[T any](b *browser, expression string) (v T) {
	b.Helper()
	b.do(chromedp.Evaluate(expression, &v))
	return v
}

// want holds an expression's value against what it must be.
func want[T comparable](b *browser, expression string, value T) {
	b.Helper()
	if got := read[T](b, expression); got != value {
		b.Errorf("%s: %v, want %v", expression, got, value)
	}
}

// clean holds that nothing went wrong, and nothing was fetched but the page.
func (b *browser) clean() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrongs {
		b.Errorf("the browser says: %s", w)
	}
	for _, url := range b.asked {
		if !strings.HasPrefix(url, "file://") || !strings.Contains(url, "/page.html") {
			b.Errorf("the page asked for %s", url)
		}
	}
	if len(b.asked) == 0 {
		b.Error("no request was seen, not even that of the page: the test looks at nothing")
	}
}

const (
	chosen = `(document.querySelector(".chosen")||{id:""}).id`
	opened = `!document.getElementById("panel").hidden`
	heard  = `document.getElementById("panel-title").innerText`
)

// A page is driven with the mouse and with the keyboard alone.
func TestHTMLInBrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	loss := page(t, "loss", render.Options{Frame: anyFrame})

	b.open(loss, "")
	want(b, opened, false)
	b.do(chromedp.Click("#frame-4 a.pic", chromedp.ByQuery))
	want(b, opened, true)
	want(b, chosen, "frame-4")
	want(b, heard, "frame 4, client to server, PSH ACK, seq 1, ack 1, 5 bytes, lost")
	want(b, `location.hash`, "#frame-4")

	b.lighting()

	// The keyboard alone.
	b.do(chromedp.KeyEvent(kb.Escape))
	want(b, opened, false)
	want(b, `document.activeElement.parentNode.id`, "frame-4")
	b.do(chromedp.KeyEvent("n"))
	want(b, chosen, "frame-5")
	b.do(chromedp.KeyEvent(kb.Enter))
	want(b, opened, true)
	want(b, `document.querySelector(".found-box b").innerText`, "retransmission")
	want(b, `document.querySelector(".found-box a").hash`, "#frame-4")
	b.do(chromedp.Click(".found-box a", chromedp.ByQuery))
	want(b, chosen, "frame-4")
	b.do(chromedp.KeyEvent("k"))
	first := read[string](b, chosen)
	b.do(chromedp.KeyEvent("j"))
	want(b, chosen, "frame-4")
	b.do(chromedp.KeyEvent(kb.ArrowUp))
	want(b, chosen, first)
	b.do(chromedp.KeyEvent(kb.End))
	want(b, chosen, "frame-6")
	b.do(chromedp.KeyEvent("p"))
	want(b, chosen, "frame-5")
	b.do(chromedp.KeyEvent(kb.Home))
	want(b, `document.querySelector(".chosen").dataset.i === document.querySelector("a.pic").parentNode.dataset.i`, true)
	b.do(chromedp.KeyEvent("n"))
	want(b, chosen, "frame-5") // the rows between have no finding
	b.do(chromedp.Evaluate(typedInKorean("ㅏ"), nil))
	want(b, chosen, "frame-4")
	b.do(chromedp.Evaluate(typedInKorean("ㅜ"), nil))
	want(b, chosen, "frame-5")
	b.do(chromedp.Evaluate(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Process", code: "KeyJ", bubbles: true}))`, nil))
	want(b, chosen, "frame-6")
	b.do(chromedp.Evaluate(typedInKorean("ㅔ"), nil))
	want(b, chosen, "frame-5")
	b.do(chromedp.KeyEvent("?"))
	want(b, `document.getElementById("keys").open`, true)
	b.do(chromedp.Click("#keys-close"))
	want(b, `document.getElementById("keys").open`, false)
	b.clean()
}

// typedInKorean is a key of a Korean keyboard whose input method was not switched.
func typedInKorean(letter string) string {
	return fmt.Sprintf(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true}))`, letter)
}

// lighting holds that fields and bytes light each other, by pointer and by key.
func (b *browser) lighting() {
	b.Helper()
	const lit = `Array.from(document.querySelectorAll(".hex .h .lit"), e => e.dataset.b).join()`
	const name = `Array.from(document.querySelectorAll(".fields .lit td:first-child"), e => e.textContent).join()`
	field := func(name string) string {
		return fmt.Sprintf(`Array.from(document.querySelectorAll(".fields tr")).find(r => r.firstChild.textContent === %q).dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))`, name)
	}
	b.do(chromedp.Evaluate(field("Destination Port"), nil))
	want(b, lit, "36,37")
	b.do(chromedp.Evaluate(`document.querySelector('.hex .h [data-b="39"]').dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))`, nil))
	want(b, name, "Sequence Number")
	want(b, lit, "38,39,40,41")
	want(b, `document.querySelector(".fields .lit td:last-child").textContent`, "1000000008 = ISN 1000000007 + 1")
	b.do(chromedp.Evaluate(field("IHL"), nil))
	want(b, lit, "14")
	want(b, `document.getElementById("field-status").textContent.endsWith("bits 4–7: ····0101")`, true)
	b.do(chromedp.Focus(".fields", chromedp.ByQuery), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	want(b, name, "Destination Address")
	want(b, chosen, "frame-4")

	// Of a byte that several fields share, each is told: as their whole, where it is one.
	byteAt := func(n int) string {
		return fmt.Sprintf(`document.querySelector('.hex .h [data-b="%d"]').dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))`, n)
	}
	const told = `document.getElementById("field-status").textContent`
	b.do(chromedp.Evaluate(byteAt(14), nil))
	want(b, told, "Version: 4; IHL: 5 (20 bytes) — byte 14")
	b.do(chromedp.Evaluate(byteAt(47), nil))
	want(b, told, "Control Bits: ACK, PSH — bytes 46–47, bits 7–15: ·······0 00011000")

	// The ends of the bytes are those of the table, and not of the ladder.
	b.do(chromedp.Focus(".hex", chromedp.ByQuery), chromedp.KeyEvent(kb.End))
	want(b, lit, "54,55,56,57,58")
	b.do(chromedp.KeyEvent(kb.Home))
	want(b, lit, "0,1,2,3,4,5")
	b.do(chromedp.Focus(".fields", chromedp.ByQuery), chromedp.KeyEvent(kb.End))
	want(b, name, "Payload")
	want(b, chosen, "frame-4")
}

// The bytes and their characters have room in the panel, however wide that is.
func TestHTMLBytesFit(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	loss := page(t, "loss", render.Options{Frame: anyFrame})
	const wide, room = `document.querySelector(".hex").scrollWidth`, `document.querySelector(".hex").clientWidth`
	for _, width := range []int64{400, 500, 800, 1280, 1366, 1600} {
		b.do(chromedp.EmulateViewport(width, 900))
		b.open(loss, "#frame-4")
		want(b, wide+" <= "+room, true)
	}
	want(b, `document.querySelector(".hex .h").children.length`, 16)
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Poll(`document.querySelector(".hex .h").children.length === 8`, nil))
	want(b, wide+" <= "+room, true)
	b.clean()
}

// What stands beside a lane bears its sign on the side of that lane, and its end is
// beside it; on a narrow screen, where it covers other lanes, it names its own.
func TestHTMLBesideItsLane(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	for _, name := range []string{"loss", "cluster"} {
		for _, width := range []int64{400, 800, 1280} {
			b.do(chromedp.EmulateViewport(width, 900))
			b.open(page(t, name, render.Options{}), "")
			const all = `Array.from(document.querySelectorAll(".beside"))`
			want(b, all+`.length > 0`, true)
			want(b, all+`.filter(e => {
				const box = e.getBoundingClientRect(), sign = e.firstElementChild.getBoundingClientRect(), words = e.lastElementChild.getBoundingClientRect();
				const lanes = Array.from(e.parentNode.querySelectorAll("i:not(.down)"));
				const own = lanes.find(i => e.classList.contains(i.classList[0])).getBoundingClientRect().left + 4;
				const near = r => Math.min(Math.abs(r.left - own), Math.abs(r.right - own));
				const named = words.width > 0 && e.querySelector(".who").offsetWidth > 0;
				return near(sign) > near(words) || sign.bottom < words.top || near(box) > 24 || named !== (lanes.length > 2 && innerWidth < 500);
			}).map(e => e.textContent).join("; ")`, "")
		}
	}
	b.clean()
}

// The language and the theme change in the page, and nothing else does.
func TestHTMLLanguageAndTheme(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.open(page(t, "loss", render.Options{Frame: anyFrame}), "#frame-5")
	want(b, opened, true) // a link into the page opens the row
	want(b, chosen, "frame-5")
	want(b, `document.documentElement.lang`, "en")
	b.do(chromedp.Click(`button[data-lang="ko"]`, chromedp.ByQuery))
	want(b, `document.documentElement.lang`, "ko")
	want(b, heard, "프레임 5, 클라이언트 → 서버, PSH ACK, seq 1, ack 1, 5바이트, 재전송")
	want(b, `document.getElementById("ladder-title").innerText`, "사다리 그림")
	want(b, `document.querySelector(".found-box b").innerText`, "재전송")
	const ground = `getComputedStyle(document.body).backgroundColor`
	light := read[string](b, ground)
	b.do(chromedp.Click(`button[data-theme="dark"]`, chromedp.ByQuery))
	dark := read[string](b, ground)
	if light == dark {
		t.Errorf("light and dark are both %s", light)
	}
	b.do(chromedp.Click(`button[data-theme="light"]`, chromedp.ByQuery))
	want(b, ground, light)
	b.clean()
}

// Rows are chosen by connection.
func TestHTMLFilter(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.open(page(t, "file", render.Options{}), "")
	const shown = `Array.from(document.querySelectorAll("#rows > .arrow:not([hidden])"), e => e.dataset.s).join("")`
	want(b, shown, "0000110")
	b.do(chromedp.SetValue("#filter", "1"), chromedp.Evaluate(`document.getElementById("filter").dispatchEvent(new Event("change", {bubbles: true}))`, nil))
	want(b, shown, "11")
	b.do(chromedp.Evaluate(`document.activeElement.blur()`, nil), chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	want(b, `document.querySelector(".chosen").dataset.s !== "0"`, true)

	// What is of no connection is there as long as the chosen one is.
	b.open(page(t, "cluster", render.Options{}), "")
	const without = `Array.from(document.querySelectorAll('#rows > [data-s="-1"]:not(.step, .note)'))`
	b.do(chromedp.SetValue("#filter", "1"), chromedp.Evaluate(`document.getElementById("filter").dispatchEvent(new Event("change", {bubbles: true}))`, nil))
	want(b, without+`.some(e => e.hidden)`, true)
	want(b, without+`.filter(e => !e.hidden && !document.querySelector('#rows > [data-s="1"]').compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING).length`, 0.0)
	b.clean()
}

// choose chooses the nth of the page's connections, 0 for all of them.
func (b *browser) choose(nth int) {
	b.Helper()
	b.do(chromedp.Evaluate(fmt.Sprintf(`(f => { f.selectedIndex = %d; f.dispatchEvent(new Event("change", {bubbles: true})) })(document.getElementById("filter"))`, nth), nil))
}

// The lanes of a chosen connection are those of its own states, as its labels tell
// them; a heading stands where something is below it.
func TestHTMLChosenLanes(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	const lanes = `JSON.stringify(Array.from(document.querySelectorAll("#rows > .row:not([hidden])"), li => [...li.querySelectorAll(".lad > i")].map(i => i.className)))`
	for _, name := range []string{"file", "cluster"} {
		b.open(page(t, name, render.Options{}), "")
		before := read[string](b, lanes)
		for nth := 1; nth < read[int](b, `document.getElementById("filter").options.length`); nth++ {
			b.choose(nth)
			want(b, `(() => {
				const s = document.getElementById("filter").value, now = {}, wrong = [];
				for (const li of document.querySelectorAll("#rows > .row")) {
					const own = li.dataset.s === s;
					for (const chip of own ? li.querySelectorAll(".chip") : []) {
						now[chip.parentNode.classList[1]] = ["opening", "open", "closing"].find(c => chip.classList.contains(c)) || "";
					}
					for (const i of li.hidden ? [] : li.querySelectorAll(".lad > i:not(.up)")) {
						const [lane, state] = i.classList;
						if ((state || "").replace("down", "") !== (now[lane] || "")) wrong.push(li.id + " " + i.className + " is " + now[lane]);
					}
				}
				return wrong.join("; ");
			})()`, "")
			want(b, `document.querySelectorAll("#rows > .row:not([hidden]) .lad > i").length > 0`, true)
			want(b, `[...document.querySelectorAll("#rows > .step:not([hidden])")].filter(e => {
				let below = e.nextElementSibling;
				while (below && (below.hidden || below.matches(".note"))) below = below.nextElementSibling;
				return !below || below.matches(".step");
			}).length`, 0)
		}
		b.choose(0)
		want(b, lanes, before)
		want(b, `document.querySelectorAll("#rows > [hidden]").length`, 0)
	}
	b.clean()
}

// The numbers of a row stand apart, be they ranges of long ones; what is said between
// two lanes can be read where it crosses others; and a table's sentences have room.
func TestHTMLReadable(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	for _, width := range []int64{400, 760, 1000, 1600} {
		b.do(chromedp.EmulateViewport(width, 900))
		b.open(page(t, "cluster", render.Options{FoldSegments: true}), "")
		want(b, `[...document.querySelectorAll(".row .gutter")].filter(g => {
			const [n, at, delta] = g.children;
			if (!n.textContent.trim()) return false;
			[n.textContent, at.textContent, delta.textContent] = ["1233…1237", "63.3020", "+123µs"];
			const r = [n, at, delta].map(e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect(); });
			return r[0].left < 0 || r[0].right + 4 > r[1].left || r[1].right + 4 > r[2].left;
		}).length`, 0)
		want(b, `document.querySelectorAll(".row .gutter").length > 0`, true)
		b.open(page(t, "cluster", render.Options{}), "")
		want(b, `[...document.querySelectorAll(".under > *, .label > span")].map(e => getComputedStyle(e).backgroundColor).filter(c => c !== getComputedStyle(document.body).backgroundColor).join()`, "")
		want(b, `document.querySelectorAll(".under > *").length > 0`, true)
		want(b, `document.querySelector("#connections td:last-child").offsetWidth >= 256`, true)
	}
	b.clean()
}

// Whatever a trace holds, nothing of it runs, in either language, opened or not.
func TestHTMLHostile(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	hostile := func(int) (render.FrameView, bool) {
		f, ok := anyFrame(1)
		f.Data = append(f.Data[:54:54], "</script><script>alert(1)</script><img src=x onerror=alert(1)>"...)
		f.Fields[1].Name, f.Fields[1].Value = rendertest.Hostile, rendertest.Hostile
		return f, ok
	}
	b.open(page(t, "hostile", render.Options{Frame: hostile}), "")
	b.do(chromedp.Evaluate(`window.alert = () => { window.owned = true }; document.body.dataset.rows = document.querySelectorAll("a.pic").length`, nil))
	for i := range read[int](b, `document.querySelectorAll("a.pic").length`) {
		b.do(chromedp.Evaluate(fmt.Sprintf(`document.querySelectorAll("a.pic")[%d].click()`, i), nil))
		want(b, opened, true)
	}
	b.do(chromedp.Click(`button[data-lang="ko"]`, chromedp.ByQuery))
	want(b, `window.owned === undefined`, true)
	want(b, `document.scripts.length`, 2)
	want(b, `document.images.length`, 0)
	want(b, `document.querySelectorAll("[onerror], [onclick], iframe, object, embed").length`, 0)
	b.clean()
	// The page's own policy stops what would be injected all the same.
	want(b, `(() => { const s = document.createElement("script"); s.textContent = "window.owned = true"; document.body.append(s); return window.owned === undefined })()`, true)
}

// Words that stand between the lanes leave these as thick as they are.
func TestHTMLWordsBesideLanes(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.open(page(t, "file", render.Options{Frame: anyFrame}), "")
	const rows = `Array.from(document.querySelectorAll(".other .across"))`
	want(b, rows+`.length > 0 && document.querySelectorAll(".lad>i").length > 0`, true)
	want(b, rows+`.filter(e => {
		const words = e.getBoundingClientRect();
		return Array.from(document.querySelectorAll(".lad>i")).some(i => {
			const lane = i.getBoundingClientRect();
			return words.left < lane.right && lane.left < words.right && words.top < lane.bottom && lane.top < words.bottom;
		});
	}).length`, 0.0)
	b.clean()
}

// A link to a frame leads to its row, below the tools and the heads, however many
// lines these take.
func TestHTMLDeepLink(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	many := page(t, "file", render.Options{Frame: anyFrame})
	for _, width := range []int64{1200, 900, 780} {
		b.do(chromedp.EmulateViewport(width, 420))
		b.open(many, "#frame-5")
		want(b, chosen, "frame-5")
		const row, heads = `document.querySelector("#frame-5 .pic").getBoundingClientRect()`, `document.querySelector(".heads").getBoundingClientRect()`
		want(b, row+`.top >= `+heads+`.bottom && `+row+`.bottom <= innerHeight`, true)
		want(b, `document.querySelector(".bar").getBoundingClientRect().bottom <= `+heads+`.top + 1`, true)
	}
	b.clean()
}

// A row that stands for several frames opens to the bytes of each: a link to one leads
// there, and the others can be chosen.
func TestHTMLFoldedFrames(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	numbered := func(n int) (render.FrameView, bool) {
		f, ok := anyFrame(n)
		f.Data[len(f.Data)-1] = byte(n)
		return f, ok
	}
	b.open(page(t, "echo", render.Options{Frame: numbered, FoldSegments: true}), "#frame-2")
	const frame, last = `document.getElementById("frame").value`, `document.querySelector(".hex .h:last-of-type b:last-child, .hex .o.h:nth-last-child(2) b:last-child").textContent`
	want(b, opened, true)
	want(b, chosen, "frame-1")
	want(b, frame, "2")
	want(b, last, "02")
	b.do(chromedp.SetValue("#frame", "3", chromedp.ByQuery), chromedp.Evaluate(`document.getElementById("frame").dispatchEvent(new Event("change", {bubbles: true}))`, nil))
	want(b, last, "03")
	want(b, `document.querySelectorAll(".hex").length`, 1)
	b.do(chromedp.Click(`#connections a[href="#frame-1"]`, chromedp.ByQuery))
	want(b, frame, "1")
	want(b, last, "01")
	want(b, `Array.from(document.querySelectorAll("#panel a[href^='#']"), a => a.hash.slice(1)).filter(id => !document.getElementById(id)).join()`, "")
	b.clean()
}

// On paper no state touches the time beside it.
func TestHTMLStatesOnPaper(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.open(page(t, "file", render.Options{}), "")
	b.do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(740, 1000))
	const chips = `Array.from(document.querySelectorAll(".row .chips.left .chip"))`
	want(b, chips+`.some(c => c.innerText.endsWith("?"))`, true)
	want(b, `parseFloat(getComputedStyle(document.querySelector("#glance p")).fontSize) < parseFloat(getComputedStyle(document.querySelector("h2")).fontSize)`, true)
	want(b, chips+`.filter(c => {
		const time = c.closest("li").querySelector(".gutter");
		return time && c.getBoundingClientRect().left < time.getBoundingClientRect().right + 4;
	}).map(c => c.innerText).join()`, "")
	b.clean()
}
