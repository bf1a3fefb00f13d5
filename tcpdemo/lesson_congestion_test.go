package tcpdemo_test

import (
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network/virtual"
)

// fall is one cut of a congestion window, in segments.
type fall struct{ from, ssthresh int }

// windows runs the lesson and returns what each sender's cwnd reached, and each
// fall of it.
func windows(t *testing.T, seed uint64) (top map[trace.Role]int, falls map[trace.Role][]fall) {
	t.Helper()
	sc, _ := tcpdemo.Find("congestion")
	c := sc.Network
	c.Seed = seed
	n, err := virtual.New(c)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	lab := &tcpdemo.Lab{Clock: n, Client: n.Client(), Server: n.Server(), Ctx: t.Context(), Report: n.Report}
	var failure error
	n.Go(func() { failure = sc.Run(lab) })
	_ = n.Run(sc.Within())
	if failure != nil {
		t.Fatal(failure)
	}
	top, falls = map[trace.Role]int{}, map[trace.Role][]fall{}
	last := map[trace.Role]virtual.Sample{}
	for _, s := range n.Samples() {
		r := s.Party.Role
		before, known := last[r]
		if known && s.Ssthresh != before.Ssthresh && s.Cwnd < before.Cwnd {
			falls[r] = append(falls[r], fall{before.Cwnd, s.Ssthresh})
		}
		top[r], last[r] = max(top[r], s.Cwnd), s
	}
	return top, falls
}

func TestCongestion(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		top, falls := windows(t, seed)
		for _, side := range []struct {
			role        trace.Role
			atLeast     int
			least, most float64
		}{
			{trace.RoleClient, 3, 0.40, 0.60}, // RFC 5681 §3.1, equation 4
			{trace.RoleServer, 1, 0.60, 0.75}, // RFC 9438 §4.6: 0.7
		} {
			if top[side.role] < 40 {
				t.Errorf("seed %d: the cwnd of the %v reached only %d", seed, side.role, top[side.role])
			}
			if n := len(falls[side.role]); n < side.atLeast {
				t.Errorf("seed %d: the cwnd of the %v fell %d times, want %d at least", seed, side.role, n, side.atLeast)
			}
			for _, f := range falls[side.role] {
				if part := float64(f.ssthresh) / float64(f.from); part < side.least || part > side.most {
					t.Errorf("seed %d: the cwnd of the %v was cut from %d to %d", seed, side.role, f.from, f.ssthresh)
				}
			}
		}
	}
}

// Losses are the queue's own doing, and every octet arrives in spite of them.
func TestCongestionLosses(t *testing.T) {
	t.Parallel()
	all := evidenceOf(t, "congestion", 1)
	lost := all.where(fate(trace.QueueFull))
	if len(lost) == 0 {
		t.Error("the queue never overflowed")
	}
	all.where(fate(trace.Dropped)).count(t, "segments dropped by a rule", 0)
	for _, role := range []trace.Role{trace.RoleClient, trace.RoleServer} {
		read := 0
		for _, n := range all.bytesOf(role, "read") {
			read += n
		}
		equal(t, "bytes read by the "+role.String(), read, 2_000_000)
	}
}

func TestMany(t *testing.T) {
	t.Parallel()
	all := evidenceOf(t, "many", 1)
	const connections = 1000
	all.where(by(trace.RoleServer), becomes(tcpstate.Established)).count(t, "connections that the server opened", connections)
	rst := all.where(sent, by(trace.RoleServer), flags(tcpstate.RST)).one(t, "RST")
	equal(t, "the connection that it ends", rst.Stream, 0)
	equal(t, "bytes that the new server remembers", all.remembered(trace.RoleServer), 0)
	equal(t, "bytes that the clients remember", all.remembered(trace.RoleClient), 65*(connections-1))
}
