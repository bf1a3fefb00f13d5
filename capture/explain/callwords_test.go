package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

func TestWordsOfCalls(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		call trace.Call
		args string // in Korean; English is as it was reported
		// result in English and Korean, whole and short
		en, enShort, ko, koShort string
	}{
		{"listen", trace.Call{Name: "listen", Args: "port 7, backlog 128"}, "포트 7, 백로그 128", "", "", "", ""},
		{"connect", trace.Call{Name: "connect", Args: "10.0.0.2:7"}, "10.0.0.2:7", "", "", "", ""},
		{"connected", trace.Call{Name: "connect", Result: "connected"}, "", "connected", "connected", "연결됨", "연결됨"},
		{"refused", trace.Call{Name: "connect", Result: "connection refused"}, "", "connection refused", "refused", "연결 거부됨", "거부됨"},
		{"reset", trace.Call{Name: "read", Result: "connection reset by peer"}, "", "connection reset by peer", "reset", "상대의 RST로 끊김", "RST로 끊김"},
		{"write", trace.Call{Name: "write", Args: `"port 7"`, Result: "6 bytes"}, `"port 7"`, "6 bytes", "6 bytes", "6바이트", "6바이트"},
		{"one byte", trace.Call{Name: "read", Args: `"x"`, Result: "1 byte"}, `"x"`, "1 byte", "1 byte", "1바이트", "1바이트"},
		{"end of stream", trace.Call{Name: "read", Result: "EOF"}, "", "EOF", "EOF", "끝(EOF)", "EOF"},
		{"shutdown", trace.Call{Name: "shutdown", Args: "write"}, "쓰기", "", "", "", ""},
		{"close of a connection", trace.Call{Name: "close"}, "", "", "", "", ""},
		{"close of a listener", trace.Call{Name: "close", Args: "listener"}, "LISTEN 소켓", "", "", "", ""},
		{"linger", trace.Call{Name: "setsockopt", Args: "SO_LINGER 0 s"}, "SO_LINGER 0초", "", "", "", ""},
		{"switch", trace.Call{Name: "setsockopt", Args: "TCP_NODELAY off"}, "TCP_NODELAY 끔", "", "", "", ""},
		{"accept", trace.Call{Name: "accept", Result: "10.0.0.1:52911"}, "", "10.0.0.1:52911", "10.0.0.1:52911", "10.0.0.1:52911", "10.0.0.1:52911"},
		{"a stranger's error", trace.Call{Name: "read", Result: "odd"}, "", "odd", "odd", "odd", "odd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := explain.CallArgs(explain.English, &tt.call); got != tt.call.Args {
				t.Errorf("arguments in English: %q", got)
			}
			if got := explain.CallArgs(explain.Korean, &tt.call); got != tt.args {
				t.Errorf("arguments in Korean: %q, want %q", got, tt.args)
			}
			if whole, short := explain.CallResult(explain.English, &tt.call); whole != tt.en || short != tt.enShort {
				t.Errorf("result in English: %q, %q", whole, short)
			}
			if whole, short := explain.CallResult(explain.Korean, &tt.call); whole != tt.ko || short != tt.koShort {
				t.Errorf("result in Korean: %q, %q, want %q, %q", whole, short, tt.ko, tt.koShort)
			}
		})
	}
}

func ExampleCallResult() {
	c := &trace.Call{Name: "connect", Result: "connection refused"}
	whole, short := explain.CallResult(explain.Korean, c)
	fmt.Println(whole, "/", short)
	fmt.Println(explain.CallArgs(explain.Korean, &trace.Call{Name: "listen", Args: "port 7, backlog 3"}))
	// Output:
	// 연결 거부됨 / 거부됨
	// 포트 7, 백로그 3
}

// Of a text that is too long for a sentence the end is seen to be one.
func TestLongTextOfCall(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 45, 46, 47, 48, 49, 200} {
		e := trace.Event{Kind: trace.KindCall, Call: &trace.Call{Name: "write", Args: `"` + strings.Repeat("a", n) + `"`, Result: "3000 bytes"}}
		if s := explain.New(explain.English).Explain(&e).Sentence; !strings.Contains(s, `a") → 3000 bytes`) && !strings.Contains(s, `a…") → 3000 bytes`) {
			t.Errorf("%d letters: %s", n, s)
		}
	}
}
