package decode

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

func TestReadOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		raw   string
		cut   bool
		want  tcpstate.Options
		wrong int
	}{
		{name: "of a SYN", raw: "020405b4 0402 080a 00000001 00000002 01 030307", wrong: -1, want: tcpstate.Options{
			HasMSS: true, MSS: 1460, SackPermitted: true, HasTimestamps: true, TSVal: 1, TSEcr: 2, HasScale: true, Scale: 7,
		}},
		{name: "SACK of one block", raw: "0101 050a 00000001 00000005", wrong: -1, want: tcpstate.Options{
			SackBlocks: 1, Sack: [4]tcpstate.SackBlock{{Left: 1, Right: 5}},
		}},
		{name: "SACK of four blocks", raw: "0522 0000000100000002 0000000300000004 0000000500000006 ffffffff00000000", wrong: -1, want: tcpstate.Options{
			SackBlocks: 4, Sack: [4]tcpstate.SackBlock{{Left: 1, Right: 2}, {Left: 3, Right: 4}, {Left: 5, Right: 6}, {Left: 0xffffffff}},
		}},
		{name: "unknown", raw: "2204abcd 020405b4", wrong: -1, want: tcpstate.Options{HasUnknown: true, HasMSS: true, MSS: 1460}},
		{name: "what follows the end is nothing", raw: "030309 00 020405b4", wrong: -1, want: tcpstate.Options{HasScale: true, Scale: 9}},
		{name: "twice: the last counts", raw: "02040100 02040200", wrong: -1, want: tcpstate.Options{HasMSS: true, MSS: 512}},
		{name: "wrong length, and on", raw: "0303 07 0203 01 020405b4", wrong: 3, want: tcpstate.Options{HasScale: true, Scale: 7, HasMSS: true, MSS: 1460, Malformed: true}},
		{name: "SACK of half a block", raw: "0506 00000001 0101", wrong: 0, want: tcpstate.Options{Malformed: true}},
		{name: "SACK of nothing", raw: "01 0502 01", wrong: 1, want: tcpstate.Options{Malformed: true}},
		{name: "SACK of five blocks", raw: "052a" + "00000000000000000000" + "00000000000000000000" + "00000000000000000000" + "00000000000000000000", wrong: 0, want: tcpstate.Options{Malformed: true}},
		{name: "length 0", raw: "0101 0300 020405b4", wrong: 2, want: tcpstate.Options{Malformed: true}},
		{name: "length 1", raw: "fd01 0101", wrong: 0, want: tcpstate.Options{Malformed: true}},
		{name: "passes the end", raw: "0101 080a 00000001", wrong: 2, want: tcpstate.Options{Malformed: true}},
		{name: "no length", raw: "010101 08", wrong: 3, want: tcpstate.Options{Malformed: true}},
		{name: "cut in an option", raw: "020405b4 080a 0000", cut: true, wrong: -1, want: tcpstate.Options{HasMSS: true, MSS: 1460}},
		{name: "cut before a length", raw: "020405b4 08", cut: true, wrong: -1, want: tcpstate.Options{HasMSS: true, MSS: 1460}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got tcpstate.Options
			raw := unhex(test.raw)
			test.want.Raw = raw
			if wrong := readOptions(raw, test.cut, &got); wrong != test.wrong || !reflect.DeepEqual(got, test.want) {
				t.Errorf("wrong %d, %+v\nwant %d, %+v", wrong, got, test.wrong, test.want)
			}
		})
	}
}

