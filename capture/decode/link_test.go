package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

// TestLinkTypes carries one segment in every link layer: it must come out the
// same.
func TestLinkTypes(t *testing.T) {
	t.Parallel()
	segment := tcpSegment(timestampOption, []byte("hello"))
	v4, v6 := ipv4Packet(segment), ipv6Packet(protoTCP, segment)
	macs := unhex("020000000002 020000000001")
	sll := unhex("0004 0001 0006 020000000001 0000")
	sll2 := unhex("0000 00000003 0001 00 06 020000000001 0000")
	little := func(family uint32) []byte { return binary.LittleEndian.AppendUint32(nil, family) }
	tests := []struct {
		name  string
		frame capture.Frame
		tags  int
		vlan  uint16
		src   string
	}{
		{name: "Ethernet", frame: frame(capture.LinkEthernet, macs, unhex("0800"), v4), src: "02:00:00:00:00:01"},
		{name: "Ethernet, IPv6", frame: frame(capture.LinkEthernet, macs, unhex("86dd"), v6), src: "02:00:00:00:00:01"},
		{name: "802.1Q", frame: frame(capture.LinkEthernet, macs, unhex("8100 a064 0800"), v4), tags: 1, vlan: 100, src: "02:00:00:00:00:01"},
		{name: "802.1ad", frame: frame(capture.LinkEthernet, macs, unhex("88a8 0064 8100 0065 86dd"), v6), tags: 2, vlan: 100, src: "02:00:00:00:00:01"},
		{name: "QinQ", frame: frame(capture.LinkEthernet, macs, unhex("9100 0064 9100 0065 8100 0066 0800"), v4), tags: 3, vlan: 100, src: "02:00:00:00:00:01"},
		{name: "802.3 with SNAP", frame: frame(capture.LinkEthernet, macs, be(uint16(8+len(v4))), unhex("aaaa03 000000 0800"), v4), src: "02:00:00:00:00:01"},
		{name: "cooked v1", frame: frame(capture.LinkSLL, sll, unhex("0800"), v4), src: "02:00:00:00:00:01"},
		{name: "cooked v1, IPv6", frame: frame(capture.LinkSLL, sll, unhex("86dd"), v6), src: "02:00:00:00:00:01"},
		{name: "cooked v1, tag", frame: frame(capture.LinkSLL, sll, unhex("8100 0007 0800"), v4), tags: 1, vlan: 7, src: "02:00:00:00:00:01"},
		{name: "cooked v1, LLC", frame: frame(capture.LinkSLL, sll, unhex("0004 aaaa03 000000 0800"), v4), src: "02:00:00:00:00:01"},
		{name: "cooked v2", frame: frame(capture.LinkSLL2, unhex("0800"), sll2, v4), src: "02:00:00:00:00:01"},
		{name: "cooked v2, IPv6", frame: frame(capture.LinkSLL2, unhex("86dd"), sll2, v6), src: "02:00:00:00:00:01"},
		{name: "raw", frame: frame(capture.LinkRaw, v4)},
		{name: "raw, IPv6", frame: frame(capture.LinkRaw, v6)},
		{name: "raw, BSD's number", frame: frame(capture.LinkRawBSD, v4)},
		{name: "raw, OpenBSD's number", frame: frame(capture.LinkRawOpen, v6)},
		{name: "IPv4", frame: frame(capture.LinkIPv4, v4)},
		{name: "IPv6", frame: frame(capture.LinkIPv6, v6)},
		{name: "null, little-endian", frame: frame(capture.LinkNull, little(2), v4)},
		{name: "null, big-endian", frame: frame(capture.LinkNull, unhex("00000002"), v4)},
		{name: "null, big-endian, IPv6", frame: frame(capture.LinkNull, unhex("0000001e"), v6)},
		{name: "null, IPv6 of Linux", frame: frame(capture.LinkNull, little(10), v6)},
		{name: "null, IPv6 of Windows", frame: frame(capture.LinkNull, little(23), v6)},
		{name: "null, IPv6 of NetBSD", frame: frame(capture.LinkNull, little(24), v6)},
		{name: "null, IPv6 of FreeBSD", frame: frame(capture.LinkNull, little(28), v6)},
		{name: "null, IPv6 of macOS", frame: frame(capture.LinkNull, little(30), v6)},
		{name: "loop", frame: frame(capture.LinkLoop, unhex("00000002"), v4)},
		{name: "loop, IPv6", frame: frame(capture.LinkLoop, unhex("00000018"), v6)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := decoded(t, test.frame)
			s := &p.Segment
			if !p.TCP || p.Err != nil || p.Protocol != "TCP" {
				t.Fatalf("TCP %t, protocol %q, err %v", p.TCP, p.Protocol, p.Err)
			}
			if s.Src.Port() != 40000 || s.Dst.Port() != 80 || s.Seq != 100 || s.Ack != 200 || s.Flags != tcpstate.PSH|tcpstate.ACK ||
				s.Window != 512 || s.Options.TSVal != 7 || s.Len != 5 || string(s.Payload) != "hello" || s.Checksum != tcpstate.Valid || s.TTL != 64 {
				t.Errorf("segment %+v", s)
			}
			if src := s.Src.Addr().String(); src != "10.0.0.1" && src != "fd00::1" {
				t.Errorf("source %s", src)
			}
			if p.Link.Tags != test.tags || p.Link.VLAN != test.vlan || p.Link.Src.String() != test.src {
				t.Errorf("link %+v, source %s", p.Link, p.Link.Src)
			}
		})
	}
}

