package decode

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

// patched returns a copy of b with bytes replaced at off.
func patched(b []byte, off int, with ...byte) []byte {
	b = slices.Clone(b)
	copy(b[off:], with)
	return b
}

// wantProblem checks a frame's error; a zero Problem of wantErr false is none.
func wantProblem(t *testing.T, p *Packet, want *Error) {
	t.Helper()
	var got *Error
	switch {
	case want == nil:
		if p.Err != nil {
			t.Errorf("error %v", p.Err)
		}
	case !errors.As(p.Err, &got):
		t.Errorf("error %v, want %v", p.Err, want)
	case *got != *want:
		t.Errorf("error %+v, want %+v", *got, *want)
	}
}

func TestIPv4(t *testing.T) {
	t.Parallel()
	whole := ipv4Packet(tcpSegment(nil, []byte("hello"))) // 45 bytes
	// Router Alert, and a header that is 4 bytes longer for it.
	alert := slices.Concat(patched(whole[:20], 0, 0x46, 0, 0, 49), unhex("94040000"), whole[20:])
	tests := []struct {
		name     string
		data     []byte
		protocol string
		tcp      bool
		len      int
		err      *Error
	}{
		{name: "whole", data: whole, protocol: "TCP", tcp: true, len: 5},
		{name: "options", data: alert, protocol: "TCP", tcp: true, len: 5},
		{name: "total length left to the card", data: patched(whole, 2, 0, 0), protocol: "TCP", tcp: true, len: 5},
		{name: "first fragment", data: patched(whole, 6, 0x20, 0), protocol: "IPv4 fragment"},
		{name: "last fragment", data: patched(whole, 6, 0x00, 0xb9), protocol: "IPv4 fragment"},
		{
			name: "header length below 20", data: patched(whole, 0, 0x44), protocol: "IPv4",
			err: &Error{Layer: "IPv4", Field: "IHL", Problem: TooSmall, Offset: 0, Value: 16, Bound: 20},
		},
		{
			name: "total length below the header's", data: patched(whole, 2, 0, 19), protocol: "IPv4",
			err: &Error{Layer: "IPv4", Field: "Total Length", Problem: TooSmall, Offset: 2, Value: 19, Bound: 20},
		},
		{
			name: "total length above the frame's", data: patched(whole, 2, 0, 60), protocol: "TCP", tcp: true, len: 5,
			err: &Error{Layer: "IPv4", Field: "Total Length", Problem: TooLarge, Offset: 2, Value: 60, Bound: 45},
		},
		{
			name: "version 5", data: patched(whole, 0, 0x55), protocol: "IPv4",
			err: &Error{Layer: "IPv4", Field: "Version", Problem: Wrong, Value: 5},
		},
		{
			name: "no room for TCP", data: patched(whole, 2, 0, 30), protocol: "TCP",
			err: &Error{Layer: "TCP", Field: "header", Problem: TooSmall, Offset: 20, Value: 10, Bound: 20},
		},
		{
			name: "a frame of 10 bytes", data: whole[:10], protocol: "IPv4",
			err: &Error{Layer: "IPv4", Field: "header", Problem: TooSmall, Offset: 0, Value: 10, Bound: 20},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := decoded(t, frame(capture.LinkIPv4, test.data))
			if p.Protocol != test.protocol || p.TCP != test.tcp || p.Segment.Len != test.len {
				t.Errorf("protocol %q, TCP %t, Len %d", p.Protocol, p.TCP, p.Segment.Len)
			}
			wantProblem(t, p, test.err)
		})
	}
}

func TestIPv4Facts(t *testing.T) {
	t.Parallel()
	whole := ipv4Packet(tcpSegment(nil, []byte("hello")))
	p := decoded(t, frame(capture.LinkRaw, patched(whole, 1, 0xb9)))
	ip := p.IP
	if ip.Version != 4 || ip.Src.String() != "10.0.0.1" || ip.Dst.String() != "10.0.0.2" || ip.Length != 45 || ip.HeaderLen != 20 ||
		ip.Protocol != 6 || ip.TrafficClass != 0xb9 || ip.TTL != 64 || ip.ID != 0x1234 || !ip.DF || ip.Fragment() || ip.Checksum != tcpstate.Invalid {
		t.Errorf("%+v", ip)
	}
	p = decoded(t, frame(capture.LinkRaw, patched(whole, 6, 0x20, 0x02)))
	if ip := p.IP; ip.DF || !ip.More || ip.FragmentOffset != 16 || !ip.Fragment() {
		t.Errorf("%+v", ip)
	}
	if got := p.Payload(); !bytes.Equal(got, whole[20:]) {
		t.Errorf("fragment's payload %x", got)
	}
}

