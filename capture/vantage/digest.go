package vantage

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
)

// prefix is how much of a payload takes part in a frame's identity, in bytes:
// little enough to be there in captures that were cut short at different
// lengths. What lies behind it is told apart by its sequence number.
const prefix = 32

// record is what is kept of a frame.
type record struct {
	key uint64 // of what no router changes; 0 for a frame that is never paired
	// parts are hashes of the addresses and the identification, of the TCP
	// header, and of the payload: damage spares two of the three.
	parts    [3]uint32
	seq, end tcpstate.Seq
	ack      tcpstate.Seq
	at       int64 // ns since 1970, by its own capture's clock
	number   uint32
	flow     uint32 // a hash of the addresses and ports, the same both ways
	src, dst uint16
	bits     bits
}

type bits uint8

const (
	tcp bits = 1 << iota
	syn
	bad  // a checksum is wrong
	out  // the capture says that it left the host
	in   // the capture says that it reached the host
	data // it carries payload
	acks // its ack counts
)

func (r *record) has(b bits) bool { return r.bits&b == b }

// log is one capture.
type log []record

// parties gives addresses numbers.
type parties struct {
	numbers map[netip.Addr]uint16
	seed    maphash.Seed
}

// noParty is the number of every address once there are too many.
const noParty = 1<<16 - 1

func newParties() *parties {
	return &parties{numbers: map[netip.Addr]uint16{}, seed: maphash.MakeSeed()}
}

func (p *parties) of(a netip.Addr) uint16 {
	n, ok := p.numbers[a]
	switch {
	case ok:
		return n
	case len(p.numbers) >= noParty:
		return noParty
	}
	n = uint16(len(p.numbers))
	p.numbers[a] = n
	return n
}

// digest reads a capture.
func digest(src capture.Source, p *parties) (*log, error) {
	var l log
	d := decode.Decoder{VerifyChecksums: true, Fragments: new(decode.Reassembler)}
	var packet decode.Packet
	for f, err := range ticklessly(src) {
		if err != nil {
			return &l, err
		}
		if len(l) >= MaxFrames {
			return &l, ErrTooLong
		}
		d.Decode(&f, &packet)
		l = append(l, p.record(&f, &packet))
	}
	return &l, nil
}

// record notes one frame.
func (p *parties) record(f *capture.Frame, packet *decode.Packet) record {
	r := record{at: f.Time.UnixNano(), number: uint32(f.Number), src: noParty, dst: noParty}
	switch packet.Link.Direction {
	case capture.Outbound:
		r.bits |= out
	case capture.Inbound:
		r.bits |= in
	case capture.DirectionUnknown:
	}
	if packet.IP.Version == 0 || packet.IP.Dst.IsMulticast() || packet.IP.Src.IsUnspecified() {
		return r // it never leaves its own link, or is for nobody in particular
	}
	r.src, r.dst = p.of(packet.IP.Src), p.of(packet.IP.Dst)
	if packet.IP.Checksum == tcpstate.Invalid {
		r.bits |= bad
	}
	var buf [96]byte
	address := p.address(buf[:0], &packet.IP)
	if !packet.TCP {
		// Its bytes behind the headers are not known here: the end of the frame
		// stands for them.
		tail := f.Data[max(len(f.Data)-min(prefix, max(packet.IP.Length-packet.IP.HeaderLen, 0)), 0):]
		r.parts = [3]uint32{p.hash(address), 0, p.hash(tail)}
	} else {
		p.segment(&r, &packet.Segment, address)
	}
	r.key = maphash.Comparable(p.seed, r.parts) | 1
	return r
}

// address writes what the IP header says that no router changes: not the time
// to live, not the checksum, not ECN (RFC 3168 §5).
func (p *parties) address(b []byte, ip *decode.IP) []byte {
	b = append(b, ip.Src.AsSlice()...)
	b = append(b, ip.Dst.AsSlice()...)
	b = append(b, ip.Protocol)
	b = binary.BigEndian.AppendUint32(b, ip.ID)
	return binary.BigEndian.AppendUint16(b, uint16(ip.FragmentOffset))
}

// segment notes what a TCP segment says.
func (p *parties) segment(r *record, s *tcpstate.Segment, address []byte) {
	r.bits |= tcp
	r.seq, r.end, r.ack = s.Seq, s.End(), s.Ack
	if s.Flags.Has(tcpstate.ACK) {
		r.bits |= acks
	}
	if s.Flags.Has(tcpstate.SYN) {
		r.bits |= syn
	}
	if s.Len > 0 {
		r.bits |= data
	}
	if s.Checksum == tcpstate.Invalid {
		r.bits |= bad
	}
	var buf [96]byte
	b := binary.BigEndian.AppendUint16(buf[:0], s.Src.Port())
	b = binary.BigEndian.AppendUint16(b, s.Dst.Port())
	b = binary.BigEndian.AppendUint32(b, uint32(s.Seq))
	b = binary.BigEndian.AppendUint32(b, uint32(s.Ack))
	b = binary.BigEndian.AppendUint16(b, uint16(s.Flags))
	b = binary.BigEndian.AppendUint16(b, s.Window)
	b = binary.BigEndian.AppendUint32(b, uint32(s.Len))
	b = append(b, s.Options.Raw...)
	ends := [2]netip.AddrPort{s.Src, s.Dst}
	if s.Dst.Compare(s.Src) < 0 {
		ends = [2]netip.AddrPort{s.Dst, s.Src}
	}
	r.flow = uint32(maphash.Comparable(p.seed, ends))
	r.parts = [3]uint32{p.hash(address), p.hash(b), p.hash(s.Payload[:min(prefix, len(s.Payload))])}
}

func (p *parties) hash(b []byte) uint32 { return uint32(maphash.Bytes(p.seed, b)) }
