package tcpdemo_test

import (
	"net/netip"
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
)

// TestConnectedAfterEstablished: in every lesson, connect() says that it is
// connected after the segment that made it so, also where no time passes.
func TestConnectedAfterEstablished(t *testing.T) {
	t.Parallel()
	calls := 0
	for _, sc := range tcpdemo.Scenarios() {
		open := map[netip.AddrPort]bool{}
		for _, e := range evidenceOf(t, sc.Name, 7) {
			switch {
			case e.Kind == trace.KindState:
				open[e.From.Addr] = e.State.To == tcpstate.Established
			case call("connect", "connected")(&e):
				calls++
				if !open[e.From.Addr] {
					t.Errorf("%s, at %v: connect() of %v is connected, and its end is not", sc.Name, since(&e), e.From.Addr)
				}
			}
		}
	}
	if calls < 20 {
		t.Errorf("only %d calls of connect()", calls)
	}
}
