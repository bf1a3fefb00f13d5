package http1

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

var limits = Limits{Head: 200, Body: 50}

// play feeds both directions, the client's first, in chunks of the sizes that
// cut gives. It reports whether reading had to look for a new beginning: it
// does that at the beginnings of segments, so that only without it the messages
// cannot depend on the cuts.
func play(t *testing.T, streams [2][]byte, cut func() int) (messages []*Message, wasLost bool) {
	t.Helper()
	c := New(limits, func(from tcpstate.End, m *Message) {
		messages = append(messages, m)
		sent := streams[from]
		switch {
		case m.Start > m.BodyStart || m.BodyStart > m.End || m.End > int64(len(sent)):
			t.Fatalf("%d, %d, %d: impossible places in a stream of %d octets", m.Start, m.BodyStart, m.End, len(sent))
		case !bytes.HasPrefix(sent[m.Start:m.End], m.Head):
			t.Fatalf("the head is not where it should be: %q", m.Head)
		case int64(len(m.Body)) > m.BodyBytes || m.BodyBytes > m.End-m.BodyStart || len(m.Body) > limits.Body || len(m.Head) > limits.Head:
			t.Fatalf("%d octets of a body of %d, a head of %d", len(m.Body), m.BodyBytes, len(m.Head))
		case m.Framing == ContentLength && !bytes.Equal(m.Body, sent[m.BodyStart:][:len(m.Body)]):
			t.Fatalf("the body is not where it should be: %q", m.Body)
		}
	})
	for end, sent := range streams {
		for offset := 0; offset < len(sent); {
			n := min(cut(), len(sent)-offset)
			c.Feed(tcpstate.End(end), &stream.Chunk{Data: bytes.Clone(sent[offset : offset+n]), Offset: int64(offset)})
			wasLost = wasLost || c.readers[end].state == lost
			offset += n
			if len(c.readers[end].text) > limits.Head+1 && len(c.readers[end].text) > maxChunkLine+1 {
				t.Fatalf("%d octets are kept", len(c.readers[end].text))
			}
		}
		c.Feed(tcpstate.End(end), &stream.Chunk{Kind: stream.End, Offset: int64(len(sent))})
	}
	return messages, wasLost
}

// FuzzCuts: what is read does not depend on how the streams were cut into
// segments, and is in them where it is said to be.
func FuzzCuts(f *testing.F) {
	const get, ok = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	f.Add([]byte(get+get), []byte(ok+ok), uint64(1))
	f.Add([]byte("HEAD / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;e\r\nab\r\n0\r\nT: x\r\n\r\n"),
		[]byte("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nto the end"), uint64(2))
	f.Add([]byte("CONNECT a HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"), []byte("HTTP/1.1 400 No\r\nContent-Length: 0, 0\r\n\r\n"), uint64(3))
	f.Add([]byte("GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n"), []byte("HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n\x00"), uint64(4))
	f.Add([]byte("\r\n\r\nPUT / HTTP/1.1\r\nContent-Length: 3\r\nA: b\r\n c\r\n\r\nabcGET"), []byte(ok+"HTTP/1.1 204 \r\n\r\n"+ok[:30]), uint64(5))
	f.Fuzz(func(t *testing.T, requests, responses []byte, seed uint64) {
		streams := [2][]byte{requests, responses}
		whole, lost := play(t, streams, func() int { return 1 << 30 })
		r := rand.New(rand.NewPCG(seed, 1))
		for _, most := range []int{1, 4, 40} {
			cut, lostToo := play(t, streams, func() int { return 1 + r.IntN(most) })
			if lost != lostToo {
				t.Fatalf("whether this is HTTP depends on the cuts (%d): %v, %v", most, lost, lostToo)
			}
			if !lost && !reflect.DeepEqual(whole, cut) {
				t.Fatalf("what is read depends on the cuts:\n%+v\n%+v", whole, cut)
			}
		}
	})
}
