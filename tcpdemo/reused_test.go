package tcpdemo_test

import (
	"slices"
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// A RST that arrives when the next connection of the same addresses and ports has
// begun ends the one that it left in.
func TestLateResetEndsItsOwnConnection(t *testing.T) {
	t.Parallel()
	var conns []*tcpstate.Conn
	arrived := map[uint64]int{} // the connection in which each segment came
	for e := range events(bend(t, scenario(t, "old-duplicate"), 1, network.MustParseRules("delay 300ms"))) {
		switch e.Kind {
		case trace.KindArrival:
			arrived[e.Wire] = e.Stream
		case trace.KindState:
			if e.State.Cause.Wire != 0 && e.From.Role == trace.RoleServer && arrived[e.State.Cause.Wire] != e.Stream {
				t.Errorf("%v of connection %d, by a segment of %d", e.State.To, e.Stream, arrived[e.State.Cause.Wire])
			}
		case trace.KindConnection:
			conns = append(conns, e.Connection)
		}
	}
	if len(conns) != 2 {
		t.Fatalf("%d connections", len(conns))
	}
	first, second := conns[0], conns[1]
	lived := []tcpstate.State{tcpstate.Listen, tcpstate.SynReceived, tcpstate.Established}
	if first.Ending != tcpstate.EndRST || !slices.Equal(first.History[tcpstate.Server], append(slices.Clone(lived), tcpstate.Closed)) {
		t.Errorf("the first ended %v, its server was %v", first.Ending, first.History[tcpstate.Server])
	}
	if second.Ending != tcpstate.EndOpen || !slices.Equal(second.History[tcpstate.Server], lived) {
		t.Errorf("the second ended %v, its server was %v", second.Ending, second.History[tcpstate.Server])
	}
}
