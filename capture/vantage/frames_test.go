package vantage

import (
	"errors"
	"maps"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
)

// sight is a segment at one place.
type sight struct {
	ms       int
	server   bool // it sent it
	seq, ack uint32
	syn      bool
	payload  string
	ttl      uint8
	group    bool // it is for a group, not for the peer
	itself   bool // it is for its own host
}

func (s sight) frame(t *testing.T, number int) capture.Frame {
	t.Helper()
	ip := &layers.IPv4{Version: 4, TTL: s.ttl, Protocol: layers.IPProtocolTCP, SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}}
	tcp := &layers.TCP{SrcPort: 4000, DstPort: 80, Seq: s.seq, Ack: s.ack, SYN: s.syn, ACK: s.ack != 0, Window: 1000}
	if s.server {
		ip.SrcIP, ip.DstIP = ip.DstIP, ip.SrcIP
		tcp.SrcPort, tcp.DstPort = tcp.DstPort, tcp.SrcPort
	}
	if s.itself {
		ip.DstIP = ip.SrcIP
	}
	if s.group {
		ip.DstIP = net.IP{224, 0, 0, 22}
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4},
		ip, tcp, gopacket.Payload(s.payload)); err != nil {
		t.Fatal(err)
	}
	return capture.Frame{
		Number: number, Time: time.UnixMilli(1_700_000_000_000 + int64(s.ms)), Data: buf.Bytes(),
		Length: len(buf.Bytes()), Link: capture.LinkEthernet,
	}
}

func source(t *testing.T, all ...sight) capture.Source {
	t.Helper()
	return func(yield func(capture.Frame, error) bool) {
		for i, s := range all {
			if !yield(s.frame(t, i+1), nil) {
				return
			}
		}
	}
}

