package httpdemo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
	"statelab/httpdemo/session/sqlite"
)

// TestShownValue: what is safe is shown as it is; a browser's name within JSON is
// escaped once, by the JSON.
func TestShownValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ value, want string }{
		{`{"user_agent":"a \"b\" \\c"}`, `{"user_agent":"a \"b\" \\c"}`},
		{"{\"user_agent\":\"a\u202eb\"}", `{"user_agent":"a\u202eb"}`},
		{`a\b`, `a\\b`},
		{"a\x1b[2J", `a\x1b[2J`},
		{`"` + strings.Repeat("가", 200) + `"`, `"` + strings.Repeat("가", 133) + "…"},
	} {
		if got := shownValue(c.value, maxValue); got != c.want {
			t.Errorf("%q: %q, not %q", c.value, got, c.want)
		}
	}
	const record = `{"user":"kim","values":{"n":1}}`
	if parts := valueParts(record); strings.Join(parts, "") != record || len(parts) != 4 {
		t.Errorf("the parts are %q", parts)
	}
}

// mute is a store that lists nothing any more.
type mute struct{ session.Store }

func (mute) List(context.Context, string) ([]session.Record, error) {
	return nil, fmt.Errorf("down: %w", session.ErrUnavailable)
}

// TestMemoryOfAMuteStore: what a store does not tell is not nothing.
func TestMemoryOfAMuteStore(t *testing.T) {
	t.Parallel()
	services := testServices()
	services.Store = mute{session.NewMemory(session.MemoryOptions{Now: services.Now})}
	s := serveSite(t, services, Lessons()...)
	_, body := send(t, "GET", s.URL+"/memory.json", "", "")
	var m remembered
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Unknown) != 1 || m.Unknown[0] != "conversation" {
		t.Errorf("unknown: %q", m.Unknown)
	}
	for lang, says := range map[string]string{"en": "is not known", "ko": "알 수 없어"} {
		_, page := send(t, "GET", s.URL+"/memory?lang="+lang, "", "", "Accept", "text/html")
		if !strings.Contains(page, `data-sum="conversation">?<`) || !strings.Contains(page, "data-unknown>") || !strings.Contains(page, says) {
			t.Errorf("%s: the page says\n%s", lang, page)
		}
	}
	_, page := send(t, "GET", testSite(t, Lessons()...).URL+"/memory", "", "", "Accept", "text/html")
	if !strings.Contains(page, `data-sum="conversation">0<`) || !strings.Contains(page, "data-unknown hidden>") {
		t.Errorf("with a store that answers:\n%s", page)
	}
}

// TestSiteSpeaks: a server that was told a language speaks it, unless an address asks
// for another; and each lesson with pages says what to do there.
func TestSiteSpeaks(t *testing.T) {
	t.Parallel()
	services := testServices()
	services.Lang = "ko"
	korean, any := serveSite(t, services, Lessons()...), testSite(t, Lessons()...)
	for _, c := range []struct{ url, prefers, want string }{
		{korean.URL + "/", "en-US", "ko"},
		{korean.URL + "/?lang=en", "ko", "en"},
		{korean.URL + "/", "", "ko"},
		{any.URL + "/", "ko-KR", "ko"},
		{any.URL + "/", "", "en"},
	} {
		resp, _ := send(t, "GET", c.url, "", "", "Accept", "text/html", "Accept-Language", c.prefers)
		if got := resp.Header.Get("Content-Language"); got != c.want {
			t.Errorf("%s for who prefers %q: %q", c.url, c.prefers, got)
		}
	}
	for _, l := range Lessons() {
		hint, there := pageHints[l.Name]
		if there != (l.App != nil) || there && (hint.En == "" || hint.Ko == "") {
			t.Errorf("%s: %+v", l.Name, hint)
		}
	}
}

// TestPagesSayWhatTheyLack: where a page differs from the lesson in a terminal, or
// from its neighbours, it says so in both languages.
func TestPagesSayWhatTheyLack(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	for path, says := range map[string]string{
		"/restart/?lang=en": "--store sqlite:", "/restart/?lang=ko": "두 서버가 함께 쓰는 파일",
		"/websocket/?lang=en": "a login of its own", "/websocket/?lang=ko": "별도의 로그인",
	} {
		if _, page := send(t, "GET", s.URL+path, "", "", "Accept", "text/html"); !strings.Contains(page, says) {
			t.Errorf("%s does not say %q:\n%s", path, says, page)
		}
	}
}

