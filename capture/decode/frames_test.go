package decode

import (
	"encoding/binary"
	"encoding/hex"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture"
)

// Frames made by hand. gopacket writes the IP and TCP headers and computes
// their checksums, so that they are not checked against ourselves.

var (
	clientMAC = net.HardwareAddr{2, 0, 0, 0, 0, 1}
	serverMAC = net.HardwareAddr{2, 0, 0, 0, 0, 2}
	client4   = net.IP{10, 0, 0, 1}
	server4   = net.IP{10, 0, 0, 2}
	client6   = net.ParseIP("fd00::1")
	server6   = net.ParseIP("fd00::2")

	timestampOption = []byte{1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9}
)

// frame wraps data into a frame that was captured whole.
func frame(link capture.LinkType, data ...[]byte) capture.Frame {
	b := slices.Concat(data...)
	return capture.Frame{Number: 1, Time: time.Unix(1, 0), Data: b, Length: len(b), Link: link}
}

// ethernetFrame puts an Ethernet header before a datagram.
func ethernetFrame(kind uint16, data ...[]byte) capture.Frame {
	return frame(capture.LinkEthernet, serverMAC, clientMAC, binary.BigEndian.AppendUint16(nil, kind), slices.Concat(data...))
}

// unhex reads hexadecimal digits, spaces between them ignored.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

// tcpSegment is a segment from port 40000 to port 80, with raw options of a
// multiple of 4 bytes, without its checksum.
func tcpSegment(options, payload []byte) []byte {
	h := unhex("9c40 0050 00000064 000000c8 5018 0200 0000 0000")
	h[12] = uint8((tcpLen + len(options)) / 4 << 4)
	return slices.Concat(h, options, payload)
}

// ipv4Packet puts an IPv4 header before a segment, with both checksums.
func ipv4Packet(segment []byte) []byte {
	return checksummed(&layers.IPv4{
		Version: 4, IHL: 5, Id: 0x1234, Flags: layers.IPv4DontFragment, TTL: 64, Protocol: protoTCP, SrcIP: client4, DstIP: server4,
	}, segment)
}

// ipv6Packet puts an IPv6 header before a datagram's payload; the checksum is
// computed if that is a TCP segment.
func ipv6Packet(next uint8, payload []byte) []byte {
	ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocol(next), SrcIP: client6, DstIP: server6}
	if next == protoTCP {
		return checksummed(ip, payload)
	}
	return serialize(ip, gopacket.Payload(payload))
}

func checksummed(ip interface {
	gopacket.NetworkLayer
	gopacket.SerializableLayer
}, segment []byte,
) []byte {
	var tcp layers.TCP
	if err := tcp.DecodeFromBytes(segment, gopacket.NilDecodeFeedback); err != nil {
		panic(err)
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		panic(err)
	}
	return serialize(ip, &tcp, gopacket.Payload(tcp.Payload))
}

func serialize(parts ...gopacket.SerializableLayer) []byte {
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, parts...); err != nil {
		panic(err)
	}
	return slices.Clone(buf.Bytes())
}

// decoded decodes one frame, with checksums.
func decoded(t testing.TB, f capture.Frame) *Packet {
	t.Helper()
	d := Decoder{VerifyChecksums: true}
	var p Packet
	d.Decode(&f, &p)
	return &p
}
