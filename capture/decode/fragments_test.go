package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

// fragment4 is a fragment of an IPv4 datagram: length bytes of its payload from
// offset on. more says that others follow.
func fragment4(datagram []byte, id uint16, offset, length int, more bool) []byte {
	b := slices.Clone(datagram[:ipv4Len])
	binary.BigEndian.PutUint16(b[2:], uint16(ipv4Len+length))
	binary.BigEndian.PutUint16(b[4:], id)
	flags := uint16(offset / 8)
	if more {
		flags |= 0x2000
	}
	binary.BigEndian.PutUint16(b[6:], flags)
	return append(b, datagram[ipv4Len+offset:ipv4Len+offset+length]...)
}

// fragment6 is the same of an IPv6 datagram (RFC 8200 §4.5).
func fragment6(datagram []byte, id uint32, offset, length int, more bool) []byte {
	b := slices.Clone(datagram[:ipv6Len])
	binary.BigEndian.PutUint16(b[4:], uint16(8+length))
	h := []byte{b[6], 0, 0, 0}
	b[6] = nextFragment
	at := uint16(offset)
	if more {
		at |= 1
	}
	binary.BigEndian.PutUint16(h[2:], at)
	b = append(b, binary.BigEndian.AppendUint32(h, id)...)
	return append(b, datagram[ipv6Len+offset:ipv6Len+offset+length]...)
}

// longSegment is a segment of 32 + 200 bytes.
func longSegment(i int) (v4, v6 []byte) {
	data := make([]byte, 200)
	for k := range data {
		data[k] = byte(i + k)
	}
	segment := tcpSegment(timestampOption, data)
	binary.BigEndian.PutUint16(segment, uint16(40000+i))
	return ipv4Packet(segment), ipv6Packet(protoTCP, segment)
}

const longLen = 232

// together decodes frames with one Reassembler, and returns the number of those
// that hold a segment.
func together(t *testing.T, r *Reassembler, frames ...capture.Frame) (whole []int, errs []error) {
	t.Helper()
	d := Decoder{VerifyChecksums: true, Fragments: r}
	var p Packet
	for i, f := range frames {
		d.Decode(&f, &p)
		if p.Err != nil {
			errs = append(errs, p.Err)
		}
		if !p.TCP {
			continue
		}
		whole = append(whole, i)
		if s := &p.Segment; s.Len != 200 || len(s.Payload) != 200 || s.Checksum != tcpstate.Valid || p.IP.Fragment() || p.IP.Fragments < 2 && p.tunnels == 0 {
			t.Errorf("frame %d: %+v, %+v", i, s, p.IP)
		}
	}
	return whole, errs
}

func TestReassembly(t *testing.T) {
	t.Parallel()
	v4, v6 := longSegment(0)
	raw := func(b []byte) capture.Frame { return frame(capture.LinkRaw, b) }
	f4 := func(offset, length int, more bool) capture.Frame { return raw(fragment4(v4, 7, offset, length, more)) }
	f6 := func(offset, length int, more bool) capture.Frame { return raw(fragment6(v6, 7, offset, length, more)) }
	a, b, c := f4(0, 80, true), f4(80, 80, true), f4(160, 72, false)
	x, y, z := f6(0, 80, true), f6(80, 80, true), f6(160, 72, false)
	contradicting := b.Clone()
	contradicting.Data[ipv4Len+8] ^= 0xff
	cut := b.Clone()
	cut.Data = cut.Data[:60]
	late := c.Clone()
	late.Time = late.Time.Add(reassemblyTimeout + time.Second)
	outer := over4(protoIPv4, v4)
	tests := []struct {
		name       string
		frames     []capture.Frame
		whole      []int
		incomplete int
		overlap    bool
	}{
		{"in order", []capture.Frame{a, b, c}, []int{2}, 0, false},
		{"the other way round", []capture.Frame{c, b, a}, []int{2}, 0, false},
		{"one twice", []capture.Frame{a, a, b, c}, []int{3}, 0, false},
		{"all twice", []capture.Frame{a, b, c, a, b, c}, []int{2, 5}, 0, false},
		{"one missing", []capture.Frame{a, c}, nil, 1, false},
		{"one cut", []capture.Frame{a, cut, c}, nil, 1, false},
		{"one too late", []capture.Frame{a, b, late}, nil, 2, false},
		{"overlapping", []capture.Frame{a, f4(40, 120, true), c}, []int{2}, 0, false},
		{"contradicting", []capture.Frame{a, b, contradicting, c}, []int{3}, 0, true},
		{"two datagrams", []capture.Frame{a, raw(fragment4(v4, 8, 0, 80, true)), b, raw(fragment4(v4, 8, 80, 152, false)), c}, []int{3, 4}, 0, false},
		{"IPv6", []capture.Frame{x, y, z}, []int{2}, 0, false},
		{"IPv6, the last first", []capture.Frame{z, x, y}, []int{2}, 0, false},
		{"IPv6, one twice", []capture.Frame{x, x, y, z}, []int{3}, 0, false},
		{"IPv6, overlapping", []capture.Frame{x, f6(40, 120, true), y, z}, nil, 1, true},
		{"in a tunnel", []capture.Frame{raw(over4(protoIPv4, a.Data)), raw(over4(protoIPv4, b.Data)), raw(over4(protoIPv4, c.Data))}, []int{2}, 0, false},
		{"a tunnel", []capture.Frame{raw(fragment4(outer, 9, 0, 96, true)), raw(fragment4(outer, 9, 96, len(outer)-ipv4Len-96, false))}, []int{1}, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var r Reassembler
			frames := slices.Clone(test.frames)
			whole, errs := together(t, &r, frames...)
			if !slices.Equal(whole, test.whole) || r.Incomplete() != test.incomplete {
				t.Errorf("segments in frames %v, want %v; %d incomplete, want %d", whole, test.whole, r.Incomplete(), test.incomplete)
			}
			var problem *Error
			if overlap := len(errs) > 0 && errors.As(errs[0], &problem) && problem.Problem == Overlapping; overlap != test.overlap {
				t.Errorf("errors %v", errs)
			}
		})
	}
}

