package render_test

import (
	"fmt"
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

var (
	alice = netip.MustParseAddrPort("10.0.0.1:40001")
	bob   = netip.MustParseAddrPort("10.0.0.2:7")
)

// shown renders events.
func shown(t *testing.T, view, format string, o render.Options, events ...trace.Event) string {
	t.Helper()
	f, ok := render.Choose(view, format)
	if !ok {
		t.Fatalf("no %s as %s", view, format)
	}
	var out strings.Builder
	err := f.Render(&out, func(yield func(trace.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A message with very many fields that carry state shows a few, and counts the
// others in the page's languages.
func TestManyStateFields(t *testing.T) {
	t.Parallel()
	m := &http1.Message{Request: true, Method: "GET", Target: "/", Version: "HTTP/1.1"}
	for i := range 40 {
		m.Fields = append(m.Fields, http1.Field{Name: "Cookie", Value: fmt.Sprintf("c%d=v", i)})
	}
	e := trace.Event{Kind: trace.KindMessage, Message: m, From: trace.Participant{Role: trace.RoleClient}, To: trace.Participant{Role: trace.RoleServer}}
	for lang, want := range map[explain.Lang]string{explain.English: "and 34 more", explain.Korean: "외 34개"} {
		text := shown(t, "ladder", "text", render.Options{Lang: lang}, e)
		if n := strings.Count(text, "Cookie: "); n != 6 || !strings.Contains(text, want) {
			t.Errorf("%d fields; want 6 and %q:\n%s", n, want, text)
		}
		if page := shown(t, "ladder", "html", render.Options{}, e); !strings.Contains(page, ">"+want+"<") {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// A diagram names HTTP once, be it a request or a response.
func TestDiagramNamesHTTPOnce(t *testing.T) {
	t.Parallel()
	ask := &http1.Message{Request: true, Method: "GET", Target: "/", Version: "HTTP/1.0"}
	answer := &http1.Message{Status: 501, Reason: "Not Implemented", Version: "HTTP/1.0"}
	for _, format := range []string{"mermaid", "plantuml"} {
		out := ""
		for _, m := range []*http1.Message{ask, answer} {
			out += shown(t, "ladder", format, render.Options{}, trace.Event{Kind: trace.KindMessage, Message: m})
		}
		if !strings.Contains(out, "HTTP GET /") || !strings.Contains(out, "HTTP/1.0 501") || strings.Contains(out, "HTTP HTTP") {
			t.Errorf("%s: %s", format, out)
		}
	}
}

// sentTwice is a connection on which the client sent its SYN twice.
func sentTwice(t *testing.T) *tcpstate.Conn {
	t.Helper()
	observer := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	var c *tcpstate.Conn
	for i := range 2 {
		c = observer.Observe(&tcpstate.Segment{Src: alice, Dst: bob, Seq: 1000, Flags: tcpstate.SYN, Frame: i + 1, Time: time.Unix(int64(i), 0)}, tcpstate.Sent).Conn
	}
	if n := c.Direction(tcpstate.Client).Again.Segments; n != 1 {
		t.Fatalf("%d segments are sent again", n)
	}
	return c
}

// Where more segments are named retransmissions than were seen twice, the table says
// why the two numbers differ; elsewhere it does not.
func TestSentAgainIsExplained(t *testing.T) {
	t.Parallel()
	for lang, want := range map[explain.Lang]string{explain.English: "sent again: segments whose bytes", explain.Korean: "다시 보냄: 바이트가"} {
		for named, told := range map[int]bool{1: false, 9: true} {
			c := sentTwice(t)
			c.Findings[tcpstate.FoundRetransmission] = named
			text := shown(t, "connections", "text", render.Options{Lang: lang}, trace.Event{Kind: trace.KindConnection, Connection: c})
			if strings.Contains(text, want) != told {
				t.Errorf("%d retransmissions, 1 sent again, %v:\n%s", named, lang, text)
			}
			page := shown(t, "ladder", "html", render.Options{Lang: lang}, trace.Event{Kind: trace.KindConnection, Connection: c})
			if strings.Contains(page, want) != told || !strings.Contains(page, `<td class="num">1 / 0</td>`) {
				t.Errorf("%d retransmissions, 1 sent again, %v: the page does not say so", named, lang)
			}
		}
	}
}
