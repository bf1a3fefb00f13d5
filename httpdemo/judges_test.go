package httpdemo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python is a Python that has a module: the system's, where the first on the PATH
// is another.
func python(t *testing.T, module string) string {
	t.Helper()
	for _, program := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(program, "-c", "import "+module).Run() == nil {
			return program
		}
	}
	t.Skipf("needs python's %s: apt-get install python3-%[1]s", module)
	return ""
}

// judged gives a script in testdata what it is to judge, and takes its verdicts.
func judged(t *testing.T, program, script, argument string, ask, verdicts any) {
	t.Helper()
	in, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, filepath.Join("testdata", script), argument)
	c.Stdin = bytes.NewReader(in)
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.Bytes())
	}
	if err := json.Unmarshal(out, verdicts); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// strictSite serves every lesson on a socket, as http serve does.
func strictSite(t *testing.T, attackable bool) (at string) {
	t.Helper()
	s := testServices()
	s.Attackable = attackable
	site, err := NewSite(s, Lessons()...)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(site, Limits{}, nil)
	strict := Strict(l, srv, DefaultReadTimeout, DefaultHeader)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(strict) }()
	t.Cleanup(func() {
		_ = srv.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		_ = site.Close()
	})
	return l.Addr().String()
}

type h11Request struct {
	Method    string      `json:"method,omitempty"`
	Target    string      `json:"target,omitempty"`
	Fields    [][2]string `json:"fields"`
	Body      []byte      `json:"body"`
	Raw       []byte      `json:"raw,omitempty"`
	Responses int         `json:"responses,omitempty"`
}

// TestResponsesByH11: python's h11, which reads no more leniently than RFC 9112
// allows, reads every response: of each address with each method, with and without
// what it asks for, and of each case of framing. Where h11 holds that the connection
// can be used again it is, and where it does not the server closes it.
func TestResponsesByH11(t *testing.T) {
	t.Parallel()
	program := python(t, "h11")
	at := strictSite(t, true)
	var all []h11Request
	add := func(method, target, kind, body string, fields ...string) {
		r := h11Request{Method: method, Target: target, Fields: [][2]string{{"Content-Length", fmt.Sprint(len(body))}}, Body: []byte(body)}
		if kind != "" {
			r.Fields = append(r.Fields, [2]string{"Content-Type", kind})
		}
		for i := 0; i+1 < len(fields); i += 2 {
			r.Fields = append(r.Fields, [2]string{fields[i], fields[i+1]})
		}
		all = append(all, r)
	}
	lessons := routes(t)
	for _, r := range append(lessons, route{"", "GET", "/"}, route{"", "GET", "/memory"}, route{"", "GET", "/memory.json"}, route{"", "GET", "/assets/style.css"}, route{"", "GET", "/nobody"}) {
		for _, accept := range []string{"text/html", "*/*"} {
			add("GET", r.path, "", "", "Accept", accept)
			add("HEAD", r.path, "", "", "Accept", accept)
			add("POST", r.path, urlencoded, "username=jisoo&user=user1&item=A&coin=1000&choice=cola&text=x&token=x", "Accept", accept)
			add("POST", r.path, "application/json", `{"user":"user1"}`, "Accept", accept)
			add("DELETE", r.path, "", "", "Accept", accept)
			add("OPTIONS", r.path, "", "", "Accept", accept)
		}
		if r.method == "POST" {
			add("POST", r.path, "text/plain", "x")
		}
	}
	add("GET", "/memory/events", "", "")
	login, err := http.PostForm("http://"+at+"/websocket/login", url.Values{"user": {"kim"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = login.Body.Close()
	add("GET", "/websocket/chat", "", "", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13",
		"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Cookie", login.Request.Response.Cookies()[0].String())
	add("GET", "/cache/article", "", "", "If-None-Match", "*") // 304
	add("POST", "/vending/", urlencoded, strings.Repeat("x", DefaultBody+1))
	add("GET", "/api/public", "", "", "Connection", "close")
	add("POST", "/vending/", "application/json", `{"coin":1000,"choice":"cola"}`, "Expect", "100-continue")
	requests := len(all)
	var cases []framingCase
	for _, c := range framingCases(t) {
		if len(c.statuses) > 0 {
			cases = append(cases, c)
			all = append(all, h11Request{Raw: []byte(c.octets), Responses: len(c.statuses)})
		}
	}
	var answers []struct {
		Statuses []int
		Bytes    int
		Kept     bool
	}
	judged(t, program, "judge_h11.py", at, all, &answers)
	if len(answers) != len(all) {
		t.Fatalf("%d answers to %d requests", len(answers), len(all))
	}
	seen := map[int]int{}
	for i, a := range answers[:requests] {
		seen[a.Statuses[0]]++
		if all[i].Method == "HEAD" && a.Bytes > 0 {
			t.Errorf("HEAD %s: %d bytes", all[i].Target, a.Bytes)
		}
	}
	for _, status := range []int{101, 200, 204, 302, 303, 304, 400, 401, 403, 404, 405, 413, 415, 422} {
		if seen[status] == 0 {
			t.Errorf("no response was a %d: %v", status, seen)
		}
	}
	for i, a := range answers[requests:] {
		c := cases[i]
		if len(a.Statuses) != len(c.statuses) || c.word != "taken" && a.Kept {
			t.Errorf("%s: %+v, want %d and the end", c.name, a, len(c.statuses))
		}
	}
}
