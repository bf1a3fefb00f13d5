package pcapfile

import (
	"bytes"
	"encoding/binary"

	"statelab/capture"
)

// Block types (draft-ietf-opsawg-pcapng §4). Blocks of other types are skipped.
const (
	sectionHeader        = 0x0a0d0d0a // §4.1; the same in both byte orders
	interfaceDescription = 1          // §4.2
	obsoletePacket       = 2          // appendix A
	simplePacket         = 3          // §4.4
	interfaceStatistics  = 5          // §4.6
	enhancedPacket       = 6          // §4.3
)

const (
	byteOrderMagic = 0x1a2b3c4d
	minBlock       = 12 // type, length, and the length again
	maxInterfaces  = 1 << 16
	maxName        = 256 // bytes kept of an interface's name
)

// readBlock reads one block, and reports whether it was a frame.
func (r *Reader) readBlock(f *capture.Frame) (bool, error) {
	b, err := r.need(minBlock, "a block header")
	if err != nil {
		return false, err
	}
	kind := r.u32(b)
	if kind == sectionHeader {
		if err := r.detectOrder(b[8:]); err != nil {
			return false, err
		}
	}
	n := r.u32(b[4:])
	if n < minBlock || n%4 != 0 || n > maxBlock {
		return false, r.damage("a block claims %d bytes; it must be a multiple of 4 between %d and %d", n, minBlock, maxBlock)
	}
	if b, err = r.need(int(n), "a block"); err != nil {
		return false, err
	}
	if again := r.u32(b[n-4:]); again != n {
		return false, r.damage("a block has length %d at its beginning and %d at its end", n, again)
	}
	isFrame, err := r.parse(kind, b[8:n-4], f)
	if err == nil {
		r.in.skip(int(n))
	}
	return isFrame, err
}

func (r *Reader) parse(kind uint32, body []byte, f *capture.Frame) (bool, error) {
	switch kind {
	case enhancedPacket:
		return true, r.enhancedPacket(body, f)
	case simplePacket:
		return true, r.simplePacket(body, f)
	case obsoletePacket:
		return true, r.obsoletePacket(body, f)
	case sectionHeader:
		return false, r.sectionHeader(body)
	case interfaceDescription:
		return false, r.interfaceDescription(body)
	case interfaceStatistics:
		r.interfaceStatistics(body)
	}
	return false, nil
}

// detectOrder learns a section's byte order: each section has its own.
func (r *Reader) detectOrder(magic []byte) error {
	switch {
	case binary.LittleEndian.Uint32(magic) == byteOrderMagic:
		r.big = false
	case binary.BigEndian.Uint32(magic) == byteOrderMagic:
		r.big = true
	default:
		return r.damage("a section header has the byte-order magic % x, which is none", magic[:4])
	}
	return nil
}

func (r *Reader) sectionHeader(b []byte) error {
	if len(b) < 16 {
		return r.damage("a section header of %d bytes is too short", len(b)+minBlock)
	}
	if major := r.u16(b[4:]); major != 1 {
		return r.damage("pcapng version %d.%d is not known; 1.0 is", major, r.u16(b[6:]))
	}
	r.section = len(r.ifaces)
	r.text = r.text[:0]
	for code, value := range r.options(b[16:]) {
		if code == optComment {
			r.addComment(value)
		}
	}
	r.comment = string(r.text)
	return nil
}

// interfaceOf returns the interface that a block of the current section names.
func (r *Reader) interfaceOf(id uint32) (*iface, int, error) {
	if int64(id) >= int64(len(r.ifaces)-r.section) {
		return nil, 0, r.damage("a frame names interface %d; this section has described %d", id, len(r.ifaces)-r.section)
	}
	i := r.section + int(id)
	return &r.ifaces[i], i, nil
}

// enhancedPacket reads what nearly all frames of today come in (§4.3).
func (r *Reader) enhancedPacket(b []byte, f *capture.Frame) error {
	if len(b) < 20 {
		return r.damage("an enhanced packet block of %d bytes is too short", len(b)+minBlock)
	}
	return r.packet(f, r.u32(b), b[4:])
}

// obsoletePacket differs in the width of the interface's number, beside which
// stands a count of drops (appendix A).
func (r *Reader) obsoletePacket(b []byte, f *capture.Frame) error {
	if len(b) < 20 {
		return r.damage("a packet block of %d bytes is too short", len(b)+minBlock)
	}
	return r.packet(f, uint32(r.u16(b)), b[4:])
}

// packet reads the rest, which is the same in both: time, lengths, data,
// options.
func (r *Reader) packet(f *capture.Frame, id uint32, b []byte) error {
	on, index, err := r.interfaceOf(id)
	if err != nil {
		return err
	}
	ticks := uint64(r.u32(b))<<32 | uint64(r.u32(b[4:]))
	captured, length := r.u32(b[8:]), r.u32(b[12:])
	b = b[16:]
	if int64(captured) > int64(len(b)) {
		return r.damage("a frame claims %d bytes; its block has room for %d", captured, len(b))
	}
	*f = capture.Frame{Time: on.scale.time(ticks), Link: on.Link, Interface: index}
	fcs := on.fcs
	if options := b[min(padded(int(captured)), len(b)):]; len(options) > 0 {
		fcs = r.packetOptions(options, f, fcs)
	}
	fill(f, b[:captured], length, fcs)
	return nil
}

// packetOptions reads what the options say of the frame, and returns the
// length of the frame check sequence.
func (r *Reader) packetOptions(b []byte, f *capture.Frame, fcs int) int {
	r.text = r.text[:0]
	for code, value := range r.options(b) {
		switch {
		case code == optComment:
			r.addComment(value)
		case code == epbFlags && len(value) >= 4:
			flags := r.u32(value)
			switch flags & 3 {
			case flagInbound:
				f.Direction = capture.Inbound
			case flagOutbound:
				f.Direction = capture.Outbound
			}
			if own := int(flags >> 5 & 15); own > 0 {
				fcs = own
			}
		}
	}
	f.Comment = string(r.text)
	return fcs
}

// simplePacket reads a frame that comes without time and options (§4.4).
func (r *Reader) simplePacket(b []byte, f *capture.Frame) error {
	if len(b) < 4 {
		return r.damage("a simple packet block of %d bytes is too short", len(b)+minBlock)
	}
	on, index, err := r.interfaceOf(0)
	if err != nil {
		return err
	}
	length := r.u32(b)
	captured := min(int64(length), int64(len(b)-4))
	if on.SnapLen > 0 {
		captured = min(captured, int64(on.SnapLen))
	}
	*f = capture.Frame{Time: f.Time, Link: on.Link, Interface: index}
	fill(f, b[4:4+captured], length, on.fcs)
	return nil
}

// addComment appends one of several comments of a block, on a line of its own.
func (r *Reader) addComment(value []byte) {
	value = bytes.TrimRight(value, "\x00") // some writers add the C string's end
	if len(value) == 0 || len(r.text)+len(value) > 2*maxComment {
		return
	}
	if len(r.text) > 0 {
		r.text = append(r.text, '\n')
	}
	r.text = append(r.text, value...)
}