// TestCutFirstFragment: what cannot become whole is read as far as it goes.
func TestCutFirstFragment(t *testing.T) {
	t.Parallel()
	v4, _ := longSegment(0)
	f := frame(capture.LinkRaw, fragment4(v4, 7, 0, 80, true))
	f.Data = f.Data[:60]
	d := Decoder{Fragments: new(Reassembler)}
	var p Packet
	d.Decode(&f, &p)
	if !p.TCP || p.Segment.Seq != 100 || p.Segment.Len != 48 || d.Fragments.Incomplete() != 0 {
		t.Errorf("%+v, %v", p.Segment, p.Err)
	}
}

// TestReassemblerIsBounded floods it with first fragments, then with pieces of one
// datagram.
func TestReassemblerIsBounded(t *testing.T) {
	t.Parallel()
	big := ipv4Packet(tcpSegment(nil, make([]byte, 60000)))
	var r Reassembler
	d := Decoder{Fragments: &r}
	var p Packet
	for i := range 5000 {
		f := frame(capture.LinkRaw, fragment4(big, uint16(i), 0, 40000, true))
		d.Decode(&f, &p)
		if r.bytes > maxWaiting || len(r.waiting) > maxDatagrams {
			t.Fatalf("%d bytes of %d datagrams wait", r.bytes, len(r.waiting))
		}
	}
	if got := r.Incomplete(); got != 5000 {
		t.Errorf("%d incomplete", got)
	}
	for i := range 8 * maxPieces {
		f := frame(capture.LinkRaw, fragment4(big, 1, (8*i)%59000, 16, true))
		f.Data[len(f.Data)-1] = byte(i / 7000) // none is another once more
		d.Decode(&f, &p)
	}
	for e := r.oldest.Front(); e != nil; e = e.Next() {
		if d := e.Value.(*datagram); len(d.pieces) > maxPieces || len(d.data) > maxPieceBytes {
			t.Errorf("%d pieces, %d bytes of one datagram", len(d.pieces), len(d.data))
		}
	}
}

// fragmentedTrace is datagrams in fragments of random lengths, out of order, some
// twice; of IPv4 also overlapping, and contradicting each other.
func fragmentedTrace(seed uint64, datagrams int) (frames []capture.Frame) {
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range datagrams {
		v4, v6 := longSegment(i % 100)
		six := rng.IntN(3) == 0
		var own [][]byte
		cut := func(offset, length int, more bool) {
			if six {
				own = append(own, fragment6(v6, uint32(i), offset, length, more))
			} else {
				own = append(own, fragment4(v4, uint16(i), offset, length, more))
			}
		}
		for offset := 0; offset < longLen; {
			length := min(8*(1+rng.IntN(12)), longLen-offset)
			cut(offset, length, offset+length < longLen)
			if rng.IntN(4) == 0 {
				own = append(own, bytes.Clone(own[len(own)-1]))
			}
			offset += length
		}
		if !six && rng.IntN(2) == 0 {
			offset := 8 * rng.IntN(20)
			cut(offset, 8*(1+rng.IntN(6)), true)
			if rng.IntN(2) == 0 {
				b := own[len(own)-1]
				b[len(b)-1-rng.IntN(8)] ^= 0x40
			}
		}
		rng.Shuffle(len(own), func(i, k int) { own[i], own[k] = own[k], own[i] })
		for _, b := range own {
			f := frame(capture.LinkRaw, b)
			f.Number = len(frames) + 1
			frames = append(frames, f)
		}
	}
	// A little disorder between neighbours' fragments.
	for i := range len(frames) - 8 {
		k := i + rng.IntN(8)
		frames[i], frames[k] = frames[k], frames[i]
	}
	return frames
}

