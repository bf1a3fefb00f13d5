package http1_test

import (
	"testing"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// BenchmarkExchange reads a request and its response, a segment each.
func BenchmarkExchange(b *testing.B) {
	messages := 0
	c := http1.New(http1.Limits{}, func(tcpstate.End, *http1.Message) { messages++ })
	request := stream.Chunk{Data: []byte("GET /index.html HTTP/1.1\r\nHost: www.example\r\nUser-Agent: bench\r\nAccept: */*\r\nCookie: a=b\r\n\r\n")}
	response := stream.Chunk{Data: []byte("HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 09:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")}
	b.ReportAllocs()
	for b.Loop() {
		c.Feed(tcpstate.Client, &request)
		c.Feed(tcpstate.Server, &response)
	}
	if messages != 2*b.N {
		b.Fatalf("%d messages of %d exchanges", messages, b.N)
	}
}

// BenchmarkBody reads a long body in segments of 1448 octets.
func BenchmarkBody(b *testing.B) {
	c := http1.New(http1.Limits{}, func(tcpstate.End, *http1.Message) {})
	c.Feed(tcpstate.Server, &stream.Chunk{Data: []byte("HTTP/1.0 200 OK\r\n\r\n")})
	data := stream.Chunk{Data: make([]byte, 1448)}
	b.SetBytes(1448)
	for b.Loop() {
		c.Feed(tcpstate.Server, &data)
	}
}
