package virtual

import (
	"reflect"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// The fields of the stack's control block that peek reads are there, in the
// version that go.mod names.
func TestPeekFields(t *testing.T) {
	t.Parallel()
	endpoint := reflect.TypeFor[tcp.Endpoint]()
	for _, path := range [][]string{
		{"sndQueueInfo", "TCPSndBufState", "SndBufUsed"},
		{"TCPRcvBufState", "RcvBufUsed"},
		{"snd", "TCPSenderState", "SndUna"},
		{"snd", "rtt", "TCPRTTState", "SRTT"},
		{"snd", "rtt", "TCPRTTState", "SRTTInited"},
		{"rcv", "TCPReceiverState", "RcvNxt"},
		{"rcv", "rcvWnd"},
		{"rcv", "rcvWUP"},
		{"sack", "NumBlocks"},
		{"SendTSOk"},
		{"keepalive", "unacked"},
		{"keepalive", "count"},
		{"hardError"},
	} {
		at := endpoint
		for _, name := range path {
			if at.Kind() == reflect.Pointer {
				at = at.Elem()
			}
			f, ok := at.FieldByName(name)
			if !ok {
				t.Errorf("%v: %v has no field %s", path, at, name)
				break
			}
			at = f.Type
		}
	}
	if b := peek(new(tcp.Endpoint)); b != (block{}) {
		t.Errorf("a new endpoint remembers %+v", b)
	}
}
