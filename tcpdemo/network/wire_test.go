package network_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

const (
	c2s = network.ClientToServer
	s2c = network.ServerToClient

	syn = tcpstate.SYN
	ack = tcpstate.ACK
	fin = tcpstate.FIN
	rst = tcpstate.RST
	psh = tcpstate.PSH
)

// testWire is a wire on which a test sends crafted frames, one each
// millisecond unless it says otherwise.
type testWire struct {
	t    testing.TB
	d    *network.Decider
	now  time.Duration
	wire uint64
}

func newWire(t testing.TB, link network.Link, rules ...string) *testWire {
	t.Helper()
	parsed, err := network.ParseRules(rules...)
	if err != nil {
		t.Fatal(err)
	}
	return &testWire{t: t, d: network.NewDecider(parsed, 1, link)}
}

// segment is what a test sends: by a client on port 40000 unless port says
// otherwise, to port 7.
type segment struct {
	dir      network.Direction
	port     uint16
	seq, ack uint32
	flags    tcpstate.Flags
	window   uint16
	payload  string
	mayCut   bool // Don't Fragment is not set
}

var (
	clientMAC, serverMAC = net.HardwareAddr{2, 0, 0, 0, 0, 1}, net.HardwareAddr{2, 0, 0, 0, 0, 2}
	clientIP, serverIP   = net.IP{10, 0, 0, 1}, net.IP{10, 0, 0, 2}
)

func (s segment) frame(t testing.TB) []byte {
	t.Helper()
	client, window := layers.TCPPort(s.port), s.window
	if client == 0 {
		client = 40000
	}
	if window == 0 {
		window = 65535
	}
	if s.window == closed {
		window = 0
	}
	eth := &layers.Ethernet{SrcMAC: clientMAC, DstMAC: serverMAC, EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: clientIP, DstIP: serverIP, Flags: layers.IPv4DontFragment, Id: 77}
	tcp := &layers.TCP{
		SrcPort: client, DstPort: 7, Seq: s.seq, Ack: s.ack, Window: window,
		SYN: s.flags.Has(syn), ACK: s.flags.Has(ack), FIN: s.flags.Has(fin), RST: s.flags.Has(rst), PSH: s.flags.Has(psh),
	}
	if s.mayCut {
		ip.Flags = 0
	}
	if s.dir == s2c {
		eth.SrcMAC, eth.DstMAC = eth.DstMAC, eth.SrcMAC
		ip.SrcIP, ip.DstIP = ip.DstIP, ip.SrcIP
		tcp.SrcPort, tcp.DstPort = tcp.DstPort, tcp.SrcPort
	}
	_ = tcp.SetNetworkLayerForChecksum(ip)
	return serialize(t, eth, ip, tcp, gopacket.Payload(s.payload))
}

// closed is a segment's window of 0 octets.
const closed = 1

func serialize(t testing.TB, parts ...gopacket.SerializableLayer) []byte {
	t.Helper()
	out := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(out, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, parts...); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func arp(t testing.TB) []byte {
	return serialize(t,
		&layers.Ethernet{SrcMAC: clientMAC, DstMAC: layers.EthernetBroadcast, EthernetType: layers.EthernetTypeARP},
		&layers.ARP{
			AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: layers.ARPRequest,
			SourceHwAddress: clientMAC, SourceProtAddress: clientIP, DstHwAddress: make([]byte, 6), DstProtAddress: serverIP,
		})
}

// send puts a segment on the wire and returns a copy of the decision.
func (w *testWire) send(s segment) network.Decision { return w.sendFrame(s.dir, s.frame(w.t)) }

func (w *testWire) sendFrame(dir network.Direction, frame []byte) network.Decision {
	w.now += time.Millisecond
	w.wire++
	before := slices.Clone(frame)
	d := w.d.Decide(dir, w.now, w.wire, frame)
	if !slices.Equal(before, frame) {
		w.t.Fatal("the sender's frame was changed")
	}
	return clone(d)
}

func clone(d network.Decision) network.Decision {
	return network.Decision{Deliveries: slices.Clone(d.Deliveries), Replies: slices.Clone(d.Replies), Verdicts: slices.Clone(d.Verdicts)}
}

// fates sends segments and returns what became of each, as letters: how many
// copies were delivered, or the fate's name where there is a verdict.
func (w *testWire) fates(segments ...segment) string {
	var out []string
	for _, s := range segments {
		d := w.send(s)
		fate := "ok"
		if len(d.Deliveries) == 0 {
			fate = "gone"
		}
		for _, v := range d.Verdicts {
			fate = v.Fate.String()
		}
		out = append(out, fate)
	}
	return strings.Join(out, " ")
}

// open is a handshake with the ISNs 1000 and 5000.
func open() []segment {
	return []segment{
		{flags: syn, seq: 1000},
		{dir: s2c, flags: syn | ack, seq: 5000, ack: 1001},
		{flags: ack, seq: 1001, ack: 5001},
	}
}

// data is n octets from the client, or from the server.
func data(offset uint32, n int) segment {
	return segment{flags: ack | psh, seq: 1001 + offset, ack: 5001, payload: strings.Repeat("x", n)}
}

func reply(offset uint32, n int) segment {
	return segment{dir: s2c, flags: ack | psh, seq: 5001 + offset, ack: 1001, payload: strings.Repeat("y", n)}
}

func ackOf(offset uint32) segment {
	return segment{dir: s2c, flags: ack, seq: 5001, ack: 1001 + offset}
}

func only(t *testing.T, d network.Decision) network.Delivery {
	t.Helper()
	if len(d.Deliveries) != 1 {
		t.Fatalf("%d deliveries, want 1: %+v", len(d.Deliveries), d)
	}
	return d.Deliveries[0]
}

func verdict(t *testing.T, d network.Decision) trace.Verdict {
	t.Helper()
	if len(d.Verdicts) != 1 {
		t.Fatalf("%d verdicts, want 1: %+v", len(d.Verdicts), d)
	}
	return d.Verdicts[0]
}
