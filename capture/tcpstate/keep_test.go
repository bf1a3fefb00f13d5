package tcpstate_test

import (
	"net/netip"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// script observes segments between two addresses by the client's port.
type keepScript struct {
	o     *tcpstate.Observer
	now   time.Time
	frame int
}

func (k *keepScript) see(port uint16, fromServer bool, flags tcpstate.Flags, seq, ack tcpstate.Seq) *tcpstate.Reading {
	client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(k.frame >> 16), 0, 1}), port)
	return k.seeFrom(client, fromServer, flags, seq, ack)
}

func (k *keepScript) seeFrom(client netip.AddrPort, fromServer bool, flags tcpstate.Flags, seq, ack tcpstate.Seq) *tcpstate.Reading {
	src, dst := client, netip.MustParseAddrPort("10.0.0.2:80")
	if fromServer {
		src, dst = dst, src
	}
	k.frame++
	k.now = k.now.Add(time.Millisecond)
	return k.o.Observe(&tcpstate.Segment{Time: k.now, Frame: k.frame, Src: src, Dst: dst, Seq: seq, Ack: ack, Flags: flags}, tcpstate.Passing)
}

// A connection that was let go keeps its number, as it does in Wireshark; a
// SYN that opens it anew is known, with the frame of the old one.
func TestForgottenKeepsItsNumber(t *testing.T) {
	t.Parallel()
	k := keepScript{o: tcpstate.NewObserver(tcpstate.ObserverOptions{MaxConns: 2}), now: time.Unix(0, 0)}
	k.see(1, false, tcpstate.SYN, 100, 0)
	k.now = k.now.Add(2 * time.Second)
	k.see(2, false, tcpstate.SYN, 200, 0)
	k.see(3, false, tcpstate.SYN, 300, 0) // 1 is let go
	r := k.see(1, true, tcpstate.SYN|tcpstate.ACK, 500, 101)
	if c := r.Conn; c.Stream != 0 || !c.Resumed {
		t.Errorf("the SYN,ACK of the connection that was let go has stream %d, resumed %v; want 0, true", c.Stream, c.Resumed)
	}
	k.now = k.now.Add(2 * time.Second)
	k.see(4, false, tcpstate.SYN, 400, 0)
	k.see(5, false, tcpstate.SYN, 400, 0) // 2, 3 and 1 are let go
	r = k.see(2, false, tcpstate.SYN, 900, 0)
	if c := r.Conn; c.Stream != 5 || c.Resumed {
		t.Errorf("a new SYN on old ports has stream %d, resumed %v; want 5, false", c.Stream, c.Resumed)
	}
	if len(r.Findings) != 1 || r.Findings[0].Name != tcpstate.FoundReusedPorts || r.Findings[0].Frame != 2 {
		t.Errorf("a new SYN on old ports: findings %+v, want reused-ports with frame 2", r.Findings)
	}
}

// A flood of SYNs, and connections that have ended, are not all kept; what is
// alive stays.
func TestShelves(t *testing.T) {
	t.Parallel()
	k := keepScript{o: tcpstate.NewObserver(tcpstate.ObserverOptions{}), now: time.Unix(0, 0)}
	address := func(n int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 1000)
	}
	talk := func(n int) *tcpstate.Conn {
		k.seeFrom(address(n), false, tcpstate.SYN, 1, 0)
		k.seeFrom(address(n), true, tcpstate.SYN|tcpstate.ACK, 1, 2)
		return k.seeFrom(address(n), false, tcpstate.ACK, 2, 2).Conn
	}
	living := talk(1)
	const many = 30_000
	for n := range many {
		k.seeFrom(address(10+n), false, tcpstate.SYN, 1, 0)
	}
	if n := len(k.o.Conns()); n > 4096+1 {
		t.Errorf("%d connections are kept of %d SYNs", n, many)
	}
	for n := range many {
		talk(10 + many + n)
		k.seeFrom(address(10+many+n), true, tcpstate.RST|tcpstate.ACK, 2, 2)
	}
	if n := len(k.o.Conns()); n > 4096+2048+1 {
		t.Errorf("%d connections are kept of %d that are over", n, many)
	}
	if c := k.seeFrom(address(1), false, tcpstate.ACK, 2, 2).Conn; c != living {
		t.Error("a connection that is alive was let go, though there was room")
	}
}

// A clock that goes back, as in traces that were put one behind the other, makes
// no connection old: one that has just ended still knows what comes late.
func TestLingerByAClockThatGoesBack(t *testing.T) {
	t.Parallel()
	k := keepScript{o: tcpstate.NewObserver(tcpstate.ObserverOptions{}), now: time.Unix(0, 0)}
	k.see(1, false, tcpstate.SYN, 100, 0)
	k.now = time.Unix(-3600, 0)
	k.see(2, false, tcpstate.SYN, 200, 0)
	k.see(2, true, tcpstate.SYN|tcpstate.ACK, 500, 201)
	k.see(2, false, tcpstate.ACK, 201, 501)
	k.see(2, false, tcpstate.RST|tcpstate.ACK, 201, 501)
	k.see(3, false, tcpstate.SYN, 300, 0)
	if r := k.see(2, true, tcpstate.SYN|tcpstate.ACK, 500, 201); r.Conn.Resumed || len(r.Findings) != 1 || r.Findings[0].Name != tcpstate.FoundRetransmission {
		t.Errorf("the SYN,ACK once more: resumed %v, findings %+v; want a retransmission", r.Conn.Resumed, r.Findings)
	}
}
