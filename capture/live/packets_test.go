package live

import (
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// segment describes a frame to build.
type segment struct {
	v6      bool
	id      uint16
	seq     uint32
	flags   string // of "FSPRAC" (C: CWR)
	src     uint16
	dst     uint16
	payload []byte
	udp     bool
}

// ethernet builds an Ethernet frame with valid checksums.
func (s segment) ethernet(t testing.TB) []byte {
	t.Helper()
	eth := &layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4}
	var network gopacket.SerializableLayer
	var pseudo gopacket.NetworkLayer
	protocol := layers.IPProtocolTCP
	if s.udp {
		protocol = layers.IPProtocolUDP
	}
	if s.v6 {
		eth.EthernetType = layers.EthernetTypeIPv6
		ip := &layers.IPv6{Version: 6, NextHeader: protocol, HopLimit: 64, SrcIP: net.ParseIP("fd00::1"), DstIP: net.ParseIP("fd00::2")}
		network, pseudo = ip, ip
	} else {
		ip := &layers.IPv4{Version: 4, Id: s.id, TTL: 64, Flags: layers.IPv4DontFragment, Protocol: protocol, SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}}
		network, pseudo = ip, ip
	}
	transport := s.transport(t, pseudo)
	length := s.length()
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, eth, network, transport, gopacket.Payload(s.payload)); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()[:length] // without the padding to 60 bytes
}

// length is the length of the frame without padding.
func (s segment) length() int {
	n := ethernetHeader + ipv4Header + tcpHeader + 12 + len(s.payload)
	if s.v6 {
		n += ipv6Header - ipv4Header
	}
	if s.udp {
		n += 8 - tcpHeader - 12
	}
	return n
}

func (s segment) transport(t testing.TB, pseudo gopacket.NetworkLayer) gopacket.SerializableLayer {
	t.Helper()
	if s.udp {
		udp := &layers.UDP{SrcPort: layers.UDPPort(s.src), DstPort: layers.UDPPort(s.dst)}
		if err := udp.SetNetworkLayerForChecksum(pseudo); err != nil {
			t.Fatal(err)
		}
		return udp
	}
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(s.src), DstPort: layers.TCPPort(s.dst), Seq: s.seq, Ack: 77, Window: 512,
		Options: []layers.TCPOption{
			{OptionType: layers.TCPOptionKindNop},
			{OptionType: layers.TCPOptionKindNop},
			{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: []byte{0, 0, 0, 1, 0, 0, 0, 2}},
		},
	}
	for _, f := range s.flags {
		switch f {
		case 'F':
			tcp.FIN = true
		case 'S':
			tcp.SYN = true
		case 'P':
			tcp.PSH = true
		case 'R':
			tcp.RST = true
		case 'A':
			tcp.ACK = true
		case 'C':
			tcp.CWR = true
		}
	}
	if err := tcp.SetNetworkLayerForChecksum(pseudo); err != nil {
		t.Fatal(err)
	}
	return tcp
}

// parsed is a frame that gopacket has decoded.
type parsed struct {
	tcp *layers.TCP
	ip4 *layers.IPv4
	ip6 *layers.IPv6
}

// parse decodes an Ethernet frame and demands that its lengths and checksums
// are right, by gopacket's reckoning.
func parse(t testing.TB, frame []byte) parsed {
	t.Helper()
	pk := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
	if err := pk.ErrorLayer(); err != nil {
		t.Fatalf("decode: %v", err.Error())
	}
	var out parsed
	var pseudo gopacket.NetworkLayer
	out.ip4, _ = pk.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	out.ip6, _ = pk.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
	switch {
	case out.ip4 != nil:
		pseudo = out.ip4
		if int(out.ip4.Length) != len(frame)-ethernetHeader {
			t.Errorf("IPv4 total length %d in a frame of %d bytes", out.ip4.Length, len(frame))
		}
		if sum := fold(add(0, out.ip4.LayerContents())); sum != 0xffff {
			t.Errorf("IPv4 header checksum is wrong: sum %#x", sum)
		}
	case out.ip6 != nil:
		pseudo = out.ip6
		if int(out.ip6.Length) != len(frame)-ethernetHeader-ipv6Header {
			t.Errorf("IPv6 payload length %d in a frame of %d bytes", out.ip6.Length, len(frame))
		}
	default:
		t.Fatal("no IP header")
	}
	out.tcp, _ = pk.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if out.tcp == nil {
		t.Fatal("no TCP header")
	}
	if got, want := out.tcp.Checksum, recompute(t, out.tcp, pseudo); got != want {
		t.Errorf("TCP checksum %#04x, want %#04x", got, want)
	}
	return out
}

// recompute returns a segment's checksum as gopacket computes it.
func recompute(t testing.TB, tcp *layers.TCP, pseudo gopacket.NetworkLayer) uint16 {
	t.Helper()
	again := *tcp
	if err := again.SetNetworkLayerForChecksum(pseudo); err != nil {
		t.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{ComputeChecksums: true}, &again, gopacket.Payload(tcp.Payload)); err != nil {
		t.Fatal(err)
	}
	return again.Checksum
}