func TestTCPHeader(t *testing.T) {
	t.Parallel()
	whole := ipv4Packet(tcpSegment(nil, []byte("hello")))
	tests := []struct {
		name string
		data []byte
		tcp  bool
		err  *Error
	}{
		{name: "data offset 4", data: patched(whole, 32, 0x40), err: &Error{Layer: "TCP", Field: "Data Offset", Problem: TooSmall, Offset: 32, Value: 16, Bound: 20}},
		{name: "data offset 15", data: patched(whole, 32, 0xf0), err: &Error{Layer: "TCP", Field: "Data Offset", Problem: TooLarge, Offset: 32, Value: 60, Bound: 25}},
		{name: "malformed option", data: patched(ipv4Packet(tcpSegment(unhex("01010100"), nil)), 42, 2, 0), tcp: true, err: &Error{Layer: "TCP", Field: "Options", Problem: Wrong, Offset: 42, Value: 2}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := decoded(t, frame(capture.LinkRaw, test.data))
			if p.TCP != test.tcp || p.Protocol != "TCP" {
				t.Errorf("TCP %t, protocol %q", p.TCP, p.Protocol)
			}
			wantProblem(t, p, test.err)
		})
	}
}

// TestCut cuts a frame at every length: what is there is used, what is not is
// said.
func TestCut(t *testing.T) {
	t.Parallel()
	options := slices.Concat(unhex("020405b4"), timestampOption)
	whole := ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(options, []byte("hello"))))
	const fixed, mss, header = 14 + 20 + 20, 14 + 20 + 20 + 4, 14 + 20 + 20 + 16
	for n := range len(whole.Data) {
		f := whole
		f.Data = slices.Clip(slices.Clone(whole.Data[:n]))
		p := decoded(t, f)
		if p.TCP != (n >= fixed) {
			t.Fatalf("cut at %d: TCP %t", n, p.TCP)
		}
		var problem *Error
		switch {
		case n >= header && p.Err != nil, n < header && !errors.As(p.Err, &problem):
			t.Errorf("cut at %d: error %v", n, p.Err)
		case n < header && (!errors.Is(p.Err, ErrCut) || problem.Offset != n):
			t.Errorf("cut at %d: error %+v", n, problem)
		}
		if !p.TCP {
			continue
		}
		s := &p.Segment
		if s.Len != 5 || string(s.Payload) != "hello"[:max(n-header, 0)] || s.Checksum != tcpstate.Unverified {
			t.Errorf("cut at %d: Len %d, payload %q, checksum %d", n, s.Len, s.Payload, s.Checksum)
		}
		if s.Summed {
			t.Errorf("cut at %d: a sum of what is not there", n)
		}
		if o := s.Options; o.HasMSS != (n >= mss) || o.HasTimestamps != (n >= header) || o.Malformed {
			t.Errorf("cut at %d: options %+v", n, o)
		}
	}
}

// TestPayloadSum: the payload's sum is its own, whatever header it has and whether the
// checksum is right, and is not that of other octets.
func TestPayloadSum(t *testing.T) {
	t.Parallel()
	sumOf := func(options []byte, payload string, damage bool) uint16 {
		f := ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(options, []byte(payload))))
		if damage {
			f.Data[14+20+16] ^= 1
		}
		p := decoded(t, f)
		if !p.Segment.Summed {
			t.Errorf("%q has no sum", payload)
		}
		return p.Segment.Sum
	}
	hello := sumOf(nil, "hello", false)
	for name, got := range map[string]uint16{"with options": sumOf(timestampOption, "hello", false), "with a wrong checksum": sumOf(nil, "hello", true)} {
		if got != hello {
			t.Errorf("%s: %x, want %x", name, got, hello)
		}
	}
	if other := sumOf(nil, "jello", false); other == hello {
		t.Errorf("other octets have the same sum, %x", other)
	}
}

