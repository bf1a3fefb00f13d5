package render_test

import (
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// unnumbered is an exchange, and a segment sent again, of which the party whose
// numbers are shown saw nothing.
func unnumbered(yield func(trace.Event, error) bool) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:50000")}
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("10.0.0.2:80")}
	again := &trace.Segment{Reading: tcpstate.Reading{Findings: []tcpstate.Finding{{Name: "retransmission"}}}}
	message := func(from, to trace.Participant, at time.Duration, m http1.Message) trace.Event {
		m.Span = http1.Span{FirstTime: start.Add(at), LastTime: start.Add(at)}
		m.Exchange, m.Version = 1, "HTTP/1.1"
		return trace.Event{Kind: trace.KindMessage, At: start.Add(at), From: from, To: to, Message: &m}
	}
	for _, e := range []trace.Event{
		{Kind: trace.KindSegment, At: start, Frame: 1, From: client, To: server, Segment: again},
		{Kind: trace.KindSegment, At: start.Add(470 * time.Millisecond), From: client, To: server, Segment: again},
		message(client, server, time.Second, http1.Message{Request: true, Method: "GET", Target: "/a"}),
		message(server, client, 2*time.Second, http1.Message{Status: 200, Reason: "OK", Fields: []http1.Field{{Name: "Set-Cookie", Value: "a=b; Path=/"}}}),
	} {
		if !yield(e, nil) {
			return
		}
	}
}

// A frame without a number is told by its time, or has none: never the number 0.
func TestUnnumberedFrames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		lang   explain.Lang
		render func(io.Writer, render.Events, render.Options) error
		want   []string
	}{
		{"expert", explain.English, render.Expert, []string{"first: frame 1; at 0.47000 s"}},
		{"expert", explain.Korean, render.Expert, []string{"처음: 프레임 1; 0.47000초에"}},
		{"http", explain.English, render.HTTPTable, []string{"\n1  –  "}},
		{"story", explain.English, render.Story, []string{"\n1.00000s  → GET /a", "set at 2.00000 s"}},
		{"story", explain.Korean, render.Story, []string{"2.00000초에 설정됨"}},
		{"http csv", explain.English, render.HTTPCSV, []string{"\n1,0,1,,,2026-01-01T00:00:01Z,GET"}},
		{"segments", explain.English, render.SegmentsCSV, []string{"\n1,2026", "\n,2026-01-01T00:00:00.47Z"}},
		{"json", explain.English, render.JSON, []string{`"frame": null`, `"last_frame": null`}},
		{"har", explain.English, render.HAR, []string{`"_frames": null`}},
		{"html", explain.English, render.HTML, []string{`<a href="#frame-1">1</a>, <span lang="en">at 0.47000 s`}},
	}
	for _, tt := range tests {
		var b strings.Builder
		if err := tt.render(&b, unnumbered, render.Options{Width: 80, Lang: tt.lang}); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s lacks %q", tt.name, want)
				if b.Len() < 4000 {
					t.Log(b.String())
				}
			}
		}
		for _, no := range []string{`"frame": 0`, "frame 0", "프레임 0", "#frame-0"} {
			if strings.Contains(b.String(), no) {
				t.Errorf("%s has %q", tt.name, no)
			}
		}
	}
}

// Who asks is told as what it is; where nothing of it is known, no more is said than
// which fields are not there.
func TestStoryCredentials(t *testing.T) {
	t.Parallel()
	const id = "qC9vh7Gng1MmN3gFr6umlNetFqZceAHMygAxxeL0QZY"
	form := []http1.Field{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}
	events := messages(
		http1.Message{Request: true, Exchange: 1, Span: http1.Span{FirstFrame: 1}, Fields: form, Body: []byte("username=jisoo&password=secret"), BodyBytes: 30},
		http1.Message{Request: true, Exchange: 2, Span: http1.Span{FirstFrame: 2}, Fields: []http1.Field{{Name: "Session-Id", Value: id}}},
		http1.Message{Request: true, Exchange: 3, Span: http1.Span{FirstFrame: 3}, Fields: []http1.Field{{Name: "X-API-TOKEN", Value: "k"}}},
		http1.Message{Request: true, Exchange: 4, Span: http1.Span{FirstFrame: 4}, Fields: []http1.Field{{Name: "Authorization", Value: "Bearer k"}}},
		http1.Message{Request: true, Exchange: 5, Span: http1.Span{FirstFrame: 5}},
	)
	for lang, want := range map[explain.Lang][]string{
		explain.English: {
			"says who asks: password=(not shown) in the body's form, user jisoo", `says who asks: Session-Id: "qC9vh7Gng1MmN3gF…" (a session id, it seems)`,
			"says who asks: X-API-TOKEN: \"k\"\n", "says who asks: Authorization: Bearer\n", "no Cookie and no Authorization\n",
		},
		explain.Korean: {
			"누구의 요청인지 밝힘: 본문 폼의 password=(보이지 않음), 사용자 jisoo", `누구의 요청인지 밝힘: Session-Id: "qC9vh7Gng1MmN3gF…" (세션 ID로 보임)`,
			"누구의 요청인지 밝힘: Authorization: Bearer\n", "Cookie도 Authorization도 없음\n",
		},
	} {
		var b strings.Builder
		if err := render.Story(&b, events, render.Options{Width: 100, Lang: lang}); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("lacks %q:\n%s", w, b.String())
			}
		}
		if strings.Contains(b.String(), "secret") || strings.Count(b.String(), want[len(want)-1]) != 1 {
			t.Error(b.String())
		}
	}
}
