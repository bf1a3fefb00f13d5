package http1_test

import (
	"fmt"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// A request comes in two segments; the fields keep their spelling and order.
func Example() {
	c := http1.New(http1.Limits{}, func(from tcpstate.End, m *http1.Message) {
		fmt.Printf("%v: %s %s%d, frames %d to %d, %v, %q\n", from, m.Method, m.Target, m.Status, m.FirstFrame, m.LastFrame, m.Fields, m.Body)
	})
	c.Feed(tcpstate.Client, &stream.Chunk{Frame: 4, Data: []byte("GET /cart HTTP/1.1\r\nhOsT: a\r\nCoo")})
	c.Feed(tcpstate.Client, &stream.Chunk{Frame: 5, Data: []byte("kie: id=7\r\n\r\n"), Offset: 33})
	c.Feed(tcpstate.Server, &stream.Chunk{Frame: 7, Data: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\napple\r\n0\r\n\r\n")})
	// Output:
	// client: GET /cart0, frames 4 to 5, [{hOsT a} {Cookie id=7}], ""
	// server:  200, frames 7 to 7, [{Transfer-Encoding chunked}], "apple"
}
