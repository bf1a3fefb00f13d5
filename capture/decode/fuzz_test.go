package decode

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"unicode"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

// addSeeds gives a fuzz target a frame of every kind.
func addSeeds(f *testing.F) {
	segment := tcpSegment(unhex("020405b4 0402 080a 00000001 00000002 01 030307"), []byte("hello"))
	extended := ipv6Packet(59, slices.Concat(unhex("2c 00 0104 00000000 06 00 0000 00000007"), segment))
	extended[6] = 0
	for _, seed := range []capture.Frame{
		ethernetFrame(etherIPv4, ipv4Packet(segment)),
		ethernetFrame(etherCTag, unhex("0001 86dd"), ipv6Packet(protoTCP, segment)),
		ethernetFrame(etherIPv6, extended),
		ethernetFrame(etherARP, unhex("0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002")),
		ethernetFrame(9, unhex("aaaa03 00000c 2000 01 0000")),
		frame(capture.LinkSLL, unhex("0004 0001 0006 020000000001 0000 0800"), ipv4Packet(segment)),
		frame(capture.LinkSLL2, unhex("0800 0000 00000003 0001 00 06 020000000001 0000"), ipv4Packet(segment)),
		frame(capture.LinkNull, unhex("02000000"), ipv4Packet(segment)),
		frame(capture.LinkLoop, unhex("00000018"), ipv6Packet(protoTCP, segment)),
		frame(capture.LinkRaw, ipv6Packet(protoICMPv6, unhex("02 00 0000 00000500"))),
		frame(capture.LinkIPv4, ipv4Packet(segment)),
		frame(capture.LinkIPv6, ipv6Packet(protoUDP, unhex("0035 1389 000c 0000 01020304"))),
	} {
		f.Add(uint16(seed.Link), seed.Data, 0)
	}
	for _, e := range carriers() {
		f.Add(uint16(e.frame.Link), e.frame.Data, 0)
	}
}

// fuzzFrame is a frame whose Data ends where its memory does, so that a read
// beyond it panics.
func fuzzFrame(link uint16, data []byte, more int) capture.Frame {
	data = slices.Clip(slices.Clone(data))
	return capture.Frame{Number: 1, Data: data, Length: len(data) + max(more, 0)%4096, Link: capture.LinkType(link)}
}

func FuzzDecode(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, link uint16, data []byte, more int) {
		frame := fuzzFrame(link, data, more)
		d := Decoder{VerifyChecksums: true}
		var p, again Packet
		d.Decode(&frame, &p)
		if !bytes.Equal(frame.Data, data) {
			t.Fatal("the frame was changed")
		}
		// Bytes behind Data must make no difference.
		other := frame
		other.Data = append(slices.Clone(data), bytes.Repeat([]byte{0x45}, 64)...)[:len(data)]
		d.Decode(&other, &again)
		if p.Protocol != again.Protocol || !reflect.DeepEqual(p.Segment, again.Segment) || !reflect.DeepEqual(p.Err, again.Err) {
			t.Fatalf("%+v\nand with other bytes behind\n%+v", p, again)
		}
		if p.Protocol == "" {
			t.Error("no protocol")
		}
		for _, r := range p.Info() + p.InfoKorean() + p.Protocol {
			if !unicode.IsPrint(r) {
				t.Errorf("info %q, protocol %q", p.Info(), p.Protocol)
			}
		}
		if p.Err != nil && p.Err.(*Error).Offset > len(data) {
			t.Errorf("%v, in a frame of %d bytes", p.Err, len(data))
		}
		if s := &p.Segment; p.TCP && (s.Len < 0 || len(s.Payload) > s.Len || len(s.Options.Raw) > 40 || s.Checksum == tcpstate.Valid && len(s.Payload) != s.Len) {
			t.Errorf("segment %+v", s)
		}
		if !p.TCP && !reflect.DeepEqual(p.Segment, tcpstate.Segment{}) {
			t.Errorf("a segment where there is none: %+v", p.Segment)
		}
	})
}

func FuzzFields(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, link uint16, data []byte, more int) {
		frame := fuzzFrame(link, data, more)
		checkFields(t, &frame, Fields(&frame))
	})
}
