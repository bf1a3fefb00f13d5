package httpdemo_test

import (
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"statelab/httpdemo/session"
)

// TestSessionRefuses: what the pages do not take.
func TestSessionRefuses(t *testing.T) {
	t.Parallel()
	s := siteOn(t, nil, "", true)
	for _, c := range []struct {
		method, path, kind, body string
		want                     int
		fields                   []string
	}{
		{"GET", "/session/logout", "", "", 405, nil},
		{"GET", "/session/everywhere", "", "", 405, nil},
		{"DELETE", "/session/profile", "", "", 405, nil},
		{"POST", "/session/login", "text/plain", "x", 415, nil},
		{"POST", "/session/login", "application/json", `{"username":`, 400, nil},
		{"POST", "/session/login", form, "username=%zz", 400, nil},
		{"POST", "/session/login", form, "username=nobody&password=a-guess", 403, nil},
		{"POST", "/session/login", form, "", 422, nil},
		{"POST", "/session/login", form, "username=jisoo&password=blue-whale-42", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"POST", "/session/everywhere", form, "", 302, nil},
		{"POST", "/session/end", form, "key=x", 302, nil},
		{"GET", "/session/header/profile", "", "", 401, nil},
		{"GET", "/session/profile", "", "", 302, []string{"Cookie", "__Host-session=" + strings.Repeat("A", 43)}},
		{"GET", "/session/profile", "", "", 302, []string{"Cookie", "__Host-session=../../etc"}},
	} {
		r, _ := s.send(c.method, c.path, c.kind, c.body, c.fields...)
		if r.StatusCode != c.want || len(r.Cookies()) > 0 {
			t.Errorf("%s %s %q: %d %v, want %d", c.method, c.path, c.body, r.StatusCode, r.Cookies(), c.want)
		}
		if c.want == 405 && r.Header.Get("Allow") == "" || c.want == 401 && r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s: %v", c.method, c.path, r.Header)
		}
	}
}

// TestSessionOfOthers: a user ends only sessions of their own, by their keys; an id
// is not one.
func TestSessionOfOthers(t *testing.T) {
	t.Parallel()
	s := siteOn(t, nil, "", false)
	jisoo := s.login()
	r, _ := s.send("POST", "/session/login", form, "username=alex&password=red-panda-17")
	alex := r.Cookies()[0].String()
	_, id, _ := strings.Cut(jisoo, "=")
	for _, key := range []string{session.Key(id), id, "", "x"} {
		s.want(404, "POST", "/session/end", "key="+key, "Cookie", alex)
	}
	s.want(200, "GET", "/session/profile", "", "Cookie", jisoo)
	s.want(303, "POST", "/session/everywhere", "", "Cookie", alex)
	s.want(200, "GET", "/session/profile", "", "Cookie", jisoo)
	s.want(303, "POST", "/session/end", "key="+session.Key(id), "Cookie", jisoo) // one's own, here: a logout
	s.want(302, "GET", "/session/profile", "", "Cookie", jisoo)
}

// TestSessionRenewed: a login has another id than the session before it, which is
// nobody's then.
func TestSessionRenewed(t *testing.T) {
	t.Parallel()
	s := siteOn(t, nil, "", false)
	before := s.login()
	r := s.want(303, "POST", "/session/login", "username=alex&password=red-panda-17", "Cookie", before)
	if len(r.Cookies()) != 1 {
		t.Fatalf("the login set %d cookies, want one with another id", len(r.Cookies()))
	}
	after := r.Cookies()[0]
	if before == after.Name+"="+after.Value {
		t.Error("the login kept the id")
	}
	s.want(302, "GET", "/session/profile", "", "Cookie", before)
	s.want(200, "GET", "/session/profile", "", "Cookie", after.String())
}

// TestSessionAttackableOff: what can be attacked is not there unless it is asked for.
func TestSessionAttackableOff(t *testing.T) {
	t.Parallel()
	s := siteOn(t, nil, "", false)
	for _, path := range []string{"url/", "fixed/login", "partner"} {
		s.want(http.StatusNotFound, "GET", "/session/attackable/"+path, "")
	}
	on := siteOn(t, nil, "", true)
	for _, path := range []string{"url/", "fixed/login", "partner"} {
		on.want(http.StatusOK, "GET", "/session/attackable/"+path, "")
	}
}

// TestSessionPageNotKept: no cache and no back button shows a page of one who has
// left.
func TestSessionPageNotKept(t *testing.T) {
	t.Parallel()
	s := siteOn(t, nil, "", false)
	login := s.login()
	for _, path := range []string{"/session/", "/session/profile", "/session/login"} {
		r := s.want(200, "GET", path, "", "Cookie", login)
		if r.Header.Get("Cache-Control") != "no-store" || !strings.Contains(strings.Join(r.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("%s: %v", path, r.Header)
		}
	}
}

// TestSessionCounts: the numbers that the page gives are those of the cookie that the
// browser keeps, and of the record's parts, which add up.
func TestSessionCounts(t *testing.T) {
	t.Parallel()
	s := siteOn(t, nil, "", false)
	login := s.login()
	name, value, _ := strings.Cut(login, "=")
	_, page := s.send("GET", "/session/", "", "", "Cookie", login, "Accept", "text/html")
	var counted []int
	for _, m := range regexp.MustCompile(`<td class="bytes">(?:<strong>)?(\d+) B`).FindAllStringSubmatch(page, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		counted = append(counted, n)
	}
	if len(counted) != 5 {
		t.Fatalf("%d numbers of bytes: %v\n%s", len(counted), counted, page)
	}
	if want := len(name) + len(value); counted[0] != want {
		t.Errorf("the browser keeps %d B, and the page says %d", want, counted[0])
	}
	if key, user := counted[2], counted[3]; key != len(session.Key(value)) || user != len("jisoo") || counted[1]+key+user != counted[4] {
		t.Errorf("the server's parts are %v", counted[1:])
	}
	stored := regexp.MustCompile(`(?s)<td class="value"><span>(\{.*?)</td>`).FindStringSubmatch(page)
	if stored == nil {
		t.Fatalf("no record in\n%s", page)
	}
	if text := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(stored[1], "")); len(text) != counted[1] {
		t.Errorf("beside %d B stand %d: %s", counted[1], len(text), text)
	}
}

// TestFlaskCounts: what the browser keeps, and the line that a request bears, are those
// of the cookie; the command beside them can be pasted.
func TestFlaskCounts(t *testing.T) {
	t.Parallel()
	s := lessonSite(t, false, "flask")
	r, _ := s.send("POST", "/flask/login", form, "username=user1&password=pass123")
	login, _, _ := strings.Cut(r.Header.Get("Set-Cookie"), ";")
	_, page := s.send("GET", "/flask/", "", "", "Cookie", login, "Accept", "text/html")
	for _, want := range []string{
		strconv.Itoa(len(login)-len("=")) + " B (the cookie", strconv.Itoa(len("Cookie: "+login+"\r\n")) + " B (<code>Cookie:",
		"-b '" + login + "' " + s.URL + "/flask/profile", " UTC</td>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.Contains(page, "+0000") {
		t.Errorf("a time as Go prints it:\n%s", page)
	}
}
