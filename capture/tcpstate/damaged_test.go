package tcpstate_test

import (
	"net/netip"
	"testing"

	"statelab/capture/tcpstate"
)

// A wrong checksum is damage where others of the same sender were right, or the
// segment was seen arriving; where none was right, the trace was altered, or a
// network card was to compute them.
func TestDamaged(t *testing.T) {
	t.Parallel()
	a, b := netip.MustParseAddrPort("10.0.0.1:40000"), netip.MustParseAddrPort("10.0.0.2:7")
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	frame := 0
	see := func(src, dst netip.AddrPort, sum tcpstate.Validity, at tcpstate.Where) bool {
		frame++
		return o.Observe(&tcpstate.Segment{Frame: frame, Src: src, Dst: dst, Flags: tcpstate.ACK, Len: 5, Checksum: sum}, at).Damaged
	}
	for i, step := range []struct {
		src, dst netip.AddrPort
		sum      tcpstate.Validity
		at       tcpstate.Where
		want     bool
	}{
		{a, b, tcpstate.Invalid, tcpstate.Passing, false},
		{a, b, tcpstate.Unverified, tcpstate.Passing, false},
		{a, b, tcpstate.Invalid, tcpstate.Sent, false},
		{a, b, tcpstate.Invalid, tcpstate.Received, true},
		{a, b, tcpstate.Valid, tcpstate.Passing, false},
		{a, b, tcpstate.Invalid, tcpstate.Passing, true},
		{b, a, tcpstate.Invalid, tcpstate.Passing, false}, // of this end none was right
		{a, b, tcpstate.Valid, tcpstate.Received, false},
	} {
		if got := see(step.src, step.dst, step.sum, step.at); got != step.want {
			t.Errorf("step %d: damaged %v", i, got)
		}
	}
}
