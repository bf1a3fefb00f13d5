package pcapfile

import (
	"encoding/binary"
	"errors"
	"io"
)

// Lengths of the record headers of pcap's variants, in bytes. The two modified
// ones begin as the standard one does, and go on with the interface's index, the
// EtherType in the host's byte order and Linux's packet type.
const (
	standardLen = 16
	nokiaLen    = 20
	modifiedLen = 24
	smpLen      = 28 // with what debugging the kernel for several processors left
)

// guessRecord looks at the first record, once, for what the magic does not say.
func (r *Reader) guessRecord() {
	guess := r.record.guess
	r.record.guess = nil
	guess(r)
}

// guessPatched looks for the writers that kept the magic number and changed the
// record header all the same: Red Hat 6.1's libpcap, and Nokia's. It looks no
// further than the first record, so that a frame in a pipe is seen when it
// comes. What it looks for cannot stand in a standard record by chance: an
// EtherType, and the same one where the longer header would put the frame's
// own; or 24 fixed bits.
func (r *Reader) guessPatched() {
	b, _ := r.in.peek(standardLen) // what is wrong with it, readRecord says
	if len(b) < standardLen {
		return
	}
	captured := int(min(r.u32(b[8:]), uint32(r.record.maxLen)))
	b, _ = r.in.peek(standardLen + captured)
	switch {
	case r.modifiedAt(b, modifiedLen):
		r.record.header = modifiedLen
	case len(b) >= nokiaLen && isNokia(r.u32(b[standardLen:])):
		r.record.header = nokiaLen
	}
}

// isNokia recognises the 4 bytes that Nokia's systems put behind the lengths,
// as far as they have been seen: 0xXfbfYZ0W.
func isNokia(v uint32) bool {
	return v&0x0fff00f0 == 0x0fbf0000 && (v>>28 == 0x9 || v>>28 == 0xb) &&
		(v>>12&0xf == 0xb || v>>12&0xf == 0xd) && (v>>8&0xf == 6 || v>>8&0xf == 9) && (v&0xf == 1 || v&0xf == 2)
}

// modifiedAt reports whether the record in b has a modified header of n bytes:
// whether the EtherType that it tells is that of the Ethernet frame behind it.
func (r *Reader) modifiedAt(b []byte, n int) bool {
	const typeAt, mostInterfaces, mostPacketTypes = 12, 10000, 4
	if r.record.link != 1 || len(b) < n+typeAt+2 {
		return false
	}
	told, own := r.u16(b[20:]), binary.BigEndian.Uint16(b[n+typeAt:])
	return told >= 0x0600 && told == own && r.u32(b[standardLen:]) <= mostInterfaces && b[22] <= mostPacketTypes
}

// guessModified tells the two headers apart that the modified magic may mean:
// by the EtherType, and else by which of them has a record header behind the
// first frame. It has to wait for that second record.
func (r *Reader) guessModified() {
	b, err := r.in.peek(modifiedLen)
	if err != nil {
		return
	}
	captured := int(min(r.u32(b[8:]), uint32(r.record.maxLen)))
	b, err = r.in.peek(smpLen + captured + standardLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return // readRecord meets it again
	}
	switch {
	case r.modifiedAt(b, modifiedLen):
	case r.modifiedAt(b, smpLen), !r.recordAt(b, modifiedLen+captured) && r.recordAt(b, smpLen+captured):
		r.record.header = smpLen
	}
}

// recordAt reports whether a record header, or the end of the trace, is at an
// offset of b.
func (r *Reader) recordAt(b []byte, at int) bool {
	switch {
	case len(b) == at:
		return true
	case len(b) < at+standardLen:
		return false
	}
	fraction, captured, length := r.u32(b[at+4:]), r.u32(b[at+8:]), r.u32(b[at+12:])
	return fraction < 1e6 && captured <= length && int64(captured) <= int64(r.record.maxLen)
}

// aix translates the interface types (RFC 1573) that AIX writes in the place of
// link types, and notes its nanoseconds. Libpcap's version 2.2 was older than
// its own use of these numbers, but for 9.
func (r *Reader) aix(kind uint32) (link uint32) {
	const (
		ethernet, tokenRing, fddi, loopback = 6, 9, 15, 24
		fddiPadding                         = 3
	)
	switch kind {
	case ethernet:
		link = 1
	case tokenRing:
		link = 6
	case fddi:
		link, r.record.skip = 10, fddiPadding
	case loopback:
		link = 0
	default:
		return kind
	}
	r.record.unit = 1
	return link
}
