package tcpstate_test

import (
	"net/netip"
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
		if want := (tcpstate.Handshake{SYN: 1, SynAck: 5, Ack: 6, Complete: true, HasRTT: true, RTT: 2 * time.Millisecond}); c.Handshake != want {
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
