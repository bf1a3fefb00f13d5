package httpdemo

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/bank"
)

// teller is a server of the bank that may be ended and started again over one
// file, with a clock that is moved.
type teller struct {
	t    *testing.T
	path string
	skip atomic.Int64 // nanoseconds
	app  *transferApp
	srv  *httptest.Server
}

func newTeller(t *testing.T) *teller {
	t.Helper()
	b := &teller{t: t, path: filepath.Join(t.TempDir(), "bank.db")}
	b.start()
	t.Cleanup(b.stop)
	return b
}

func (b *teller) start() {
	b.t.Helper()
	s := testServices()
	began := time.Now()
	s.Now = func() time.Time { return began.Add(time.Duration(b.skip.Load())) }
	var err error
	if b.app, err = newTransferAt(s, b.path); err != nil {
		b.t.Fatal(err)
	}
	site, err := NewSite(s, Lesson{Name: "transfer", App: func(*Services) (App, error) { return b.app, nil }})
	if err != nil {
		b.t.Fatal(err)
	}
	b.srv = httptest.NewUnstartedServer(site)
	b.srv.Config.ErrorLog = nil
	b.srv.Start()
}

func (b *teller) stop() {
	b.srv.Close()
	if err := b.app.Close(); err != nil {
		b.t.Error(err)
	}
}

// customer is a client with a cookie jar, and what it was last told.
type customer struct {
	t    *testing.T
	http http.Client
	last transferState
	keys []string // of transfers that it was asked to confirm
}

func newCustomer(t *testing.T) *customer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &customer{t: t, http: http.Client{Jar: jar}}
}

// do sends a form, or asks for the page if step is empty; 0 means no answer.
func (c *customer) do(b *teller, step string, form url.Values) (status int, body string) {
	c.t.Helper()
	var r *http.Response
	var err error
	if step == "" {
		r, err = c.http.Get(b.srv.URL + "/transfer/")
	} else {
		r, err = c.http.PostForm(b.srv.URL+"/transfer/"+step, form)
	}
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err.Error()
	}
	if r.StatusCode == http.StatusOK {
		c.last = transferState{}
		if err := json.Unmarshal(text, &c.last); err != nil {
			c.t.Fatalf("%s: %v", text, err)
		}
		if c.last.Key != "" {
			c.keys = append(c.keys, c.last.Key)
		}
	}
	return r.StatusCode, string(text)
}

// good is the form that the customer's step wants.
func (c *customer) good(amount int) url.Values {
	return url.Values{
		"form": {c.last.Form}, "account": {"jisoo"}, "password": {"blue-whale-42"}, "amount": {fmt.Sprint(amount)}, "to": {"alex"}, "key": {c.last.Key},
	}
}

// holds that balances are what the receipts say, and add up.
func (b *teller) holds(keys []string, what string) {
	b.t.Helper()
	want := map[string]int64{"jisoo": 100_000, "alex": 50_000}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		r, found, err := b.app.bank.Receipt(b.t.Context(), k)
		if err != nil {
			b.t.Fatal(err)
		}
		if found {
			want[r.From] -= r.Amount
			want[r.To] += r.Amount
		}
	}
	accounts, err := b.app.bank.Accounts(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, a := range accounts {
		if a.Balance != want[a.Name] {
			b.t.Fatalf("%s: %s has %d, by the receipts %d", what, a.Name, a.Balance, want[a.Name])
		}
	}
}

// TestTransferAnyhow walks at random through steps, stale forms, replays, pauses,
// crashes and restarts: no money is made or lost, and none moves twice.
func TestTransferAnyhow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 7))
			b, c := newTeller(t), newCustomer(t)
			var history []string
			stale := url.Values{}
			moved := 0
			for range 150 {
				what := ""
				switch n := random.IntN(20); {
				case n < 11: // the next step, as it should be
					if c.last.Step == "" || c.last.Step == "done" || c.last.Step == "aborted" {
						c.do(b, "", nil)
					}
					form := c.good(random.IntN(40) + 1)
					if random.IntN(3) == 0 {
						stale = form
					}
					step := c.last.Step
					status, _ := c.do(b, step, form)
					if step == "confirm" && status == http.StatusOK {
						moved++
						stale = form
					}
					what = fmt.Sprint(step, " ", status)
					if status != http.StatusOK {
						c.last = transferState{}
					}
				case n < 14: // an old form, anywhere
					step := transferSteps[random.IntN(len(transferSteps))]
					status, _ := c.do(b, step, stale)
					what = fmt.Sprint("stale ", step, " ", status)
					c.last = transferState{}
				case n < 15:
					c.do(b, "abort", url.Values{})
					what = "abort"
					c.last = transferState{}
				case n < 16:
					b.skip.Add(int64(time.Duration(random.IntN(5)) * time.Minute))
					what = "pause"
				case n < 18:
					p := bank.Points()[random.IntN(5)]
					b.app.bank.At = func(here bank.Point) error {
						if here == p {
							panic(http.ErrAbortHandler)
						}
						return nil
					}
					what = "will die at " + string(p)
				default:
					b.stop()
					b.start()
					what = "restart"
				}
				history = append(history, what)
				b.holds(slices.Clone(c.keys), strings.Join(history[max(0, len(history)-12):], ", "))
			}
			if moved == 0 {
				t.Error("no transfer was ever confirmed: the walk shows nothing")
			}
		})
	}
}

