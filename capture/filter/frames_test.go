package filter

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/pcapfile"
)

// be16 writes 16-bit numbers, the most significant byte first.
func be16(values ...uint16) []byte {
	var out []byte
	for _, v := range values {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	return out
}

func join(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// packet is an IP packet, or what else stands behind an EtherType.
type packet struct {
	etherType uint16
	data      []byte
}

// ipv4 makes a packet with a fragment offset in units of 8 bytes, and so many
// words of options.
func ipv4(protocol byte, src, dst [4]byte, offset uint16, options int, payload []byte) packet {
	header := join([]byte{byte(0x45 + options), 0}, be16(uint16(20+4*options+len(payload)), 7, offset), []byte{64, protocol, 0, 0}, src[:], dst[:])
	return packet{etherIP, join(header, []byte(strings.Repeat("\x01", 4*options)), payload)}
}

func ipv6(next byte, src, dst byte, payload []byte) packet {
	address := func(last byte) []byte { return join(be16(0x2001, 0x0db8, 0, 0, 0, 0, 0), []byte{0, last}) }
	dest := address(dst)
	if dst == 0xff {
		dest = join(be16(0xff02), make([]byte, 13), []byte{1})
	}
	return packet{etherIPv6, join([]byte{0x60, 0, 0, 0}, be16(uint16(len(payload))), []byte{next, 64}, address(src), dest, payload)}
}

// ports is the beginning of a TCP, UDP or SCTP header, and some more.
func ports(src, dst uint16, flags byte) []byte {
	return join(be16(src, dst, 0, 1, 0, 2), []byte{0x50, flags}, be16(512, 0, 0), []byte("payload"))
}

// packets are of all kinds that the language tells apart.
func packets() []packet {
	a, b, c := [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}, [4]byte{192, 168, 1, 77}
	group, all := [4]byte{224, 0, 0, 251}, [4]byte{255, 255, 255, 255}
	return []packet{
		ipv4(6, a, b, 0, 0, ports(40000, 80, 2)),
		ipv4(6, b, a, 0x4000, 0, ports(80, 40000, 0x12)),
		ipv4(6, a, c, 0, 3, ports(40001, 443, 0x18)),
		ipv4(6, c, a, 0x2000, 0, ports(443, 40001, 0x11)),
		ipv4(6, c, a, 0x0010, 0, ports(443, 80, 0x11)), // a later fragment: no ports
		ipv4(17, a, b, 0, 0, ports(5353, 53, 0)),
		ipv4(17, c, group, 0, 0, ports(5353, 5353, 0)),
		ipv4(17, c, all, 0, 1, ports(68, 67, 0)),
		ipv4(132, b, c, 0, 0, ports(5000, 80, 0)),
		ipv4(1, a, b, 0, 0, []byte{8, 0, 1, 2, 3, 4, 5, 6}),
		ipv4(1, b, a, 0, 0, []byte{3, 1, 1, 2, 3, 4, 5, 6}),
		ipv4(2, a, group, 0, 1, []byte{0x16, 0, 1, 2, 224, 0, 0, 5}),
		ipv4(103, a, group, 0, 0, []byte{0x20, 0, 1, 2}),
		ipv4(112, a, group, 0, 0, []byte{0x21, 0, 1, 2}),
		ipv4(50, a, b, 0, 0, []byte{1, 2, 3, 4}),
		ipv4(51, a, b, 0, 0, []byte{6, 2, 3, 4}),
		ipv6(6, 1, 2, ports(40000, 80, 2)),
		ipv6(6, 2, 1, ports(80, 40000, 0x12)),
		ipv6(17, 1, 0xff, ports(5353, 5353, 0)),
		ipv6(58, 1, 2, []byte{128, 0, 1, 2, 3, 4}),
		ipv6(58, 2, 0xff, []byte{135, 0, 1, 2, 3, 4}),
		ipv6(44, 1, 2, join([]byte{6, 0, 0, 1, 0, 0, 0, 9}, ports(40000, 80, 2))),
		ipv6(44, 1, 2, join([]byte{17, 0, 0, 8, 0, 0, 0, 9}, ports(40000, 80, 2))),
		ipv6(0, 1, 2, join([]byte{6, 0, 0, 0, 0, 0, 0, 0}, ports(40000, 80, 2))), // hop-by-hop options
		{etherARP, join(be16(1, etherIP), []byte{6, 4, 0, 1}, make([]byte, 6), a[:], make([]byte, 6), c[:])},
		{etherRARP, join(be16(1, etherIP), []byte{6, 4, 0, 3}, make([]byte, 6), b[:], make([]byte, 6), a[:])},
		{0x88cc, []byte("something else")},
	}
}

// encapsulated are Ethernet payloads with what may stand before IP.
func encapsulated(p packet) []packet {
	out := []packet{p}
	tag := func(id uint16) []byte { return join(be16(id), be16(p.etherType), p.data) }
	for _, t := range []uint16{etherVLAN, etherServiceVLAN, etherQinQ} {
		out = append(out, packet{t, tag(0x6000 | 5)})
	}
	out = append(out, packet{etherVLAN, join(be16(100, etherVLAN), tag(5))})
	out = append(out, packet{etherServiceVLAN, join(be16(5, etherPPPoESession), []byte{0x11, 0}, be16(7, uint16(len(p.data)+2), 0x21), p.data)})
	for _, protocol := range []uint16{0x21, 0x57} {
		out = append(out, packet{etherPPPoESession, join([]byte{0x11, 0}, be16(7, uint16(len(p.data)+2), protocol), p.data)})
	}
	label := func(n uint32, last uint32) []byte {
		return binary.BigEndian.AppendUint32(nil, n<<12|last<<8|64)
	}
	return append(
		out,
		packet{etherMPLS, join(label(5, 1), p.data)},
		packet{etherMPLS, join(label(5, 0), label(100000, 1), p.data)},
		packet{etherVLAN, join(be16(5, etherMPLS), label(100000, 1), p.data)},
		packet{etherPPPoEDiscovery, []byte{0x11, 9, 0, 0, 0, 0}},
	)
}

// ethernet makes the header: stations 1 to 3, and all, and a group.
func ethernet(i int, p packet) []byte {
	stations := [][]byte{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {1, 0, 0x5e, 0, 0, 0xfb}}
	return join(stations[i%4], stations[(i+1)%2], be16(p.etherType), p.data)
}

// crafted are the frames of a link type, each whole and cut to many lengths.
func crafted(link capture.LinkType) []capture.Frame {
	var whole [][]byte
	for i, p := range packets() {
		switch link {
		case capture.LinkEthernet:
			for j, e := range encapsulated(p) {
				whole = append(whole, ethernet(i+j, e))
			}
		case capture.LinkSLL:
			whole = append(whole, join(be16(uint16(i%5), 1, 6), make([]byte, 8), be16(p.etherType), p.data))
		case capture.LinkSLL2:
			whole = append(whole, join(be16(p.etherType, 0, 0, 3, 1), []byte{byte(i % 5), 6}, make([]byte, 8), p.data))
		case capture.LinkNull, capture.LinkLoop:
			// The address families of Linux, which tcpdump asks for on Linux.
			family := map[uint16]byte{etherIP: 2, etherIPv6: 10}[p.etherType]
			if link == capture.LinkNull {
				whole = append(whole, join([]byte{family, 0, 0, 0}, p.data))
			} else {
				whole = append(whole, join([]byte{0, 0, 0, family}, p.data))
			}
		case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpen, capture.LinkIPv4, capture.LinkIPv6:
			whole = append(whole, p.data)
		}
	}
	var frames []capture.Frame
	for _, data := range whole {
		frames = append(frames, capture.Frame{Data: data, Length: len(data), Link: link})
		for n := 0; n < len(data); n += 1 + n/8 {
			frames = append(frames, capture.Frame{Data: data[:n], Length: n, Link: link})
		}
	}
	return frames
}

// corpus returns some frames of real captures, of every link type that is among
// them; none where the corpus is not there.
func corpus(t testing.TB) []capture.Frame {
	t.Helper()
	dir := os.Getenv("STATELAB_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	names, _ := filepath.Glob(filepath.Join(dir, "captures", "*.pcap*"))
	var frames []capture.Frame
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pcapfile.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for f, err := range r.Frames() {
			if n++; err != nil || n > 60 {
				break
			}
			f = f.Clone()
			f.Length = len(f.Data) // x/net/bpf's machine takes it so
			frames = append(frames, f)
		}
		file.Close()
	}
	return frames
}
