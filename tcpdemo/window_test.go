package tcpdemo_test

import (
	"strconv"
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
)

// TestReceiveWindowIsWhatThePeerWasTold: in every lesson, the right edge of the
// receive window that an end remembers (RFC 9293 §3.3.1) is the one that its last
// segment has announced, but for what shifting the field cuts off.
func TestReceiveWindowIsWhatThePeerWasTold(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, sc := range tcpdemo.Scenarios() {
		edges := map[[2]string]tcpstate.Seq{} // by sender and receiver
		for _, e := range evidenceOf(t, sc.Name, 7) {
			switch {
			case sent(&e) && e.Segment.Flags.Has(tcpstate.ACK):
				s := e.Segment
				edges[[2]string{s.Src.String(), s.Dst.String()}] = s.Ack.Add(s.ScaledWindow)
			case e.Kind == trace.KindMemory:
				m := map[string]string{}
				for _, x := range e.Memory.Entries {
					m[x.Name] = x.Value
				}
				if m["RCV.WND"] == "" {
					continue // none, or several connections
				}
				number := func(name string) uint32 {
					n, err := strconv.ParseUint(m[name], 10, 32)
					if err != nil {
						t.Fatal(err)
					}
					return uint32(n)
				}
				told, ok := edges[[2]string{m["local address"], m["remote address"]}]
				edge := tcpstate.Seq(number("RCV.NXT")).Add(number("RCV.WND"))
				if more := edge.Sub(told); !ok || more < 0 || more >= 1<<number("Rcv.Wind.Shift") {
					t.Errorf("%s, at %v: %s remembers a window to %d, and has announced %d (shift %s)", sc.Name, since(&e), e.From.Name(), edge, told, m["Rcv.Wind.Shift"])
				}
				compared++
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d windows were compared", compared)
	}
}
