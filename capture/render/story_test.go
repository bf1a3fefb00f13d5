package render_test

import (
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// dialogue is what one client and one server said: "GET /" begins a request, "200" a
// response, and each has fields behind it. Frames count from 1.
func dialogue(said ...string) render.Events {
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:50000")}
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("10.0.0.9:80")}
	return func(yield func(trace.Event, error) bool) {
		exchange := 0
		for i, s := range said {
			lines := strings.Split(s, "\n")
			at := time.Unix(int64(i), 0)
			m := &http1.Message{Version: "HTTP/1.1", Span: http1.Span{FirstFrame: i + 1, LastFrame: i + 1, FirstTime: at, LastTime: at}}
			e := trace.Event{Kind: trace.KindMessage, Message: m, At: at, From: server, To: client}
			if m.Method, m.Target, m.Request = strings.Cut(lines[0], " "); m.Request {
				e.From, e.To = client, server
				exchange++
			} else {
				m.Method, m.Status = "", 200
			}
			m.Exchange = exchange
			for _, line := range lines[1:] {
				name, value, _ := strings.Cut(line, ": ")
				m.Fields = append(m.Fields, http1.Field{Name: name, Value: value})
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func written(t *testing.T, write func(io.Writer, render.Events, render.Options) error, events render.Events, o render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b, events, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Cookies that go where a browser would not send them, that have no name, and that
// were removed before they came again.
func TestStoryCookies(t *testing.T) {
	t.Parallel()
	const id = "8f14e45fceea167a5a36dedd4bea2543"
	events := dialogue(
		"GET /\nHost: a.example", "200\nSet-Cookie: sid="+id+"\nSet-Cookie: p=1; Path=/sub\nSet-Cookie: only a value",
		"GET /\nHost: a.example\nCookie: sid="+id+"; only a value", "200\nSet-Cookie: sid=; Max-Age=0",
		"GET /other\nHost: a.example\nCookie: sid="+id+"; p=1", "200",
		"GET /x?sid=7&pwd=p&user=u\nHost: b.example\nCookie: sid="+id, "200",
	)
	for lang, want := range map[explain.Lang][]string{
		explain.English: {
			`brings back (no name)="only a value", set in frame 2`,
			`! sends sid="8f14e45fceea167a…" (a session id, it seems) after its end, set in frame 2`,
			`! sends p="1", set in frame 2 for the path /sub, which this target does not match`,
			`! sends sid="8f14e45fceea167a…" (a session id, it seems), set in frame 2 for a.example and not for this host`,
			`may say who asks, by its name: sid="7" in the target`,
			"says who asks: pwd in the target, user u\n",
			"    sid a.example/ set in frame 2, brought back last in frame 3, removed by the server in frame 4\n",
			"    (no name) a.example/ set in frame 2, brought back last in frame 3\n",
		},
		explain.Korean: {
			`되돌려 보냄: (이름 없음)="only a value", 프레임 2에서 설정됨`,
			`! 이 대상과 맞지 않는 경로 /sub에 보내라고 한 것을 보냄: p="1", 프레임 2에서 설정됨`,
			`! 이 호스트가 아니라 a.example에 보내라고 한 것을 보냄: sid="8f14e45fceea167a…" (세션 ID로 보임), 프레임 2에서 설정됨`,
			`이름으로 보아 누구의 요청인지 밝히는 것일 수 있음: 요청 대상의 sid="7"`,
			"누구의 요청인지 밝힘: 요청 대상의 pwd, 사용자 u\n",
			"    sid a.example/ 프레임 2에서 설정됨, 마지막으로 프레임 3에서 되돌려 보냄, 서버가 프레임 4에서 지움\n",
		},
	} {
		out := written(t, render.Story, events, render.Options{Width: 200, Lang: lang})
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("lacks %q:\n%s", w, out)
			}
		}
	}
	out := written(t, render.JSON, events, render.Options{})
	for _, w := range []string{`"act":"other-host"`, `"set_host":"a.example"`, `"act":"other-path"`, `"set_path":"/sub"`, `"unsure":true`} {
		if !strings.Contains(strings.ReplaceAll(out, ": ", ":"), w) {
			t.Errorf("JSON lacks %s", w)
		}
	}
}

// What a head that ends early may have brought is not denied.
func TestStoryCutHead(t *testing.T) {
	t.Parallel()
	events := messages(http1.Message{Request: true, Exchange: 1, Method: "GET", Target: "/", Truncated: true, HeadCut: true})
	for lang, want := range map[explain.Lang]string{explain.English: "its head is not here whole", explain.Korean: "헤더를 다 보지 못함"} {
		if out := written(t, render.Story, events, render.Options{Lang: lang}); !strings.Contains(out, want) || strings.Contains(out, "Authorization") {
			t.Error(out)
		}
	}
}

// The marks of the table say whose they are.
func TestHTTPMarks(t *testing.T) {
	t.Parallel()
	ask, answer := http1.Message{Request: true, Exchange: 1, Method: "POST", Target: "/"}, http1.Message{Status: 501, Exchange: 1}
	form := []http1.Field{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}
	legends := map[string]string{
		"A": "A: it brings credentials", "e": "e: the response began before the request's end", "r": "r: the request is truncated",
		"t": "t: the response is truncated", "!": "!: ambiguous or malformed",
	}
	for _, tt := range []struct {
		change func(ask, answer *http1.Message)
		want   string
	}{
		{func(_, _ *http1.Message) {}, ""},
		{func(_, a *http1.Message) { a.Marks = http1.Early }, "e"},
		{func(r, a *http1.Message) { r.Truncated, a.Marks = true, http1.Early|http1.Resumed }, "er"},
		{func(_, a *http1.Message) { a.Truncated = true }, "t"},
		{func(r, _ *http1.Message) { r.Truncated, r.Malformed = true, true }, "!"},
		{func(_, a *http1.Message) { a.Marks = http1.LengthRepeated }, "!"},
		{func(r, _ *http1.Message) { r.Fields, r.Body, r.BodyBytes = form, []byte("user=u&password=p"), 17 }, "A"},
		{func(r, _ *http1.Message) { r.Fields = []http1.Field{{Name: "X-Auth-Token", Value: "k"}} }, "A"},
		{func(r, _ *http1.Message) { r.Target = "/?sid=7" }, ""},
	} {
		ask, answer := ask, answer
		tt.change(&ask, &answer)
		out := written(t, render.HTTPTable, messages(ask, answer), render.Options{Width: 120})
		lines := strings.Split(out, "\n")
		row := lines[slices.IndexFunc(lines, func(s string) bool { return strings.HasPrefix(s, "1 ") })]
		marks := ""
		if cells := strings.Fields(row); cells[len(cells)-1] != "0" {
			marks = cells[len(cells)-1]
		}
		if marks != tt.want {
			t.Errorf("marks %q, want %q:\n%s", marks, tt.want, out)
		}
		for letter, legend := range legends {
			if strings.Contains(out, legend) != strings.Contains(tt.want, letter) {
				t.Errorf("the legend of %q with the marks %q:\n%s", letter, tt.want, out)
			}
		}
	}
	if f, ok := render.Choose("http", "text"); !ok || f.Bodies < http1.CredentialBody {
		t.Errorf("bodies, which may say who asks, are read to %d bytes", f.Bodies)
	}
}