func TestIPv6Extensions(t *testing.T) {
	t.Parallel()
	segment := tcpSegment(nil, []byte("hello"))
	// Checksums do not depend on extension headers: take the segment from a
	// datagram without any.
	segment = ipv6Packet(protoTCP, segment)[40:]
	chain := func(hex string) []byte { return slices.Concat(unhex(hex), segment) }
	const options8 = " 00 0104 00000000"
	tests := []struct {
		name     string
		first    uint8
		data     []byte
		protocol string
		validity tcpstate.Validity
		err      *Error
	}{
		{name: "none", first: 6, data: segment, protocol: "TCP", validity: tcpstate.Valid},
		{name: "hop-by-hop", first: 0, data: chain("06" + options8), protocol: "TCP", validity: tcpstate.Valid},
		{name: "destination of 16 bytes", first: 60, data: chain("06 01 010c 000000000000000000000000"), protocol: "TCP", validity: tcpstate.Valid},
		{name: "routing, done", first: 43, data: chain("06 00 02 00 00000000"), protocol: "TCP", validity: tcpstate.Valid},
		{name: "routing, on the way", first: 43, data: chain("06 00 02 01 00000000"), protocol: "TCP", validity: tcpstate.Unverified},
		{name: "authentication of 12 bytes", first: 51, data: chain("06 01 0000 00000001 00000002"), protocol: "TCP", validity: tcpstate.Valid},
		{name: "mobility", first: 135, data: chain("06 00 0000 00000000"), protocol: "TCP", validity: tcpstate.Valid},
		{name: "atomic fragment", first: 44, data: chain("06 00 0000 00000007"), protocol: "TCP", validity: tcpstate.Valid},
		{name: "first fragment", first: 44, data: chain("06 00 0001 00000007"), protocol: "IPv6 fragment"},
		{name: "later fragment", first: 44, data: chain("06 00 00b8 00000007"), protocol: "IPv6 fragment"},
		{name: "four of them", first: 0, data: chain("2b" + options8 + "2c 00 02 00 00000000" + "3c 00 0000 00000007" + "06" + options8), protocol: "TCP", validity: tcpstate.Valid},
		{name: "encrypted", first: 50, data: segment, protocol: "ESP"},
		{name: "nothing", first: 59, data: nil, protocol: "IPv6 no next header"},
		{
			name: "longer than the datagram", first: 60, data: chain("06 ff 0104 00000000"), protocol: "IPv6 Destination Options",
			err: &Error{Layer: "IPv6 Destination Options", Field: "Hdr Ext Len", Problem: TooLarge, Offset: 41, Value: 2048, Bound: 33},
		},
		{
			name: "too many", first: 60, data: bytes.Repeat(unhex("3c"+options8), maxExtensions+2), protocol: "IPv6 Destination Options",
			err: &Error{Layer: "IPv6", Field: "extension headers", Problem: TooLarge, Offset: 40 + 8*(maxExtensions+1), Value: maxExtensions + 1, Bound: maxExtensions},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data := ipv6Packet(59, test.data)
			data[6] = test.first
			p := decoded(t, frame(capture.LinkIPv6, data))
			if p.Protocol != test.protocol || p.TCP != (test.protocol == "TCP") {
				t.Fatalf("protocol %q, TCP %t, err %v", p.Protocol, p.TCP, p.Err)
			}
			wantProblem(t, p, test.err)
			if p.TCP && (string(p.Segment.Payload) != "hello" || p.Segment.Checksum != test.validity) {
				t.Errorf("payload %q, checksum %d", p.Segment.Payload, p.Segment.Checksum)
			}
		})
	}
}

func TestIPv6PayloadLength(t *testing.T) {
	t.Parallel()
	whole := ipv6Packet(protoTCP, tcpSegment(nil, []byte("hello")))
	if p := decoded(t, frame(capture.LinkRaw, patched(whole, 4, 0, 0))); p.Segment.Len != 5 || p.IP.Length != len(whole) {
		t.Errorf("length 0: Len %d, IP %d", p.Segment.Len, p.IP.Length)
	}
	p := decoded(t, frame(capture.LinkRaw, patched(whole, 4, 0, 100)))
	wantProblem(t, p, &Error{Layer: "IPv6", Field: "Payload Length", Problem: TooLarge, Offset: 4, Value: 100, Bound: 25})
	if !p.TCP || p.Segment.Len != 5 || p.Segment.Checksum != tcpstate.Unverified {
		t.Errorf("segment %+v", p.Segment)
	}
}
