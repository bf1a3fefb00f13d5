package render

import (
	"net/netip"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Among several parties, a change of state without a segment names the one at the
// other end, whose name is in the event.
func TestPeerOfACall(t *testing.T) {
	t.Parallel()
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:40001")}
	cache := trace.Participant{Role: trace.RoleCache, Addr: netip.MustParseAddrPort("10.0.0.3:80")}
	second := trace.Participant{Role: trace.RoleServer, N: 2, Addr: netip.MustParseAddrPort("10.0.0.2:80")}
	lanes := []ladder.Lane{
		{Role: trace.RoleClient, Addr: client.Addr},
		{Role: trace.RoleServer, N: 2, Addr: second.Addr},
		{Role: trace.RoleCache, Addr: cache.Addr},
	}
	change := trace.StateChange{Change: tcpstate.Change{From: tcpstate.Closed, To: tcpstate.SynSent, Basis: tcpstate.Observed}}
	for _, c := range []struct {
		from, to trace.Participant
		lane     int
		en, ko   string
	}{
		{client, cache, 0, "waits for the cache's SYN-ACK", "캐시의 SYN-ACK"},
		{client, second, 0, "waits for server 2's SYN-ACK", "서버 2의 SYN-ACK"},
		{cache, second, 2, "waits for server 2's SYN-ACK", "서버 2의 SYN-ACK"},
	} {
		for _, kind := range []ladder.RowKind{ladder.RowCall, ladder.RowState, ladder.RowFolded} {
			r := ladder.Row{Kind: kind, Lane: c.lane, States: []ladder.StateMark{{Lane: c.lane, From: tcpstate.Closed, To: tcpstate.SynSent, Change: change}}}
			r.Event.From, r.Event.To = c.from, c.to
			for lang, want := range map[explain.Lang]string{explain.English: c.en, explain.Korean: c.ko} {
				if got := strings.Join(reasons(explain.New(lang), lanes, &r), " "); !strings.Contains(got, want) {
					t.Errorf("%s dials %s: %q does not say %q", c.from.Name(), c.to.Name(), got, want)
				}
			}
		}
	}
}