// TestReassemblyWireshark: tshark finds the same segments in the same frames, of
// the same bytes.
func TestReassemblyWireshark(t *testing.T) {
	t.Parallel()
	frames := fragmentedTrace(1, 400)
	rows := shark(t, writeMixed(t, frames))
	d := Decoder{Fragments: new(Reassembler)}
	streams := streamsOf{}
	var p Packet
	whole := 0
	for i := range frames {
		d.Decode(&frames[i], &p)
		got := rowOf(&p, streams)
		got.protocols = rows[i].protocols
		if rows[i].stream == "" { // tshark names a fragment's addresses too
			rows[i].src, rows[i].dst = "", ""
		}
		if got != rows[i] {
			t.Fatalf("frame %d: got %+v, tshark %+v, %v", i+1, got, rows[i], p.Err)
		}
		if p.TCP {
			whole++
		}
	}
	if whole < 350 {
		t.Errorf("%d segments of 400 datagrams", whole)
	}
}

// FuzzReassembler: any order of any pieces of a datagram: no panic, and what
// becomes whole is made of them.
func FuzzReassembler(f *testing.F) {
	f.Add([]byte{0, 10, 1, 10, 10, 1, 20, 9, 0})
	f.Add([]byte{20, 9, 0, 0, 10, 1, 5, 10, 1, 10, 10, 1})
	f.Add([]byte{0x80, 10, 1, 0x8a, 10, 1, 0x94, 9, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		v4, v6 := longSegment(0)
		var r Reassembler
		d := Decoder{Fragments: &r}
		var p Packet
		for i := 0; i+3 <= len(script); i += 3 {
			offset := int(script[i]&0x1f) * 8
			length := min(int(script[i+1])*8, longLen-offset)
			if length <= 0 {
				continue
			}
			fr := frame(capture.LinkRaw, fragment4(v4, uint16(script[i+2]>>6), offset, length, script[i+2]&1 != 0))
			if script[i]&0x80 != 0 {
				fr = frame(capture.LinkRaw, fragment6(v6, uint32(script[i+2]>>6), offset, length, script[i+2]&1 != 0))
			}
			fr.Time = time.Unix(int64(i), 0)
			if script[i+2]&2 != 0 {
				fr.Data[len(fr.Data)-1] ^= script[i+2]
			}
			d.Decode(&fr, &p)
			if p.Protocol == "" || p.TCP && p.IP.Fragments == 0 && p.IP.Fragment() {
				t.Fatalf("%+v", p.IP)
			}
			if p.TCP && len(p.Segment.Payload) != p.Segment.Len {
				t.Fatalf("%d of %d bytes", len(p.Segment.Payload), p.Segment.Len)
			}
			if r.bytes < 0 || r.oldest.Len() != len(r.waiting) {
				t.Fatalf("%d bytes, %d and %d datagrams", r.bytes, r.oldest.Len(), len(r.waiting))
			}
		}
	})
}

// ExampleReassembler puts two fragments together.
func ExampleReassembler() {
	v4, _ := longSegment(0)
	d := Decoder{Fragments: new(Reassembler)}
	var p Packet
	for _, b := range [][]byte{fragment4(v4, 7, 0, 120, true), fragment4(v4, 7, 120, 112, false)} {
		f := frame(capture.LinkRaw, b)
		d.Decode(&f, &p)
		fmt.Println(p.Protocol, p.TCP, p.Segment.Len)
	}
	// Output:
	// IPv4 fragment false 0
	// TCP true 200
}

// TestOverlapWireshark: where RFC 5722 drops a datagram, tshark puts it together.
func TestOverlapWireshark(t *testing.T) {
	t.Parallel()
	_, v6 := longSegment(0)
	var frames []capture.Frame
	for _, b := range [][]byte{fragment6(v6, 7, 0, 80, true), fragment6(v6, 7, 40, 120, true), fragment6(v6, 7, 160, 72, false)} {
		frames = append(frames, frame(capture.LinkRaw, b))
	}
	rows := shark(t, writeMixed(t, frames))
	whole, errs := together(t, new(Reassembler), frames...)
	if len(whole) != 0 || len(errs) == 0 || rows[2].stream != "0" {
		t.Errorf("segments in %v, %v; tshark %+v", whole, errs, rows)
	}
}
