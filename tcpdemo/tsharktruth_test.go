package tcpdemo_test

import (
	"net/netip"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
)

// tooSoon are the scenarios in which a segment is sent again within the first
// round trip after one that is further on. Wireshark tells a late segment from a
// second transmission by the time alone, and calls these out of order.
var tooSoon = []string{"mss", "congestion"}

// checkTruth holds that what tshark finds in a trace is what happened: which
// segments were sent twice or arrived twice, which came before their turn or
// after it, which ACKs repeat what was said, and who closed his window or only
// asked for a sign of life.
func checkTruth(t *testing.T, scenario, tap string, frames []capture.Frame, answers []dissected) {
	t.Helper()
	truth := happened(frames)
	for i, d := range answers {
		if err := truth[i].against(&d, slices.Contains(tooSoon, scenario)); err != "" {
			t.Errorf("%s tap, frame %d: %s; tshark says %v", tap, i+1, err, d.analysis)
		}
	}
}

// facts are what one frame is, by its bytes and by those before it at its tap.
type facts struct {
	again      bool // all its octets, SYN and FIN included, were seen here before
	fills      bool // it comes after its turn, with octets that were not seen
	some       bool // some of its octets were seen here before
	beyond     bool // it comes before its turn
	repeats    bool // an ACK that says what the one before it said, and nothing else
	zeroWindow bool
	keepAlive  bool
}

// against returns what tshark says otherwise; empty if nothing.
func (f facts) against(d *dissected, soon bool) string {
	late := d.again() || d.analysis[tcpstate.FoundOutOfOrder]
	switch {
	case f.again && !d.again() && !(soon && late):
		return "it was here before"
	case f.fills && !late:
		return "it comes late"
	case !f.again && !f.fills && late:
		return "it is new, and in its turn"
	case f.beyond != d.analysis[tcpstate.FoundLostSegment] && !d.analysis[tcpstate.FoundReusedPorts]: // it counts on from the old numbers
		return "whether something is missing before it"
	case f.repeats != d.analysis[tcpstate.FoundDuplicateAck]:
		return "whether it repeats an ACK"
	case f.zeroWindow != d.analysis[tcpstate.FoundZeroWindow]:
		return "whether it closes the window"
	case f.keepAlive != d.analysis[tcpstate.FoundKeepAlive]:
		return "whether it keeps the connection alive"
	}
	return ""
}

// said is what is kept of one direction of a connection, for happened.
type said struct {
	begun     bool
	isn, next tcpstate.Seq
	octets    map[tcpstate.Seq]bool // those that were seen
	last      tcpstate.Segment
}

// happened works out the facts about a tap's frames from their headers alone.
func happened(frames []capture.Frame) []facts {
	type way struct{ src, dst netip.AddrPort }
	flows := map[way]*said{}
	all := make([]facts, len(frames))
	var d decode.Decoder
	var p decode.Packet
	for i, frame := range frames {
		if d.Decode(&frame, &p); !p.TCP {
			continue
		}
		s := p.Segment
		k := way{s.Src, s.Dst}
		opens := s.Flags.Has(tcpstate.SYN) && (flows[k] == nil || flows[k].isn != s.Seq)
		if flows[k] == nil || opens {
			flows[k] = &said{octets: map[tcpstate.Seq]bool{}}
		}
		peer := flows[way{s.Dst, s.Src}]
		all[i] = flows[k].takes(&s, peer)
	}
	return all
}

func (f *said) takes(s *tcpstate.Segment, peer *said) (is facts) {
	control := s.Flags.Any(tcpstate.SYN | tcpstate.FIN | tcpstate.RST)
	is.zeroWindow = s.Window == 0 && !control
	if f.begun {
		is.keepAlive = !control && s.Len <= 1 && s.Seq == f.next-1
		is.beyond = s.Seq.After(f.next) && !s.Flags.Has(tcpstate.RST)
		same := s.Ack == f.last.Ack && s.Window == f.last.Window && s.Seq == f.next
		asked := peer != nil && peer.last.Len <= 1 && peer.last.Seq == peer.next-1 && !peer.last.Flags.Any(tcpstate.SYN|tcpstate.FIN)
		is.repeats = !control && s.Len == 0 && s.Window != 0 && same && !asked
	}
	fresh := 0
	for n := range s.SegLen() {
		if o := s.Seq.Add(n); !f.octets[o] {
			f.octets[o] = true
			fresh++
		}
	}
	if s.SegLen() > 0 && !is.keepAlive && f.begun && s.Seq.Before(f.next) {
		is.again, is.fills = fresh == 0, fresh > 0
	}
	is.some = fresh < int(s.SegLen())
	first := !f.begun
	if first {
		f.begun, f.isn = true, s.Seq
	}
	if e := s.End(); first || e.After(f.next) {
		f.next = e
	}
	f.last = *s
	f.last.Payload, f.last.Options = nil, tcpstate.Options{}
	return is
}