func compared(t *testing.T, client, server []sight) *Comparison {
	t.Helper()
	c, err := Compare(source(t, client...), source(t, server...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// opened is a handshake as the client (near) or the server sees it, 5 ms apart
// and through a router, on one clock.
func opened(near bool) []sight {
	if near {
		return []sight{{ms: 0, seq: 99, syn: true, ttl: 64}, {ms: 10, server: true, seq: 499, ack: 100, syn: true, ttl: 63}, {ms: 11, seq: 100, ack: 500, ttl: 64}}
	}
	return []sight{{ms: 5, seq: 99, syn: true, ttl: 63}, {ms: 5, server: true, seq: 499, ack: 100, syn: true, ttl: 64}, {ms: 16, seq: 100, ack: 500, ttl: 63}}
}

// Bytes that leave in one large segment and arrive in small ones are not lost.
func TestOffload(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("a", 1000) + strings.Repeat("b", 1000)
	client := append(opened(true), sight{ms: 20, seq: 100, ack: 500, payload: big, ttl: 64}, sight{ms: 40, server: true, seq: 500, ack: 2100, ttl: 63})
	server := append(opened(false),
		sight{ms: 25, seq: 100, ack: 500, payload: big[:1000], ttl: 63}, sight{ms: 25, seq: 1100, ack: 500, payload: big[1000:], ttl: 63},
		sight{ms: 35, server: true, seq: 500, ack: 2100, ttl: 64})
	c := compared(t, client, server)
	if c.Shared != 4 || c.Lost != [2]int{} || c.Unsent != [2]int{} || c.Recut != [2]int{3, 0} {
		t.Errorf("shared %d, lost %v, unsent %v, in other cuts %v", c.Shared, c.Lost, c.Unsent, c.Recut)
	}
	n := 0
	for f, err := range c.Frames(source(t, client...), source(t, server...)) {
		if n++; err != nil || f.Number == 4 && f.Wire != 0 {
			t.Errorf("frame %d: wire %d, %v", f.Number, f.Wire, err)
		}
	}
	if n != 9 { // both sights of the other four, and what left
		t.Errorf("%d frames are shown", n)
	}
}

// What one capture alone holds is lost only where the other was running.
func TestLostOrOutside(t *testing.T) {
	t.Parallel()
	lost := sight{ms: 20, seq: 100, ack: 500, payload: "lost", ttl: 64}
	again := sight{ms: 220, seq: 100, ack: 500, payload: "lost", ttl: 64}
	after := sight{ms: 900, seq: 104, ack: 500, payload: "after", ttl: 64}
	arrived := again
	arrived.ms, arrived.ttl = 225, 63
	c := compared(t, append(opened(true), lost, again, after), append(opened(false), arrived))
	if c.Shared != 4 || c.Lost != [2]int{1, 0} || c.Outside != [2]int{1, 0} {
		t.Errorf("shared %d, lost %v, outside %v", c.Shared, c.Lost, c.Outside)
	}
	for o := range c.Observations() {
		if at := o.At.UnixMilli() - 1_700_000_000_000; o.Verdict.Fate.String() == "missing" && at != 20 {
			t.Errorf("the copy of %d ms is told as lost, not the first", at)
		}
	}
	if d, ok := c.Delay(Client); !ok || d != 5*time.Millisecond {
		t.Errorf("%v on the way, in truth 5ms", d)
	}
}

// The files may come in either order: the frames say whose is whose.
func TestEitherOrder(t *testing.T) {
	t.Parallel()
	if c := compared(t, opened(true), opened(false)); c.Swapped || c.Shared != 3 {
		t.Errorf("client first: %+v", c)
	}
	if c := compared(t, opened(false), opened(true)); !c.Swapped || c.Shared != 3 {
		t.Errorf("server first: %+v", c)
	}
}

// What both hosts send to a group says nothing of where they are.
func TestGroupsBindNobody(t *testing.T) {
	t.Parallel()
	both := func(near bool, a, b int) []sight {
		return append([]sight{{ms: a, seq: 7, group: true, ttl: 1}, {ms: b, server: true, seq: 8, group: true, ttl: 1}}, opened(near)...)
	}
	c := compared(t, both(true, -40, -20), both(false, -35, -25))
	if !c.Clock.Straight || c.Shared != 3 || c.Alone != [2]int{2, 2} || c.Clock.Offset.Abs() > c.Clock.Error {
		t.Errorf("%+v", c)
	}
}

// told returns the fate of each frame that is told of, by its time in ms.
func told(c *Comparison) map[int64]string {
	all := map[int64]string{}
	for o := range c.Observations() {
		all[o.At.UnixMilli()-1_700_000_000_000] = o.Verdict.Fate.String()
	}
	return all
}

// sent is a segment of the client's as it leaves, and as it arrives 5 ms later.
func sent(ms int, seq uint32, payload string) (left, arrived sight) {
	left = sight{ms: ms, seq: seq, ack: 500, payload: payload, ttl: 64}
	arrived = left
	arrived.ms, arrived.ttl = ms+5, 63
	return left, arrived
}

// answered is the server's ACK as it leaves, and as it arrives 5 ms later.
func answered(ms int, ack uint32) (left, arrived sight) {
	left = sight{ms: ms, server: true, seq: 500, ack: ack, ttl: 64}
	arrived = left
	arrived.ms, arrived.ttl = ms+5, 63
	return left, arrived
}

// What the far end acknowledges has arrived, whether its capture holds it or not:
// if one frame alone can have brought it, that one.
func TestAcknowledgedUnseen(t *testing.T) {
	t.Parallel()
	one, _ := sent(20, 100, "once")
	ack1, back1 := answered(26, 104)
	two, _ := sent(50, 104, "twice")
	again, _ := sent(60, 104, "twice")
	ack2, back2 := answered(70, 109)
	bare := sight{ms: 80, seq: 109, ack: 500, ttl: 64}
	three, _ := sent(90, 109, "three")
	repeated, came := sent(200, 109, "three")
	ack3, back3 := answered(206, 114)
	c := compared(t, append(opened(true), one, back1, two, again, back2, bare, three, repeated, back3), append(opened(false), ack1, ack2, came, ack3))
	want := map[int64]string{20: "unseen", 50: "doubtful", 60: "doubtful", 80: "doubtful", 90: "missing"}
	if got := told(c); !maps.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	if c.Unseen != [2]int{1, 0} || c.Doubtful != [2]int{3, 0} || c.Lost != [2]int{1, 0} {
		t.Errorf("unseen %v, not known %v, lost %v", c.Unseen, c.Doubtful, c.Lost)
	}
}

// A SYN that only its answer shows to have arrived.
func TestSynUnseen(t *testing.T) {
	t.Parallel()
	c := compared(t, opened(true), append([]sight{{ms: 1, group: true, seq: 9, ttl: 1}}, opened(false)[1:]...))
	if got, want := told(c), map[int64]string{0: "unseen"}; !maps.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

// A host that goes on sending behind what its capture never shows leaving has a
// capture that misses frames: what that capture does not show arriving is not
// known to be lost.
func TestPassedOver(t *testing.T) {
	t.Parallel()
	_, came := sent(20, 100, "missed")
	next, arrived := sent(30, 106, "shown")
	ack, _ := answered(40, 111)
	c := compared(t, append(opened(true), next, sight{ms: 100, seq: 111, ack: 500, ttl: 64}), append(opened(false), came, arrived, ack))
	if got, want := told(c), map[int64]string{25: "unsent", 40: "doubtful", 100: "uncovered"}; !maps.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

// Frames whose ends have one address cross nothing that two captures could show.
func TestOneAddress(t *testing.T) {
	t.Parallel()
	self := func(yield func(capture.Frame, error) bool) {
		for i := range 3 {
			f := sight{ms: i, seq: uint32(i), ttl: 64, itself: true}.frame(t, i+1)
			if !yield(f, nil) {
				return
			}
		}
	}
	if c, err := Compare(self, self); !errors.Is(err, ErrNothingShared) {
		t.Errorf("%+v, %v", c, err)
	}
}
