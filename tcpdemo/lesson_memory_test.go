package tcpdemo_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

func TestWindowScale(t *testing.T) {
	onSeeds(t, "window-scale", func(t *testing.T, all evidence) {
		for _, role := range []trace.Role{trace.RoleClient, trace.RoleServer} {
			syn := all.where(sent, by(role), flags(tcpstate.SYN)).one(t, "SYN").Segment
			if !syn.Options.HasScale || syn.Options.Scale == 0 {
				t.Errorf("the SYN of the %v announces no shift", role)
			}
			equal(t, "the window in a SYN is not shifted", syn.ScaledWindow, uint32(syn.Window))
			for _, e := range all.where(sent, by(role), without(tcpstate.SYN))[1:] {
				equal(t, "the window after it", e.Segment.ScaledWindow, uint32(e.Segment.Window)<<syn.Options.Scale)
			}
		}
		flight := uint32(0)
		for _, e := range all.where(sent, by(trace.RoleClient)) {
			flight = max(flight, e.Segment.InFlight)
		}
		if flight <= 65535 {
			t.Errorf("at most %d octets in flight: a window of 16 bits would have done", flight)
		}
	})
}

func TestBacklog(t *testing.T) {
	onSeeds(t, "backlog", func(t *testing.T, all evidence) {
		accept := all.where(by(trace.RoleServer), func(e *trace.Event) bool { return e.Kind == trace.KindCall && e.Call.Name == "accept" }).one(t, "accept")
		third := all.where(sent, stream(2), by(trace.RoleClient), flags(tcpstate.SYN))
		third.count(t, "SYNs of the third client", 3)
		discarded := all.where(fate(trace.Discarded))
		discarded.count(t, "SYNs that the server's stack has thrown away", 2)
		for i, v := range discarded {
			if v.Verdict.Wire != third[i].Wire || v.Verdict.Wire == 0 {
				t.Errorf("wire %d was thrown away, the third client's SYN is %d", v.Verdict.Wire, third[i].Wire)
			}
		}
		answer := all.where(sent, stream(2), by(trace.RoleServer))[0]
		if !answer.Segment.Flags.Has(tcpstate.SYN|tcpstate.ACK) || answer.At.Before(accept.At) {
			t.Errorf("the server's first answer: %s", line(&answer))
		}
		all.where(sent, flags(tcpstate.RST)).count(t, "RST", 0)
		for n := range 2 {
			open := all.where(by(trace.RoleServer), stream(n), becomes(tcpstate.Established)).one(t, "ESTABLISHED")
			if !open.At.Before(accept.At) {
				t.Errorf("connection %d waited for accept", n)
			}
		}
	})
}

func TestSYNFlood(t *testing.T) {
	onSeeds(t, "syn-flood", func(t *testing.T, all evidence) {
		all.where(fate(trace.Injected)).count(t, "crafted SYNs", 5)
		halfOpen := all.where(by(trace.RoleServer), becomes(tcpstate.SynReceived))
		halfOpen.count(t, "control blocks for them", 3)
		answers := all.where(sent, by(trace.RoleServer), flags(tcpstate.SYN|tcpstate.ACK), func(e *trace.Event) bool { return e.Stream < 5 })
		answers.count(t, "SYN-ACKs to them", 5)
		offer := all.where(sent, by(trace.RoleClient), stream(5), flags(tcpstate.SYN)).one(t, "the honest client's SYN")
		cookie := all.where(sent, by(trace.RoleServer), stream(5), flags(tcpstate.SYN)).one(t, "the cookie")
		if !offer.Segment.Options.HasScale || cookie.Segment.Options.HasScale {
			t.Errorf("window scale: offered %v, answered %v, want it lost in the cookie", offer.Segment.Options.HasScale, cookie.Segment.Options.HasScale)
		}
		all.wantPath(t, trace.RoleServer, 5, tcpstate.Established)
		equal(t, "the client's connection", all.last(trace.RoleServer, 5), tcpstate.Established)
		equal(t, "bytes that the server remembers", all.remembered(trace.RoleServer), 3*21+70)
		for i, e := range all.where(sent, func(e *trace.Event) bool { return e.Stream < 5 }, by(trace.RoleClient)) {
			if want := netip.AddrFrom4([4]byte{10, 0, 0, byte(66 + i)}); e.Segment.Src.Addr() != want {
				t.Errorf("SYN %d comes from %v, want %v", i, e.Segment.Src, want)
			}
		}
	})
}

func TestCloseWait(t *testing.T) {
	onSeeds(t, "close-wait", func(t *testing.T, all evidence) {
		for n := range 2 {
			equal(t, "the server's last state", all.last(trace.RoleServer, n), tcpstate.CloseWait)
			out := all.where(by(trace.RoleClient), stream(n), becomes(tcpstate.Closed)).one(t, "the client forgets")
			in := all.where(by(trace.RoleClient), stream(n), becomes(tcpstate.FinWait2)).one(t, "FIN-WAIT-2")
			equal(t, "time in FIN-WAIT-2", out.At.Sub(in.At), time.Minute)
		}
		equal(t, "bytes that the client remembers", all.remembered(trace.RoleClient), 0)
		equal(t, "bytes that the server remembers", all.remembered(trace.RoleServer), 2*65)
		if d := since(&all[len(all)-1]); d > 24*time.Hour {
			t.Errorf("a segment %v after the start", d)
		}
	})
}

