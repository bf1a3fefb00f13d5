package stream_test

import (
	"fmt"

	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// Two segments arrive in the wrong order; the application reads the right one.
func Example() {
	conn := stream.New(stream.Limits{}).Open(func(from tcpstate.End, c *stream.Chunk) {
		fmt.Printf("%v, offset %d: %q of frame %d, because of frame %d\n", from, c.Offset, c.Data, c.Frame, c.Release)
	})
	for _, s := range []tcpstate.Segment{
		{Frame: 1, Seq: 4294967290, Flags: tcpstate.SYN},
		{Frame: 2, Seq: 1, Len: 5, Payload: []byte("world")},
		{Frame: 3, Seq: 4294967291, Len: 6, Payload: []byte("hello ")},
	} {
		conn.Segment(tcpstate.Client, &s)
	}
	// Output:
	// client, offset 0: "hello " of frame 3, because of frame 3
	// client, offset 6: "world" of frame 2, because of frame 3
}
