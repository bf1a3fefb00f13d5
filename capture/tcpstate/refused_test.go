package tcpstate_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// TestRefusedSynAck: a SYN,ACK that answers an old duplicate (RFC 9293 §3.5
// Figure 8) is refused, and the connection has the numbers and options of the
// SYN,ACK that acknowledges its own SYN.
func TestRefusedSynAck(t *testing.T) {
	t.Parallel()
	client, server := netip.MustParseAddrPort("10.0.0.1:5000"), netip.MustParseAddrPort("10.0.0.2:7")
	offers := tcpstate.Options{HasMSS: true, MSS: 1460, HasScale: true, Scale: 5}
	segments := []tcpstate.Segment{
		{Src: client, Dst: server, Flags: tcpstate.SYN, Seq: 9000, Options: offers},
		{Src: server, Dst: client, Flags: tcpstate.SYN | tcpstate.ACK, Seq: 300, Ack: 4001, Options: tcpstate.Options{HasMSS: true, MSS: 536}},
		{Src: client, Dst: server, Flags: tcpstate.RST, Seq: 4001},
		{Src: client, Dst: server, Flags: tcpstate.SYN, Seq: 9000, Options: offers},
		{Src: server, Dst: client, Flags: tcpstate.SYN | tcpstate.ACK, Seq: 700, Ack: 9001, Options: offers},
		{Src: client, Dst: server, Flags: tcpstate.ACK, Seq: 9001, Ack: 701, Window: 10},
	}
	for name, where := range map[string]func(*tcpstate.Segment) tcpstate.Where{
		"passing": func(*tcpstate.Segment) tcpstate.Where { return tcpstate.Passing },
		"at the client": func(s *tcpstate.Segment) tcpstate.Where {
			if s.Src == client {
				return tcpstate.Sent
			}
			return tcpstate.Received
		},
	} {
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
		var last *tcpstate.Reading
		for i, s := range segments {
			s.Frame, s.Time = i+1, time.Unix(0, int64(i)*1e6)
			last = o.Observe(&s, where(&s))
			if i == 1 && len(last.Changes) > 0 && last.Changes[0].Frames[0] == 1 {
				t.Errorf("%s: the refused SYN,ACK is told as an answer to frame 1", name)
			}
		}
		c := last.Conn
		if !c.HasISN[tcpstate.Server] || c.ISN[tcpstate.Server] != 700 {
			t.Errorf("%s: the server's ISN is %d, want 700", name, c.ISN[tcpstate.Server])
		}
		if got := c.Options[tcpstate.Server]; got.MSS != 1460 || !got.HasScale {
			t.Errorf("%s: the server's options are those of the refused SYN,ACK: %+v", name, got)
		}
		if want := (tcpstate.Handshake{SYN: 1, SynAck: 5, Ack: 6, Asked: true, Answered: true, Complete: true, HasRTT: true, RTT: 2 * time.Millisecond}); c.Handshake != want {
			t.Errorf("%s: handshake %+v, want %+v", name, c.Handshake, want)
		}
		if last.ScaledWindow != 320 {
			t.Errorf("%s: the client's window is %d, want 10 × 2^5", name, last.ScaledWindow)
		}
	}
}

// TestSynAckCopy: a SYN,ACK that comes twice at once was not sent for want of an
// ACK, so the ACK that is on its way may still arrive. After a timer it has not,
// and what was assumed is corrected.
func TestSynAckCopy(t *testing.T) {
	t.Parallel()
	for wait, corrected := range map[string]bool{"1ms": false, "1s": true} {
		p := newScript(t, atClient)
		var changes []tcpstate.Change
		p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
			changes = append(changes, r.Changes...)
		}
		p.play(handshake + "wait " + wait + "\ns> SYN,ACK 0 1")
		last := changes[len(changes)-1]
		if last.Corrects != corrected || corrected && (last.From != tcpstate.Established || last.To != tcpstate.SynReceived) {
			t.Errorf("a SYN,ACK again after %s: %+v, want corrected %v", wait, last, corrected)
		}
	}
}

// A server that has forgotten the client's SYN answers the next with another ISN: the
// round trip is that of the SYN,ACK that the client acknowledges, and numbers count
// from it, whatever comes late. The handshake's SYN,ACK and the ISN are the first, as
// in Wireshark.
func TestAnotherReply(t *testing.T) {
	t.Parallel()
	p := newScript(t, between)
	const apart = 1 << 28 // as the script's "new" has it
	p.play("c> SYN 0 ts=10,0\nwait 30ms\ns> SYN,ACK 0 1 ts=5,10\nwait 1s\nc> SYN 0 ts=1040,0\nwait 8ms\ns> SYN,ACK 0 1 new ts=900,1040")
	p.isn[tcpstate.Server] -= apart
	p.play("wait 20ms\ns> SYN,ACK 0 1 ts=1100,10")
	p.isn[tcpstate.Server] += apart
	p.play("wait 2ms\nc> ACK 1 1 +10 ts=1060,900")
	var seq, ack []uint32
	p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
		seq, ack = append(seq, r.RelSeq), append(ack, r.RelAck)
	}
	p.play("s> SYN,ACK 0 1 ts=1900,1040")
	p.isn[tcpstate.Server] -= apart
	p.play("s> SYN,ACK 0 1 ts=2000,10")
	p.isn[tcpstate.Server] += apart
	p.play("s> ACK 1 11 +5\nc> ACK 11 6")
	h := p.conn.Handshake
	if h.SYN != 1 || h.SynAck != 2 || h.Ack != 6 || !h.Complete || !h.HasRTT || h.RTT != 60*time.Millisecond {
		t.Errorf("handshake %+v", h)
	}
	if first := p.isn[tcpstate.Server] - apart; p.conn.ISN[tcpstate.Server] != first || !slices.Equal(seq, []uint32{0, 0, 1, 11}) || !slices.Equal(ack, []uint32{1, 1, 11, 6}) {
		t.Errorf("ISN %d, want %d; seq %v, ack %v", p.conn.ISN[tcpstate.Server], first, seq, ack)
	}
}