// TestReuse checks that nothing of one frame is left in the next.
func TestReuse(t *testing.T) {
	t.Parallel()
	frames := []capture.Frame{
		ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(timestampOption, []byte("hello")))),
		ethernetFrame(0x88cc, []byte("lldp")),
		ethernetFrame(etherIPv6, ipv6Packet(protoTCP, tcpSegment(nil, nil))),
		frame(capture.LinkRaw, unhex("45")),
		frame(capture.LinkType(147), unhex("00")),
	}
	d := Decoder{VerifyChecksums: true}
	var used Packet
	for i := range 200 {
		f := frames[rand.IntN(len(frames))]
		d.Decode(&f, &used)
		fresh := decoded(t, f)
		if used.TCP != fresh.TCP || used.Protocol != fresh.Protocol || used.Link != fresh.Link || used.IP != fresh.IP ||
			!reflect.DeepEqual(used.Err, fresh.Err) || !reflect.DeepEqual(used.Segment, fresh.Segment) || used.Info() != fresh.Info() {
			t.Fatalf("frame %d: reused\n%+v\nfresh\n%+v", i, used, *fresh)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	lldp := ethernetFrame(0x88cc, []byte("lldp"))
	frames := []capture.Frame{
		ethernetFrame(etherIPv4, ipv4Packet(tcpSegment(timestampOption, []byte("hello")))),
		ethernetFrame(etherIPv6, ipv6Packet(protoTCP, tcpSegment(nil, nil))),
		ethernetFrame(etherIPv6, ipv6Packet(protoUDP, unhex("0035 0035 0008 0000"))),
		lldp,
		frame(capture.LinkType(147), unhex("00")),
	}
	d := Decoder{VerifyChecksums: true}
	var p Packet
	for _, f := range frames {
		d.Decode(&f, &p) // makes the name of an unknown protocol
		if n := testing.AllocsPerRun(100, func() { d.Decode(&f, &p) }); n != 0 {
			t.Errorf("%s: %v allocations", p.Protocol, n)
		}
	}
}

func TestSum(t *testing.T) {
	t.Parallel()
	// The sum of RFC 1071 §4.1, 16 bits at a time.
	plain := func(b []byte) uint16 {
		var acc uint32
		for i, octet := range b {
			if i%2 == 0 {
				acc += uint32(octet) << 8
			} else {
				acc += uint32(octet)
			}
		}
		for acc>>16 != 0 {
			acc = acc>>16 + acc&0xffff
		}
		return uint16(acc)
	}
	random := rand.NewChaCha8([32]byte{1})
	for n := range 300 {
		b := make([]byte, n)
		_, _ = random.Read(b)
		for _, b := range [][]byte{b, bytes.Repeat([]byte{0xff}, n)} {
			got := fold(sum(b, 0))
			if swapped := got>>8 | got<<8; swapped != plain(b) {
				t.Fatalf("%d bytes: %04x, want %04x", n, swapped, plain(b))
			}
			if n%2 == 0 && fold(sum(b[n/4*2:], sum(b[:n/4*2], 0))) != got {
				t.Fatalf("%d bytes: not the same in two parts", n)
			}
		}
	}
}

// A checksum that was left to a network card is not known to be wrong.
func TestChecksumLeftToTheCard(t *testing.T) {
	t.Parallel()
	segment := tcpSegment(timestampOption, []byte("odd"))
	for _, data := range [][]byte{ipv4Packet(segment), ipv6Packet(protoTCP, segment)} {
		start := len(data) - len(segment)
		addresses := data[start-8 : start]
		if data[0]>>4 == 6 {
			addresses = data[start-32 : start]
		}
		pseudo := uint32(len(segment)) + protoTCP
		for i := 0; i < len(addresses); i += 2 {
			pseudo += uint32(be16(addresses[i:]))
		}
		for pseudo > 0xffff {
			pseudo = pseudo>>16 + pseudo&0xffff
		}
		data = patched(data, start+16, byte(pseudo>>8))
		data = patched(data, start+17, byte(pseudo))
		if p := decoded(t, frame(capture.LinkRaw, data)); p.Segment.Checksum != tcpstate.Unverified {
			t.Errorf("IPv%d: checksum %d", data[0]>>4, p.Segment.Checksum)
		}
	}
}

// TestChecksum flips every bit that a checksum covers.
func TestChecksum(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"", "odd", "even", "longer than thirty-two bytes, and then some"} {
		segment := tcpSegment(timestampOption, []byte(payload))
		for _, data := range [][]byte{ipv4Packet(segment), ipv6Packet(protoTCP, segment)} {
			if p := decoded(t, frame(capture.LinkRaw, data)); p.Segment.Checksum != tcpstate.Valid || p.IP.Checksum == tcpstate.Invalid {
				t.Fatalf("%q: TCP %d, IP %d", payload, p.Segment.Checksum, p.IP.Checksum)
			}
			start := len(data) - len(segment)
			for bit := start * 8; bit < len(data)*8; bit++ {
				bad := slices.Clone(data)
				bad[bit/8] ^= 1 << (bit % 8)
				if p := decoded(t, frame(capture.LinkRaw, bad)); p.TCP && p.Segment.Checksum != tcpstate.Invalid {
					t.Fatalf("%q: bit %d flipped: checksum %d", payload, bit, p.Segment.Checksum)
				}
			}
			if data[0]>>4 == 4 {
				bad := patched(data, 8, 63)
				if p := decoded(t, frame(capture.LinkRaw, bad)); p.IP.Checksum != tcpstate.Invalid || p.Segment.Checksum != tcpstate.Valid {
					t.Errorf("TTL changed: IP %d, TCP %d", p.IP.Checksum, p.Segment.Checksum)
				}
			}
		}
	}
}