// TestTransferRefuses: what is wrong with a step, and that nothing moves for it.
func TestTransferRefuses(t *testing.T) {
	t.Parallel()
	b, c := newTeller(t), newCustomer(t)
	walk := func(upTo string, amount int) {
		c.do(b, "", nil)
		for _, step := range transferSteps {
			if step == upTo {
				return
			}
			if status, body := c.do(b, step, c.good(amount)); status != http.StatusOK {
				t.Fatalf("%s: %d %s", step, status, body)
			}
		}
	}
	changed := func(name, value string) func(url.Values) { return func(v url.Values) { v.Set(name, value) } }
	for _, x := range []struct {
		step   string
		amount int
		change func(url.Values)
		want   int
	}{
		{"password", 1, changed("password", "wrong-whale"), 403},
		{"password", 1, changed("account", "nobody"), 403},
		{"password", 1, changed("form", "0"), 409},
		{"amount", 1, changed("amount", "-1"), 422},
		{"amount", 1, changed("amount", "1e3"), 422},
		{"amount", 1, changed("amount", "+5"), 422},
		{"amount", 1, changed("amount", "007"), 422},
		{"recipient", 1, changed("to", "nobody"), 422},
		{"recipient", 1, changed("to", "jisoo"), 422},
		{"confirm", 1, changed("key", "0"), 409},
		{"amount", 1, changed("amount", "100001"), 422}, // jisoo has 100,000
		{"confirm", 1, func(url.Values) {}, 200},
	} {
		walk(x.step, x.amount)
		form := c.good(x.amount)
		x.change(form)
		if status, body := c.do(b, x.step, form); status != x.want {
			t.Errorf("%s with %v: %d %s, want %d", x.step, form, status, body, x.want)
		}
		b.holds(slices.Clone(c.keys), x.step)
		c.do(b, "abort", url.Values{})
	}
	if r, err := http.Post(b.srv.URL+"/transfer/amount", "application/json", strings.NewReader("{}")); err != nil || r.StatusCode != 415 {
		t.Errorf("JSON where a form is expected: %v, %v", r, err)
	}
	if r, err := http.Get(b.srv.URL + "/transfer/amount"); err != nil || r.StatusCode != 405 || r.Header.Get("Allow") != "POST" {
		t.Errorf("GET of a step: %v, %v", r, err)
	}
}

// TestTransferTwice: twenty confirmations of one form at once move the money once.
func TestTransferTwice(t *testing.T) {
	t.Parallel()
	b, c := newTeller(t), newCustomer(t)
	c.do(b, "", nil)
	for _, step := range transferSteps[:3] {
		if status, body := c.do(b, step, c.good(500)); status != http.StatusOK {
			t.Fatalf("%s: %d %s", step, status, body)
		}
	}
	form, done := c.good(500), make(chan int, 20)
	for range cap(done) {
		go func() {
			r, err := c.http.PostForm(b.srv.URL+"/transfer/confirm", form)
			if err != nil {
				done <- 0
				return
			}
			_ = r.Body.Close()
			done <- r.StatusCode
		}()
	}
	for range cap(done) {
		if status := <-done; status != http.StatusOK { // of two clicks the browser shows the second's answer
			t.Errorf("status %d: the money has moved, and that is not what it says", status)
		}
	}
	b.holds(slices.Clone(c.keys), "twenty at once")
	if accounts, err := b.app.bank.Accounts(t.Context()); err != nil || accounts[0].Balance != 50_500 {
		t.Errorf("%v, %v", accounts, err)
	}
}

// TestTransferLooking: whoever only looks at the page is not remembered, and a transfer
// that took too long is forgotten when something is sent, not when somebody looks.
func TestTransferLooking(t *testing.T) {
	t.Parallel()
	b, c := newTeller(t), newCustomer(t)
	kept := func() (n int) {
		for _, e := range b.app.Memory() {
			if e.Kind == trace.MemoryConversation {
				n++
			}
		}
		return n
	}
	for range 3 {
		if status, body := c.do(b, "", nil); status != http.StatusOK || c.last.Step != "password" {
			t.Fatalf("%d %s", status, body)
		}
	}
	if n := kept(); n != 0 {
		t.Errorf("looking has left %d entries", n)
	}
	c, form := ready(t, b)
	before := kept()
	b.skip.Add(int64(4 * time.Minute))
	if status, body := c.do(b, "", nil); status != http.StatusOK || c.last.Step != "password" || kept() != before {
		t.Errorf("a late transfer's page: %d %s, and %d entries of %d", status, body, kept(), before)
	}
	if status, body := c.do(b, "password", c.good(3000)); status != http.StatusOK || c.last.Step != "amount" {
		t.Errorf("begun again: %d %s", status, body)
	}
	if status, body := c.do(b, "confirm", form); status != http.StatusConflict || b.moved(form.Get("key")) {
		t.Errorf("the late one's confirmation: %d %s", status, body)
	}
}

// TestTransferFundsGone: another transfer has taken the money before the confirmation.
// The page that says so has no form without a field to mend, and leads back.
func TestTransferFundsGone(t *testing.T) {
	t.Parallel()
	b := newTeller(t)
	c, form := ready(t, b)
	if _, err := b.app.bank.Move(t.Context(), bank.Transfer{Key: "other", From: "jisoo", To: "alex", Amount: 99_000}); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.srv.URL+"/transfer/confirm",
		strings.NewReader(url.Values{"form": form["form"], "key": form["key"]}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", urlencoded)
	r.Header.Set("Accept", "text/html")
	resp, err := c.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("%d, %v: %s", resp.StatusCode, err, page)
	}
	if strings.Contains(string(page), "<form") || !strings.Contains(string(page), `href="/transfer/"`) {
		t.Errorf("a form without a field, or no way back:\n%s", page)
	}
	// What the bank knows of that transfer outlives the session, and is of a conversation.
	if !slices.ContainsFunc(b.app.Memory(), func(e trace.Entry) bool {
		return e.Name == "decided transfers" && e.Kind == trace.MemoryConversation && e.Value == "1"
	}) {
		t.Errorf("the memory is %+v", b.app.Memory())
	}
}