func TestServerRestart(t *testing.T) {
	onSeeds(t, "server-restart", func(t *testing.T, all evidence) {
		lost := all.where(by(trace.RoleServer), stream(0), becomes(tcpstate.Closed)).one(t, "the server forgets")
		rst := all.where(sent, flags(tcpstate.RST)).one(t, "RST")
		equal(t, "who sends the RST", rst.From.Role, trace.RoleServer)
		for _, e := range all.where(sent) {
			if e.At.After(lost.At) && e.At.Before(rst.At) && e.From.Role == trace.RoleServer {
				t.Errorf("the restart was told: %s", line(&e))
			}
		}
		known := all.where(by(trace.RoleClient), stream(0), becomes(tcpstate.Closed)).one(t, "the client learns")
		equal(t, "by what", known.State.Cause.Name, "RST")
		equal(t, "the new connection", all.last(trace.RoleServer, 1), tcpstate.Established)
	})
}

// TestLostReset: a RST that the wire loses discovers nothing, so that the next one
// still finds a half-open connection.
func TestLostReset(t *testing.T) {
	t.Parallel()
	rule, err := network.ParseRule("drop 1st rst")
	if err != nil {
		t.Fatal(err)
	}
	var all evidence
	for e, err := range events(perform(t, "server-restart", 7, rule)) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Clone())
	}
	all.where(fate(trace.Dropped)).count(t, "lost segments", 1)
	all.where(sent, flags(tcpstate.RST), found("half-open")).count(t, "RSTs on a half-open connection", 2)
	known := all.where(by(trace.RoleClient), stream(0), becomes(tcpstate.Closed)).one(t, "the client learns")
	if second := all.where(arrived, flags(tcpstate.RST)).one(t, "RST"); !known.At.Equal(second.At) {
		t.Errorf("the client learns at %v, the RST arrives at %v", since(known), since(second))
	}
}

func TestOldDuplicate(t *testing.T) {
	onSeeds(t, "old-duplicate", func(t *testing.T, all evidence) {
		syns := all.where(sent, by(trace.RoleClient), flags(tcpstate.SYN))
		first := syns[0].Segment.Seq
		var seqs []bool
		for _, e := range syns {
			seqs = append(seqs, e.Segment.Seq == first)
		}
		if want := []bool{true, true, true, false, false}; !slices.Equal(seqs, want) {
			t.Errorf("SYNs with the old number: %v, want %v", seqs, want)
		}
		all.where(sent, by(trace.RoleClient), flags(tcpstate.RST), without(tcpstate.ACK)).count(t, "refusals", 2)
		all.where(by(trace.RoleServer), func(e *trace.Event) bool {
			return e.Kind == trace.KindState && e.State.From == tcpstate.SynReceived && e.State.To == tcpstate.Listen
		}).
			count(t, "returns to LISTEN", 2)
		all.where(sent, data).count(t, "segments with data", 2)
		equal(t, "the client's IRS", all.value(trace.RoleClient, "IRS"), all.value(trace.RoleServer, "ISS"))
		equal(t, "the server's IRS", all.value(trace.RoleServer, "IRS"), all.value(trace.RoleClient, "ISS"))
	})
}

func TestSelfConnect(t *testing.T) {
	onSeeds(t, "self-connect", func(t *testing.T, all evidence) {
		syns := all.where(sent, flags(tcpstate.SYN))
		syns.count(t, "SYN and SYN-ACK", 2)
		equal(t, "their sequence number", syns[0].Segment.Seq, syns[1].Segment.Seq)
		want := []tcpstate.State{
			tcpstate.SynSent, tcpstate.SynReceived, tcpstate.Established,
			tcpstate.FinWait1, tcpstate.Closing, tcpstate.TimeWait, tcpstate.Closed,
		}
		var got []tcpstate.State
		for _, e := range all {
			if e.Kind == trace.KindState {
				got = append(got, e.State.To)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("states %v, want %v", got, want)
		}
		equal(t, "bytes that the server remembers", all.remembered(trace.RoleServer), 0)
	})
}

// The stack's own word and the segments' agree in every one of these lessons. What an ACK
// that brings back a SYN cookie does is no edge of the figure (RFC 4987 §3.6).
func TestSegmentsConfirmStatesToo(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"keepalive", "nagle", "framing", "mss", "window-scale", "congestion", "backlog", "syn-flood",
		"close-wait", "server-restart", "old-duplicate", "self-connect", "many",
	} {
		for _, e := range evidenceOf(t, name, 7) {
			if e.Kind != trace.KindState {
				continue
			}
			offFigure := e.State.Edge == nil && !(name == "syn-flood" && e.State.From == tcpstate.Listen && e.State.To == tcpstate.Established)
			if e.State.Contradicted || offFigure {
				t.Errorf("%s: %s", name, line(&e))
			}
		}
	}
}
