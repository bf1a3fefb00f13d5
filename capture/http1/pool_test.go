package http1

import (
	"fmt"
	"testing"

	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// conversationText reads a conversation and prints what it told, with bodies
// and heads where they are kept.
func conversationText(l Limits, bodies bool, streams [2]string) (all string) {
	c := New(l, func(_ tcpstate.End, m *Message) {
		one := *m
		if !bodies {
			one.Head, one.Body = nil, nil
		}
		all += fmt.Sprintf("%+v %q %q\n", one, one.Head, one.Body)
		if l.Pool != nil {
			l.Pool.Put(m)
		}
	})
	for end, sent := range streams {
		for at := 0; at < len(sent); at += 7 {
			c.Feed(tcpstate.End(end), &stream.Chunk{Data: []byte(sent[at:min(at+7, len(sent))]), Offset: int64(at)})
		}
		c.Feed(tcpstate.End(end), &stream.Chunk{Kind: stream.Cut, Offset: int64(len(sent))})
	}
	return all
}

// conversations are ones whose messages differ in all that a message that is
// used again could keep: also cut off in the body, and in the head.
var conversations = [][2]string{
	{
		"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\nHost: b\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nT: x\r\n\r\n" +
			"HTTP/1.1 404 No\nContent-Length : 2\r\nContent-Length: 2\r\n\r\nok" + "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 9\r\n\r\nshort",
	},
	{"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort", "HTTP/1.1 400 \nX: y\r\n\r\nto the end"},
}

// A message is told the same from memory that was used before.
func TestPool(t *testing.T) {
	t.Parallel()
	pool := &Pool{}
	for _, both := range append(conversations, conversations...) {
		want := conversationText(Limits{}, true, both)
		if got := conversationText(Limits{Pool: pool}, true, both); got != want {
			t.Errorf("with a pool:\n%s\nwithout:\n%s", got, want)
		}
	}
	if len(pool.free) == 0 {
		t.Error("nothing was given back")
	}
}

// Whoever keeps no bodies learns the same of the rest.
func TestNoBodies(t *testing.T) {
	t.Parallel()
	for _, both := range conversations {
		want := conversationText(Limits{}, false, both)
		if got := conversationText(Limits{Body: -1}, false, both); got != want {
			t.Errorf("without bodies:\n%s\nwith them:\n%s", got, want)
		}
	}
}

// A request takes memory for its start line and its fields; that it waits for its
// response takes none.
func TestRequestTakesTwoStrings(t *testing.T) {
	pool := &Pool{}
	c := New(Limits{Body: -1, Pool: pool}, func(_ tcpstate.End, m *Message) { pool.Put(m) })
	request, response := []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	if allocated := testing.AllocsPerRun(100, func() {
		c.Feed(tcpstate.Client, &stream.Chunk{Data: request})
		c.Feed(tcpstate.Server, &stream.Chunk{Data: response})
	}); allocated > 4 {
		t.Errorf("an exchange allocates %v times, want 2 for each message", allocated)
	}
}
