package http1_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"statelab/capture/http1"
)

// exchangesOf pairs what a conversation holds, and tells it in lines.
func exchangesOf(pieces ...piece) string {
	var p http1.Pairing
	var all []*http1.Exchange
	for _, m := range converse(http1.Limits{}, 0, pieces...).messages {
		x, fresh := p.Add(3, m)
		if fresh {
			all = append(all, x)
		}
		m.Fields, m.Status, m.Method = nil, 0, "" // it is not ours any more
	}
	var lines []string
	for _, x := range all {
		line := fmt.Sprintf("%d/%d", x.Number, x.Nth)
		if x.Request != nil {
			line += " " + x.Request.Method
		}
		for _, m := range x.Interim {
			line += fmt.Sprintf(" (%d)", m.Status)
		}
		if x.Response != nil {
			line += fmt.Sprintf(" %d", x.Response.Status)
		}
		if s, ok := x.Split(); ok {
			line += fmt.Sprintf(" %d+%d+%d", s.Request/time.Second, s.Wait/time.Second, s.Response/time.Second)
		}
		seen := x.Span()
		if began := second(seen.FirstFrame); x.Request != nil && !x.Request.FirstTime.Equal(x.Started()) || x.Request == nil && !began.Equal(x.Started()) {
			line += " started " + x.Started().String()
		}
		lines = append(lines, line+fmt.Sprintf(" f%d-%d", seen.FirstFrame, seen.LastFrame))
	}
	return strings.Join(lines, "; ")
}

func TestPairing(t *testing.T) {
	t.Parallel()
	const post = "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n"
	tests := []struct {
		name   string
		pieces []piece
		want   string
	}{
		{"kept alive", []piece{client(get), server(ok[:20]), server(ok[20:]), client(get[:5]), client(get[5:]), server(ok)}, "1/1 GET 200 0+1+1 f1-3; 2/2 GET 200 1+1+0 f4-6"},
		{"pipelined", []piece{client(get + get + post + "abcd"), server(ok + ok), server(ok)}, "1/1 GET 200 0+1+0 f1-2; 2/2 GET 200 0+1+0 f1-2; 3/3 POST 200 0+2+0 f1-3"},
		{"interim", []piece{client(post), server("HTTP/1.1 100 Continue\r\n\r\n"), client("abcd"), server(ok)}, "1/1 POST (100) 200 2+1+0 f1-4"},
		{"answered before it has ended", []piece{client(post + "ab"), server(ok), client("cd"), client(get), server(ok)}, "1/1 POST 200 2+-1+0 f1-3; 2/2 GET 200 0+1+0 f4-5"},
		{"no response", []piece{client(get)}, "1/1 GET f1-1"},
		{"no request", []piece{server(ok), server(ok)}, "1/0 200 f1-1; 2/0 200 f2-2"},
		{"interim alone", []piece{client("x\x00ST /a HTTP/1.1\r\n\r\n"), server("HTTP/1.1 100 Continue\r\n\r\n")}, "1/0 (100) f2-2"},
		{"switched", []piece{client(get), server("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n")}, "1/1 GET 101 0+1+0 f1-2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := exchangesOf(tt.pieces...); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Of requests that nobody answers as many wait as the reader pairs; those after
// them are over at once, and one that waits still finds its response.
func TestPairingIsBounded(t *testing.T) {
	t.Parallel()
	const waiting, all = 1000, 1500
	var p http1.Pairing
	var pairs []*http1.Exchange
	for i := range all {
		x, fresh := p.Add(3, &http1.Message{Request: true, Method: "GET", Target: "/", Exchange: i + 1})
		if !fresh || x.Nth != i+1 || x.Number != i+1 {
			t.Fatalf("request %d: %+v, fresh: %v", i+1, x, fresh)
		}
		pairs = append(pairs, x)
	}
	for i, x := range pairs {
		if x.Over != (i >= waiting) {
			t.Fatalf("request %d is over: %v", i+1, x.Over)
		}
	}
	if x, fresh := p.Add(3, &http1.Message{Status: 200, Exchange: 7}); fresh || x != pairs[6] || !x.Over {
		t.Errorf("the response to the seventh: %+v, fresh: %v", x, fresh)
	}
	if alone := p.Forget(3); len(alone) != waiting-1 || alone[0] != pairs[0] || !alone[0].Over || alone[6] != pairs[7] {
		t.Errorf("%d are left without a response", len(alone))
	}
}