// TestMemoryIsServed: a resource that bears a path is what a client gets there, with as
// many bytes.
func TestMemoryIsServed(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	_, text := send(t, "GET", s.URL+"/memory.json", "", "")
	var m remembered
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	paths := 0
	for _, e := range m.Entries {
		if !strings.HasPrefix(e.Name, "/") {
			continue
		}
		paths++
		path, lang, _ := strings.Cut(e.Name, " ")
		resp, body := send(t, "GET", s.URL+path+"?lang="+lang, "", "", "Accept", e.Value)
		if resp.StatusCode != http.StatusOK || len(body) != e.Bytes {
			t.Errorf("%s: %d, %d B; the memory lists %d B", e.Name, resp.StatusCode, len(body), e.Bytes)
		}
	}
	if paths == 0 {
		t.Error("no resource bears a path: the test shows nothing")
	}
}

// TestLookingIsNotRemembered: a stranger who gets every page there is, and sends
// nothing, has left nothing (ASVS 5.0, 3.5.3). Only the cache's visitor is counted by a
// GET: what caches do with its answer is that lesson.
func TestLookingIsNotRemembered(t *testing.T) {
	t.Parallel()
	site, err := NewSite(testServices(), Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	looked := 0
	for _, r := range routes(t) {
		if r.method != http.MethodGet || strings.Contains(r.path, "/attackable/") || r.path == "/cache/welcome" {
			continue
		}
		for _, accept := range []string{"text/html", "application/json"} {
			q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, r.path, nil)
			q.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			site.ServeHTTP(w, q)
			for _, e := range site.Memory() {
				if e.Kind == trace.MemoryConversation {
					t.Fatalf("%s (%d) has left %+v", r.pattern, w.Code, e)
				}
			}
		}
		looked++
	}
	if looked < 25 {
		t.Errorf("%d pages were looked at", looked)
	}
}

// TestExpiredIsCounted: a session that is over is found by nobody, and counted as long as
// its store has not cleared it away: the sum says nothing only if nothing is there.
func TestExpiredIsCounted(t *testing.T) {
	t.Parallel()
	services := testServices()
	var skip atomic.Int64
	began := time.Now()
	services.Now = func() time.Time { return began.Add(time.Duration(skip.Load())) }
	store, err := sqlite.Open(t.Context(), t.TempDir()+"/s.db", services.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	services.Store = store
	s := serveSite(t, services, Lessons()...)
	memory := func() (m remembered) {
		t.Helper()
		_, text := send(t, "GET", s.URL+"/memory.json", "", "")
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	send(t, "POST", s.URL+"/cart/add", urlencoded, "item=A")
	before := memory()
	skip.Store(int64(31 * time.Minute))
	after := memory()
	if before.Bytes["conversation"] == 0 || after.Bytes["conversation"] != before.Bytes["conversation"] {
		t.Errorf("%d B before it expired, %d B after it, and the row is there", before.Bytes["conversation"], after.Bytes["conversation"])
	}
	if all := after.Of("conversation"); len(all) != 1 || all[0].Name != "expired records" || all[0].Value != "1" || all[0].Lesson != "cart" {
		t.Errorf("the memory lists %+v", all)
	}
	send(t, "POST", s.URL+"/cart/add", urlencoded, "item=A") // sweeps
	if all := memory().Of("conversation"); len(all) != 1 || all[0].Name == "expired records" {
		t.Errorf("after a sweep the memory lists %+v", all)
	}
}

// reckoned counts how often a store is read whole.
type reckoned struct {
	session.Store
	read atomic.Int64
}

func (r *reckoned) List(ctx context.Context, user string) ([]session.Record, error) {
	r.read.Add(1)
	return r.Store.List(ctx, user)
}

func (r *reckoned) Everything(ctx context.Context) (alive, expired []session.Record, err error) {
	r.read.Add(1)
	return session.Everything(ctx, r.Store)
}

// TestMemoryReadsTheStoreOnce: the lessons share a store, and a look at the memory reads it
// once for all of them, each time anew.
func TestMemoryReadsTheStoreOnce(t *testing.T) {
	t.Parallel()
	services := testServices()
	store := &reckoned{Store: session.NewMemory(session.MemoryOptions{Now: services.Now})}
	services.Store = store
	s := serveSite(t, services, Lessons()...)
	for n := range int64(3) {
		r := session.Record{Key: fmt.Sprintf("cart-%d", n), Data: []byte("{}"), Expires: services.Now().Add(time.Hour)}
		if _, err := store.Commit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		before := store.read.Load()
		_, body := send(t, "GET", s.URL+"/memory.json", "", "")
		if got := store.read.Load() - before; got != 1 {
			t.Errorf("the store was read %d times", got)
		}
		var m remembered
		if err := json.Unmarshal([]byte(body), &m); err != nil || len(m.Of("conversation")) != int(n)+1 {
			t.Errorf("%v; conversations %v, want %d", err, m.Of("conversation"), n+1)
		}
	}
}
