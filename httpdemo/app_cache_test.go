package httpdemo

import (
	"strings"
	"testing"
)

// TestCachePage: conditions and parts of net/http are answered as RFC 9110 says,
// and what is no article is refused.
func TestCachePage(t *testing.T) {
	t.Parallel()
	s := testSite(t, Lessons()...)
	first, text := send(t, "GET", s.URL+"/cache/article", "", "")
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Cache-Control") != "max-age=30" || first.Header.Get("Vary") != "Accept-Language" {
		t.Errorf("the article's fields: %v", first.Header)
	}
	const form, plain = "application/x-www-form-urlencoded", "text/plain"
	for _, c := range []struct {
		method, path, kind, body string
		fields                   []string
		want                     int
		says                     string
	}{
		{"GET", "/cache/article", "", "", []string{"If-None-Match", tag}, 304, ""},
		{"GET", "/cache/article", "", "", []string{"If-None-Match", `"other", W/` + tag}, 304, ""},
		{"GET", "/cache/article", "", "", []string{"If-None-Match", `"other"`}, 200, text},
		{"GET", "/cache/article", "", "", []string{"If-None-Match", tag, "Accept-Language", "ko"}, 200, "캐시"},
		{"GET", "/cache/article", "", "", []string{"If-Match", `"other"`}, 412, ""},
		{"GET", "/cache/article", "", "", []string{"Range", "bytes=0-6"}, 206, text[:7]},
		{"GET", "/cache/article", "", "", []string{"Range", "bytes=9999-"}, 416, ""},
		{"GET", "/cache/careless", "", "", nil, 404, ""},
		{"PUT", "/cache/article", plain, "x", nil, 405, ""},
		{"POST", "/cache/article", "application/json", "{}", nil, 415, "text/plain"},
		{"POST", "/cache/article", plain, "", nil, 422, "1 to 4096"},
		{"POST", "/cache/article", plain, "\xff", nil, 422, "UTF-8"},
		{"POST", "/cache/article", plain, strings.Repeat("x", cacheArticleMost+1), nil, 422, ""},
		{"POST", "/cache/article", form, "text=%zz", nil, 400, ""},
		{"POST", "/cache/article", plain, "new\n", nil, 204, ""},
		{"GET", "/cache/article", "", "", []string{"If-None-Match", tag}, 200, "new\n"},
		{"POST", "/cache/article?lang=ko", form, "text=%3Cscript%3E", nil, 200, "&lt;script&gt;"},
	} {
		resp, body := send(t, c.method, s.URL+c.path, c.kind, c.body, c.fields...)
		if resp.StatusCode != c.want || !strings.Contains(body, c.says) || c.want == 304 && body != "" {
			t.Errorf("%s %s %q %q: %d %s, want %d", c.method, c.path, c.body, c.fields, resp.StatusCode, body, c.want)
		}
	}
}

// TestCacheVisitors: who brings a cookie is known again, an invented one is not
// adopted, and strangers do not fill the memory.
func TestCacheVisitors(t *testing.T) {
	t.Parallel()
	app, err := newCache(testServices())
	if err != nil {
		t.Fatal(err)
	}
	s := testSite(t, Lesson{Name: "cache", App: func(*Services) (App, error) { return app, nil }})
	resp, _ := send(t, "GET", s.URL+"/cache/welcome", "", "")
	cookie := resp.Cookies()[0]
	if resp.Header.Get("Cache-Control") != "private, no-store" || !cookie.HttpOnly {
		t.Errorf("fields %v", resp.Header)
	}
	if _, body := send(t, "GET", s.URL+"/cache/welcome", "", "", "Cookie", cookie.Name+"="+cookie.Value); !strings.Contains(body, "Visits: 2") {
		t.Errorf("with the cookie: %s", body)
	}
	if resp, body := send(t, "GET", s.URL+"/cache/welcome", "", "", "Cookie", cookie.Name+"=invented"); !strings.Contains(body, "Visits: 1") || strings.Contains(body, "invented") || len(resp.Cookies()) != 1 {
		t.Errorf("with an invented cookie: %s", body)
	}
	for range cacheVisitorsMost {
		send(t, "GET", s.URL+"/cache/welcome", "", "")
	}
	if n := len(app.Memory()) - 2; n != cacheVisitorsMost {
		t.Errorf("%d visitors are known", n)
	}
}