func be(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

// TestPadding checks that Ethernet's padding to 60 bytes is no payload.
func TestPadding(t *testing.T) {
	t.Parallel()
	f := ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(nil, nil)), make([]byte, 6))
	p := decoded(t, f)
	if p.Segment.Len != 0 || len(p.Segment.Payload) != 0 || p.Segment.Checksum != tcpstate.Valid {
		t.Errorf("segment %+v", p.Segment)
	}
	fields := Fields(&f)
	if last := fields[len(fields)-1]; last.Name != "Padding" || last.Layer != "Ethernet II" || last.BitLength != 48 {
		t.Errorf("last field %+v", last)
	}
}

func TestCookedDirection(t *testing.T) {
	t.Parallel()
	for packetType, want := range []capture.Direction{capture.Inbound, capture.Inbound, capture.Inbound, capture.DirectionUnknown, capture.Outbound} {
		f := frame(capture.LinkSLL, be(uint16(packetType)), unhex("0304 0000 0000000000000000 0800"), ipv4Packet(tcpSegment(nil, nil)))
		if p := decoded(t, f); p.Link.Direction != want || p.Link.Src.IsValid() {
			t.Errorf("packet type %d: direction %v, want %v; source %v", packetType, p.Link.Direction, want, p.Link.Src)
		}
		f.Direction = capture.Outbound
		if p := decoded(t, f); p.Link.Direction != capture.Outbound {
			t.Errorf("packet type %d overrules the frame: %v", packetType, p.Link.Direction)
		}
	}
}

func TestTagsBounded(t *testing.T) {
	t.Parallel()
	inner := ipv4Packet(tcpSegment(nil, nil))
	tags := func(n int) []byte { return bytes.Repeat(unhex("8100 0001"), n) }
	if p := decoded(t, frame(capture.LinkEthernet, make([]byte, 12), tags(maxTags), unhex("0800"), inner)); !p.TCP || p.Link.Tags != maxTags {
		t.Errorf("%d tags: TCP %t, err %v", p.Link.Tags, p.TCP, p.Err)
	}
	p := decoded(t, frame(capture.LinkEthernet, make([]byte, 12), tags(maxTags+1), unhex("0800"), inner))
	if p.TCP || !errors.Is(p.Err, ErrMalformed) || p.Protocol != "IEEE 802.1Q" {
		t.Errorf("too many tags: TCP %t, protocol %q, err %v", p.TCP, p.Protocol, p.Err)
	}
}
