package http1_test

import (
	"slices"
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	const chunked = "Transfer-Encoding: chunked\r\n"
	tests := []struct {
		want   string
		pieces []piece
	}{
		{"", []piece{client(get), server(ok)}},
		{"", []piece{client("POST / HTTP/1.1\r\n" + chunked + "\r\n1\r\na\r\n0\r\n\r\n")}},
		{"length-beside-coding", []piece{client("POST / HTTP/1.1\r\nContent-Length: 4\r\n" + chunked + "\r\n0\r\n\r\n")}},
		{"length-repeated", []piece{client("POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n")}},
		{"length-repeated", []piece{client("POST / HTTP/1.1\r\nContent-Length: 0, 0\r\n\r\n")}},
		{"length-invalid", []piece{client("POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n")}},
		{"coding-unfinished", []piece{client("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")}},
		{"coding-too-old", []piece{client("POST / HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n")}},
		{"bare-lf", []piece{client("GET / HTTP/1.1\nHost: a\r\n\r\n")}},
		{"bare-lf", []piece{client("POST / HTTP/1.1\r\n" + chunked + "\r\n1\na\r\n0\r\n\r\n")}},
		{"folded", []piece{client("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n")}},
		{"space-before-colon", []piece{client("GET / HTTP/1.1\r\nHost : a\r\n\r\n")}},
		{"not-a-field", []piece{client("GET / HTTP/1.1\r\nHost\r\n\r\n")}},
		{"chunk-extension", []piece{client("POST / HTTP/1.1\r\n" + chunked + "\r\n1;a=b\r\na\r\n0\r\n\r\n")}},
		{"early", []piece{client("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab"), server(ok), client("cd")}},
		{"", []piece{client("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab"), server("HTTP/1.1 100 Continue\r\n\r\n"), client("cd"), server(ok)}},
		{"resumed", []piece{client(""), client("").gap(3), client(get + get)}},
		{"coding-too-old bare-lf space-before-colon", []piece{client("POST / HTTP/1.0\r\n" + chunked + "A :b\n\r\n0\r\n\r\n")}},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			var all []string
			for _, m := range converse(http1.Limits{}, 0, tt.pieces...).messages {
				all = append(all, slices.Collect(m.Marks.Names())...)
			}
			if got := strings.Join(all, " "); got != tt.want {
				t.Errorf("marks %q, want %q", got, tt.want)
			}
		})
		for name := range strings.FieldsSeq(tt.want) {
			seen[name] = true
		}
	}
	for _, name := range http1.MarkNames() {
		if !seen[name] {
			t.Errorf("nothing here has the mark %q", name)
		}
	}
}

// TestBudget: bodies that do not end share what memory they may take, and give
// it back when they do.
func TestBudget(t *testing.T) {
	t.Parallel()
	budget := http1.NewBudget(6)
	post := func(body string) piece {
		return client("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n" + body)
	}
	open := converse(http1.Limits{Budget: budget}, 0, post("abc"))
	for range 2 { // what one of them held is free for the next
		short := converse(http1.Limits{Budget: budget}, 0, post("wxyz"))
		if m := short.messages[0]; string(m.Body) != "wxy" || m.BodyBytes != 4 || m.Truncated {
			t.Errorf("body %q of %d", m.Body, m.BodyBytes)
		}
	}
	open.c.Close(tcpstate.Client)
	if m := converse(http1.Limits{Budget: budget}, 0, post("wxyz")).messages[0]; string(m.Body) != "wxyz" {
		t.Errorf("body %q after the budget was given back", m.Body)
	}
	if m := converse(http1.Limits{Body: -1}, 0, post("wxyz")).messages[0]; len(m.Body) != 0 || m.BodyBytes != 4 {
		t.Errorf("body %q where none was to be kept", m.Body)
	}
}
