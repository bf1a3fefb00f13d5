package pcapfile

import (
	"time"

	"statelab/capture"
)

// The magic numbers of pcap, as the writer's byte order shows them.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Alexey Kuznetzov's: longer record headers, which say the direction
	magicNavtel   = 0xa12b3c4d // Navtel Communications': nanoseconds
	magicIxiaHW   = 0x1c0001ac // Ixia's hardware: nanoseconds, and 4 more bytes of file header
	magicIxiaSW   = 0x1c0001ab // Ixia's software: the same with microseconds
)

const (
	fileHeaderLen = 24
	// maxSnapLen is libpcap's MAXIMUM_SNAPLEN: no link type that carries TCP
	// has longer records, so a larger length is damage.
	maxSnapLen = 256 << 10
	// fcsPresent, in the link type's field, says that its upper four bits hold
	// the length of the frame check sequence in 16-bit words.
	fcsPresent = 1 << 26
)

// recordLayout is how the records of one pcap file look.
type recordLayout struct {
	header  int   // bytes: 16, or 24 with the modified magic
	unit    int64 // nanoseconds in one unit of the second time field
	maxLen  int   // bytes that a record may hold
	swapped bool  // before version 2.3 the two lengths stood the other way round
	maybe   bool  // in version 2.3 itself, they sometimes did
	link    capture.LinkType
	fcs     int // bytes of frame check sequence at a frame's end
	file    int // bytes: 24 of file header, 28 with Ixia's magics
	skip    int // bytes before each frame that belong to it no more
	// guess, if not nil, looks at the first record, since the magic does not
	// say all.
	guess func(*Reader)
}

// detectPCAP reports whether magic begins a pcap file, and notes what it says.
func (r *Reader) detectPCAP(magic []byte) bool {
	for _, r.big = range []bool{false, true} {
		r.record = recordLayout{header: 16, unit: 1000, file: fileHeaderLen}
		switch r.u32(magic) {
		case magicMicro:
			r.record.guess = (*Reader).guessPatched
			return true
		case magicNano, magicNavtel:
			r.record.unit = 1
			return true
		case magicModified:
			r.record.header, r.record.guess = modifiedLen, (*Reader).guessModified
			return true
		case magicIxiaHW:
			r.record.unit, r.record.file = 1, fileHeaderLen+4
			return true
		case magicIxiaSW:
			r.record.file = fileHeaderLen + 4
			return true
		}
	}
	return false
}

// readFileHeader reads the 24 bytes that a pcap file begins with.
func (r *Reader) readFileHeader(*capture.Frame) (bool, error) {
	b, err := r.need(r.record.file, "the file header")
	if err != nil {
		return false, err
	}
	const dgux = 543 // the major version of DG/UX's tcpdump, which writes as 2.2 does
	major, minor := r.u16(b[4:]), r.u16(b[6:])
	if major != 2 && major != dgux {
		return false, r.damage("pcap version %d.%d is not known; 2.4 is", major, minor)
	}
	r.record.swapped, r.record.maybe = minor < 3, minor == 3
	snap, link := int64(r.u32(b[16:])), r.u32(b[20:])
	if r.u32(b) == magicMicro && major == 2 && minor == 2 {
		link = r.aix(link)
	}
	if minor < 4 {
		r.record.guess = nil // the patches came after 2.4
	}
	r.record.maxLen = int(max(maxSnapLen, min(snap, maxBlock)))
	r.record.link = capture.LinkType(link)
	if link&fcsPresent != 0 {
		r.record.fcs = int(link>>28) * 2
	}
	r.ifaces = []iface{{Interface: Interface{Link: r.record.link, SnapLen: int(snap)}}}
	r.in.skip(r.record.file)
	return false, nil
}

// readRecord reads one record: its header and the frame.
func (r *Reader) readRecord(f *capture.Frame) (bool, error) {
	l := &r.record
	if l.guess != nil {
		r.guessRecord()
	}
	h, err := r.need(l.header, "a record header")
	if err != nil {
		return false, err
	}
	captured, length := r.u32(h[8:]), r.u32(h[12:])
	if l.swapped || l.maybe && captured > length {
		captured, length = length, captured
	}
	if int64(captured) > int64(l.maxLen) {
		return false, r.damage("a record claims %d bytes; no more than %d are possible", captured, l.maxLen)
	}
	n := l.header + int(captured)
	b, err := r.need(n, "a record")
	if err != nil {
		return false, err
	}
	f.Time, f.Link = time.Unix(int64(r.u32(b)), int64(r.u32(b[4:]))*l.unit).UTC(), l.link // the rest is as it was
	if l.header >= modifiedLen {
		f.Direction = packetTypeDirection(b[22])
	}
	skip := min(l.skip, int(captured))
	fill(f, b[l.header+skip:n], length-min(uint32(skip), length), l.fcs)
	r.in.skip(n)
	return true, nil
}

// packetTypeDirection maps Linux's packet types (packet(7)), which the
// modified record header holds.
func packetTypeDirection(t byte) capture.Direction {
	const (
		packetHost, packetBroadcast, packetMulticast = 0, 1, 2
		packetOutgoing                               = 4
	)
	switch t {
	case packetHost, packetBroadcast, packetMulticast:
		return capture.Inbound
	case packetOutgoing:
		return capture.Outbound
	}
	return capture.DirectionUnknown
}
