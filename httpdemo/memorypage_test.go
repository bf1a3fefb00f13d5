package httpdemo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"statelab/httpdemo/session"
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