func TestUnverified(t *testing.T) {
	t.Parallel()
	data := ipv4Packet(tcpSegment(nil, []byte("hello")))
	pending := frame(capture.LinkRaw, data)
	pending.Marks = capture.ChecksumPending
	completed := frame(capture.LinkRaw, data)
	completed.Marks = capture.ChecksumCompleted
	// Loose Source and Record Route, its pointer at the first of two addresses.
	route := slices.Concat(patched(data[:20], 0, 0x48, 0, 0, 57), unhex("01 830b04 0a000003 0a000004"), data[20:])
	tests := []struct {
		name   string
		frame  capture.Frame
		verify bool
		want   tcpstate.Validity
	}{
		{"whole", frame(capture.LinkRaw, data), true, tcpstate.Valid},
		{"not asked for", frame(capture.LinkRaw, data), false, tcpstate.Unverified},
		{"left to the card", pending, true, tcpstate.Unverified},
		{"completed by us", completed, true, tcpstate.Valid},
		{"no total length", frame(capture.LinkRaw, patched(data, 2, 0, 0)), true, tcpstate.Unverified},
		{"source route, on the way", frame(capture.LinkRaw, route), true, tcpstate.Unverified},
		{"source route, done", frame(capture.LinkRaw, patched(route, 23, 12)), true, tcpstate.Valid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := Decoder{VerifyChecksums: test.verify}
			var p Packet
			d.Decode(&test.frame, &p)
			if !p.TCP || p.Segment.Checksum != test.want {
				t.Errorf("TCP %t, checksum %d, want %d (%v)", p.TCP, p.Segment.Checksum, test.want, p.Err)
			}
		})
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for bit := range 12 {
		segment := tcpSegment(nil, nil)
		copy(segment[12:], be(0x5000|1<<bit))
		want := tcpstate.Flags(1 << bit)
		if want > tcpstate.AE { // a reserved bit
			want = 0
		}
		if p := decoded(t, frame(capture.LinkRaw, ipv4Header(segment), segment)); p.Segment.Flags != want {
			t.Errorf("bit %d: flags %03x", bit, p.Segment.Flags)
		}
	}
}

// ipv4Header is the header of a datagram that carries payload as TCP.
func ipv4Header(payload []byte) []byte {
	h := ipv4Packet(tcpSegment(nil, nil))[:ipv4Len]
	return patched(h, 2, be(uint16(ipv4Len+len(payload)))...)
}

// TestWireLength checks that a datagram without a length takes that of the
// frame, if it can be believed.
func TestWireLength(t *testing.T) {
	t.Parallel()
	f := frame(capture.LinkRaw, patched(ipv4Packet(tcpSegment(nil, nil)), 2, 0, 0))
	for length, want := range map[int]int{-1: 0, 0: 0, 40: 0, 70000: 70000 - 40, 1 << 40: maxWire - 40} {
		f.Length = length
		if p := decoded(t, f); p.Segment.Len != want {
			t.Errorf("length %d: Len %d, want %d", length, p.Segment.Len, want)
		}
	}
}
