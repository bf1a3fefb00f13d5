package where_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/capture/where"
)

var start = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

// events are two connections: one that failed after a retransmission, and one
// on which all went well.
func events(yield func(trace.Event, error) bool) {
	ask := func(stream int, method, target string, at time.Duration) trace.Event {
		return trace.Event{Kind: trace.KindMessage, Stream: stream, Message: &http1.Message{
			Request: true, Method: method, Target: target, Exchange: 1, Span: http1.Span{LastTime: start.Add(at)},
			Fields: []http1.Field{{Name: "host", Value: "shop.example"}},
		}}
	}
	answer := func(stream, status int, at time.Duration) trace.Event {
		return trace.Event{Kind: trace.KindMessage, Stream: stream, Message: &http1.Message{
			Status: status, Exchange: 1, Span: http1.Span{FirstTime: start.Add(at)}, BodyBytes: 63,
			Fields: []http1.Field{{Name: "Content-Type", Value: "application/json"}},
		}}
	}
	conn := func(stream int, port uint16, findings map[string]int) trace.Event {
		return trace.Event{Kind: trace.KindConnection, Stream: stream, Connection: &tcpstate.Conn{
			Stream: stream, Findings: findings, Ending: tcpstate.EndFIN, Bytes: [2]int64{69, 204},
			Key:       tcpstate.Key{Client: netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), port), Server: netip.MustParseAddrPort("10.0.0.2:80")},
			Handshake: tcpstate.Handshake{Complete: true, HasRTT: true, RTT: 20 * time.Millisecond},
			FirstTime: start, LastTime: start.Add(2 * time.Second),
		}}
	}
	for _, e := range []trace.Event{
		ask(0, "GET", "/cart", 0), ask(1, "POST", "/login", 0),
		answer(0, 503, 40*time.Millisecond), answer(1, 100, time.Millisecond), answer(1, 302, 5*time.Millisecond),
		conn(1, 40002, nil),
		conn(0, 40001, map[string]int{"retransmission": 2, "duplicate-ack": 1}),
	} {
		if !yield(e, nil) {
			return
		}
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		`tcp.findings has "retransmission" && http.status >= 400`: {0},
		`tcp.findings has "zero-window"`:                          nil,
		`tcp.findings not has "retransmission"`:                   {1},
		`not (tcp.findings has "retransmission")`:                 {1},
		`tcp.findings != "retransmission"`:                        {1},
		`http.status == 302 or http.status == 503`:                {1, 0},
		`http.status < 200`:                                       {1},
		`http.status != 302`:                                      {0},
		`http.latency_us > 39999.5`:                               {0},
		`http.latency_us <= 5000`:                                 {1},
		`http.method has "POST" and http.target startsWith "/lo"`: {1},
		`http.target matches "^/(cart|basket)$"`:                  {0},
		`http.target contains "o" || http.type endsWith "xml"`:    {1},
		`http.host has "shop.example" && http.body_bytes has 63`:  {1, 0},
		`client.port == 40001`:                                    {0},
		`client.ip == "10.0.0.1" && server.port in [80, 8080]`:    {1, 0},
		`tcp.rtt_us == 20000 && tcp.duration_us >= 2000000`:       {1, 0},
		`tcp.handshake && tcp.closed == "fin" && tcp.stream > 0`:  {1},
		`http.target has "has"`:                                   nil,
		`true`:                                                    {1, 0},
	} {
		e, err := where.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := e.Streams(events); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]where.SyntaxError{
		``:                                    {Column: 1},
		`tcp.fin`:                             {Column: 1, Unknown: "tcp.fin"},
		`http.status > 1 && tcp.rtt > 3`:      {Column: 20, Unknown: "tcp.rtt"},
		`http.status > 1 && "한글" == tcp.rtt`:  {Column: 28, Unknown: "tcp.rtt"},
		`tcp.closed = "fin"`:                  {Column: 12},
		`tcp.rtt_us`:                          {Column: 1},
		`http.status > "many"`:                {Column: 13},
		`http.target matches "("`:             {Column: 21},
		`len(http.target) > 1`:                {Column: 1, Unknown: "len"},
		strings.Repeat(" ", 4096) + "true":    {Column: 4096},
		strings.Repeat("(", 2000):             {Column: 2000},
		`http.method has "GET" has "nothing"`: {Column: 23},
	} {
		_, err := where.Compile(text)
		var got *where.SyntaxError
		if !errors.As(err, &got) {
			t.Errorf("%.40s: %v, want a SyntaxError", text, err)
			continue
		}
		if got.Unknown != want.Unknown || want.Column < 2000 && got.Column != want.Column {
			t.Errorf("%.40s: column %d, unknown %q, want %d, %q (%v)", text, got.Column, got.Unknown, want.Column, want.Unknown, err)
		}
	}
}

// Every field that is listed can be asked about.
func TestFields(t *testing.T) {
	t.Parallel()
	for _, f := range where.Fields() {
		if f.About.En == "" || f.About.Ko == "" {
			t.Errorf("%s is not explained", f.Name)
		}
		ok := false
		for _, right := range []string{`1`, `"x"`, `true`} {
			e, err := where.Compile(f.Name + " == " + right)
			if err != nil {
				continue
			}
			ok = true
			if _, err := e.Streams(events); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		if !ok {
			t.Errorf("%s compares with nothing", f.Name)
		}
	}
}

func TestEventsFail(t *testing.T) {
	t.Parallel()
	e, err := where.Compile("true")
	if err != nil {
		t.Fatal(err)
	}
	damage := errors.New("damaged")
	got, err := e.Streams(func(yield func(trace.Event, error) bool) {
		events(yield)
		yield(trace.Event{}, damage)
	})
	if !errors.Is(err, damage) || len(got) != 2 {
		t.Errorf("%v, %v: what was chosen before the damage counts", got, err)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`tcp.findings has "retransmission" && http.status >= 400`, `not has`, `http.target matches "("`, `client.port in 1..3`, `{`, "`"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := where.Compile(text)
		if err != nil {
			var s *where.SyntaxError
			if !errors.As(err, &s) || s.Column < 1 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		_, _ = e.Streams(events)
	})
}

func ExampleExpression_Streams() {
	e, err := where.Compile(`tcp.findings has "retransmission" && http.status >= 400`)
	if err != nil {
		fmt.Println(err)
		return
	}
	streams, err := e.Streams(events)
	fmt.Println(streams, err)
	// Output: [0] <nil>
}

func ExampleCompile() {
	_, err := where.Compile(`tcp.finding has "retransmission"`)
	fmt.Println(err)
	// Output: column 1: there is no field tcp.finding
}

// What is wrong is said in the words of whoever writes expressions.
func TestPlainErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tcp.closed == \"fin\" or": "column 22: the expression ends where more has to come",
		"http.status > \"many\"":   "column 13: > does not go between numbers and a text",
		"tcp.stream == 1)":         "column 16: \")\" cannot stand here",
		"tcp.fi has \"retr":        "column 17: the text has no closing quotation mark",
		"tcp.stream + 1":           "column 1: the expression has to be true or false, and is a number",
	} {
		if _, err := where.Compile(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
