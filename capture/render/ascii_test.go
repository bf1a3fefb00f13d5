package render_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Where our own symbols are replaced by ASCII's, those of others stand as escapes:
// nobody takes "a->b" for what was said where it was "a→b".
func TestASCIIKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	client, server := trace.Participant{Role: trace.RoleClient}, trace.Participant{Role: trace.RoleServer}
	const said, told = "a→b 5³ é 초 ×…", `a\u2192b 5\u00b3 é 초 \u00d7\u2026`
	conn := &tcpstate.Conn{}
	open := &trace.Segment{Reading: tcpstate.Reading{Conn: conn, From: tcpstate.Client}}
	open.Flags, open.Seq = tcpstate.SYN, 0
	data := &trace.Segment{Reading: tcpstate.Reading{Conn: conn, From: tcpstate.Client}}
	data.Flags, data.Seq, data.Payload, data.Len = tcpstate.ACK|tcpstate.PSH, 1, []byte(said+"\n"), len(said)+1
	at := time.Unix(0, 0)
	var events []trace.Event
	add := func(e trace.Event) {
		e.At, e.From, e.To, e.Frame = at, client, server, len(events)+1
		events = append(events, e)
	}
	add(trace.Event{Kind: trace.KindSegment, Segment: open})
	add(trace.Event{Kind: trace.KindSegment, Segment: data})
	add(trace.Event{Kind: trace.KindMessage, Message: &http1.Message{
		Request: true, Exchange: 1, Span: http1.Span{FirstFrame: 2, LastFrame: 2}, Method: "GET", Target: said, Version: "HTTP/1.1",
		Fields: []http1.Field{{Name: "Cookie", Value: said + "="}}, Head: []byte(said + "\r\n"),
	}})
	for _, c := range []struct {
		view, format string
		o            render.Options
		where        []string
	}{
		{"follow", "text", render.Options{}, []string{"> " + told + `\n`}},
		{"ladder", "text", render.Options{Explain: true}, []string{"GET " + told, "requests GET " + told, "Cookie: " + told}},
		{"ladder", "text", render.Options{Wire: true}, []string{"> " + told + `\r\n`}},
		{"http", "text", render.Options{}, []string{told}},
		{"story", "text", render.Options{}, []string{"GET " + told, `"`}},
	} {
		f, ok := render.Choose(c.view, c.format)
		if !ok {
			t.Fatalf("no %s as %s", c.view, c.format)
		}
		c.o.ASCII, c.o.Width = true, 200
		var out bytes.Buffer
		err := f.Render(&out, func(yield func(trace.Event, error) bool) {
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
		}, c.o)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.where {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s, %+v: nothing says %q:\n%s", c.view, c.o, want, out.String())
			}
		}
	}
}
