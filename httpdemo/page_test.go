package httpdemo

import (
	"net/http/httptest"
	"strings"
	"testing"

	"statelab/capture/trace"
)

// An error speaks the language that was asked for, as a page or as JSON, and
// lets no markup through.
func TestFail(t *testing.T) {
	t.Parallel()
	s := &Services{Now: exampleDate}
	for _, c := range []struct{ accept, language, want, kind string }{
		{"text/html", "ko-KR,ko;q=0.9", "&lt;이유&gt;", "text/html; charset=utf-8"},
		{"text/html", "en", "&lt;why&gt;", "text/html; charset=utf-8"},
		{"*/*", "en-GB", `"detail":"\u003cwhy\u003e"`, "application/problem+json"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", c.accept)
		r.Header.Set("Accept-Language", c.language)
		w := httptest.NewRecorder()
		s.Fail(w, r, 503, trace.Text{En: "<why>", Ko: "<이유>"})
		if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != c.kind || w.Header().Get("Content-Language") != c.language[:2] || len(w.Header()["Vary"]) != 2 || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%+v: %d %v %s", c, w.Code, w.Header(), w.Body)
		}
	}
}
