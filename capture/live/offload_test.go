package live

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"statelab/capture"
)

func randomBytes(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// offloaded turns a frame into what a host hands to a network card: the
// checksum covers the pseudo-header only.
func offloaded(t testing.TB, s segment, size int) packet {
	t.Helper()
	d := s.ethernet(t)
	start := ethernetHeader + ipv4Header
	addresses := d[26:34]
	if s.v6 {
		start = ethernetHeader + ipv6Header
		addresses = d[22:54]
	}
	protocol, offset := uint64(protocolTCP), tcpChecksumAt
	if s.udp {
		protocol, offset = 17, udpChecksumAt
	}
	pseudo := fold(add(protocol+uint64(len(d)-start), addresses))
	binary.BigEndian.PutUint16(d[start+offset:], pseudo)
	return packet{data: d, length: len(d), offload: offload{checksum: true, start: start, offset: offset, segmentSize: size}}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	const id, seq = 0xfffe, 0xfffffff0 // both wrap within the frame
	for _, c := range []struct {
		name    string
		v6      bool
		flags   string
		payload int
		size    int
		want    []int // payload bytes of each segment
	}{
		{"exact multiple", false, "PA", 3000, 1000, []int{1000, 1000, 1000}},
		{"short last", false, "FPAC", 2500, 1000, []int{1000, 1000, 500}},
		{"one segment", false, "PA", 10, 1000, []int{10}},
		{"odd sizes", false, "A", 777, 111, []int{111, 111, 111, 111, 111, 111, 111}},
		{"IPv6", true, "FPAC", 2500, 1000, []int{1000, 1000, 500}},
		{"IPv6, large", true, "PA", 60000, 1428 * 14, []int{19992, 19992, 19992, 24}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			payload := randomBytes(c.payload)
			p := offloaded(t, segment{v6: c.v6, id: id, seq: seq, flags: c.flags, src: 4000, dst: 80, payload: payload}, c.size)
			s, ok := newSplitter(&p, capture.LinkEthernet)
			if !ok {
				t.Fatal("not split")
			}
			has := func(f string) bool { return bytes.Contains([]byte(c.flags), []byte(f)) }
			sent := 0
			for i := range c.want {
				frame, ok := s.next(nil)
				if !ok {
					t.Fatalf("%d segments, want %d", i, len(c.want))
				}
				got := parse(t, frame)
				last := i == len(c.want)-1
				if len(got.tcp.Payload) != c.want[i] || !bytes.Equal(got.tcp.Payload, payload[sent:sent+c.want[i]]) {
					t.Errorf("segment %d: %d payload bytes, want %d of the original", i, len(got.tcp.Payload), c.want[i])
				}
				if want := uint32(seq + uint64(sent)); got.tcp.Seq != want {
					t.Errorf("segment %d: seq %d, want %d", i, got.tcp.Seq, want)
				}
				if got.ip4 != nil {
					if want := uint16(id + i); got.ip4.Id != want {
						t.Errorf("segment %d: IP identification %d, want %d", i, got.ip4.Id, want)
					}
				}
				if got.tcp.FIN != (last && has("F")) || got.tcp.PSH != (last && has("P")) || got.tcp.CWR != (i == 0 && has("C")) || !got.tcp.ACK {
					t.Errorf("segment %d: FIN %v PSH %v CWR %v ACK %v", i, got.tcp.FIN, got.tcp.PSH, got.tcp.CWR, got.tcp.ACK)
				}
				if len(got.tcp.Options) != 3 {
					t.Errorf("segment %d: %d options, want all 3", i, len(got.tcp.Options))
				}
				sent += c.want[i]
			}
			if _, ok := s.next(nil); ok {
				t.Error("more segments than expected")
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	good := func() packet {
		return offloaded(t, segment{flags: "A", src: 1, dst: 2, payload: randomBytes(100)}, 10)
	}
	for name, spoil := range map[string]func(*packet){
		"cut by the capture": func(p *packet) { p.data = p.data[:60] },
		"no segment size":    func(p *packet) { p.offload.segmentSize = 0 },
		"not IP":             func(p *packet) { p.data[14] = 0x10 },
		"not TCP":            func(p *packet) { p.data[14+9] = 17 },
		"header too short":   func(p *packet) { p.data[14] = 0x44 },
		"TCP data offset":    func(p *packet) { p.data[14+20+12] = 0x40 },
		"endless VLAN tags": func(p *packet) {
			p.data = bytes.Repeat([]byte{0x81, 0x00, 0, 0}, 30)
			p.length = len(p.data)
		},
	} {
		p := good()
		spoil(&p)
		if _, ok := newSplitter(&p, capture.LinkEthernet); ok {
			t.Errorf("%s: split all the same", name)
		}
	}
}

func TestFinishChecksum(t *testing.T) {
	t.Parallel()
	for _, s := range []segment{
		{flags: "PA", src: 1, dst: 2, payload: []byte("odd")},
		{flags: "SA", src: 1, dst: 2},
		{v6: true, flags: "PA", src: 1, dst: 2, payload: []byte("even")},
		{udp: true, src: 1, dst: 2, payload: []byte("datagram")},
	} {
		want := s.ethernet(t)
		p := offloaded(t, s, 0)
		if bytes.Equal(p.data, want) {
			t.Fatal("the checksum is complete already")
		}
		if m := finishChecksum(&p); m != capture.ChecksumCompleted {
			t.Errorf("%+v: marks %v", s, m)
		}
		if !bytes.Equal(p.data, want) {
			t.Errorf("%+v:\n got %x\nwant %x", s, p.data, want)
		}
	}
	for name, spoil := range map[string]func(*packet){
		"cut":            func(p *packet) { p.data = p.data[:len(p.data)-1] },
		"SCTP":           func(p *packet) { p.offload.offset = 8 },
		"outside":        func(p *packet) { p.offload.start = len(p.data) - 4 },
		"UDP segments":   func(p *packet) { p.offload.other = true },
		"way outside":    func(p *packet) { p.offload.start = 1 << 16 },
		"nothing to sum": func(p *packet) { p.offload.checksum = false },
	} {
		p := offloaded(t, segment{flags: "A", src: 1, dst: 2}, 0)
		spoil(&p)
		before := bytes.Clone(p.data)
		if m := finishChecksum(&p); m != capture.ChecksumPending || !bytes.Equal(before, p.data) {
			t.Errorf("%s: marks %v, or the frame was changed", name, m)
		}
	}
}

// FuzzOffload holds that no frame makes the splitter panic, and that what it
// makes carries the whole payload.
func FuzzOffload(f *testing.F) {
	for _, s := range []segment{{flags: "PA", payload: randomBytes(300)}, {v6: true, flags: "FPA", payload: randomBytes(300)}} {
		p := offloaded(f, s, 100)
		f.Add(p.data, uint16(100), uint16(p.offload.start), uint16(p.offload.offset), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, size, start, offset uint16, raw bool) {
		link := capture.LinkEthernet
		if raw {
			link = capture.LinkRaw
		}
		p := packet{data: data, length: len(data), offload: offload{checksum: true, start: int(start), offset: int(offset), segmentSize: int(size)}}
		if s, ok := newSplitter(&p, link); ok {
			want := bytes.Clone(s.payload)
			var got []byte
			for {
				frame, ok := s.next(nil)
				if !ok {
					break
				}
				got = append(got, frame[len(s.headers):]...)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes of payload came out of %d", len(got), len(want))
			}
		}
		finishChecksum(&p)
	})
}

func BenchmarkSplit(b *testing.B) {
	p := offloaded(b, segment{flags: "PA", payload: randomBytes(64000)}, 1448)
	b.SetBytes(int64(len(p.data)))
	var scratch []byte
	for b.Loop() {
		s, ok := newSplitter(&p, capture.LinkEthernet)
		for ok {
			scratch, ok = s.next(scratch[:0])
		}
	}
}
