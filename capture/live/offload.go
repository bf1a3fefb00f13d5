package live

import (
	"encoding/binary"

	"statelab/capture"
)

// A host that sends through a modern network card leaves work to it: it hands
// over one frame of up to 64 KB with a checksum that covers the pseudo-header
// only, and the card cuts it into segments and completes each checksum. A
// capture sees the frame before that. Here the card's work is done in software,
// so that what is shown is what a wire carries.

// offload is the work that was left to the network card, as the kernel
// describes it (the Virtual I/O Device specification's virtio_net_hdr,
// §5.1.6).
type offload struct {
	checksum    bool // the checksum is not complete
	start       int  // where the checksummed part begins in the frame
	offset      int  // where the checksum lies, from start
	segmentSize int  // payload bytes of a TCP segment when the frame is to be cut; 0 otherwise
	other       bool // an offload of another kind, which is not done here (UDP segmentation)
}

func (o *offload) any() bool { return o.checksum || o.segmentSize > 0 || o.other }

// Offsets and sizes in headers.
const (
	ethernetHeader  = 14
	ipv4Header      = 20
	ipv6Header      = 40
	tcpHeader       = 20
	protocolTCP     = 6
	tcpChecksumAt   = 16 // RFC 9293 §3.1
	udpChecksumAt   = 6  // RFC 768
	etherTypeIPv4   = 0x0800
	etherTypeIPv6   = 0x86dd
	etherTypeVLAN   = 0x8100
	etherTypeVLANad = 0x88a8 // IEEE 802.1ad
)

// finishChecksum computes the checksum that was left to the network card, in
// place, and returns how the frame is to be marked. The field holds the sum of
// the pseudo-header already (RFC 9293 §3.1), so what remains is the sum of all
// from start on.
func finishChecksum(p *packet) capture.Marks {
	o := p.offload
	at := o.start + o.offset
	known := o.offset == tcpChecksumAt || o.offset == udpChecksumAt
	if !o.checksum || o.other || !known || len(p.data) < p.length || at+2 > len(p.data) {
		return capture.ChecksumPending
	}
	sum := ^fold(add(0, p.data[o.start:]))
	if sum == 0 && o.offset == udpChecksumAt {
		sum = 0xffff // RFC 768: zero says that there is none
	}
	binary.BigEndian.PutUint16(p.data[at:], sum)
	return capture.ChecksumCompleted
}

// splitter cuts one offloaded TCP frame into segments.
type splitter struct {
	headers []byte // link, IP and TCP header of the offloaded frame
	payload []byte // what is left to send
	size    int    // payload bytes a segment
	ip, tcp int    // offsets of the headers
	v6      bool
	sent    int // payload bytes sent
	n       int // segments made
}

// newSplitter reads the headers of an offloaded frame. It returns false for one
// that was cut by the capture or is not plain TCP over IP.
func newSplitter(p *packet, link capture.LinkType) (*splitter, bool) {
	d := p.data
	if len(d) < p.length || p.offload.segmentSize <= 0 {
		return nil, false
	}
	s := &splitter{size: p.offload.segmentSize}
	if !s.locate(d, link) || s.tcp+tcpHeader > len(d) {
		return nil, false
	}
	header := int(d[s.tcp+12]>>4) * 4
	if header < tcpHeader || s.tcp+header >= len(d) {
		return nil, false
	}
	s.headers, s.payload = d[:s.tcp+header], d[s.tcp+header:]
	return s, true
}

// locate finds the IP and the TCP header.
func (s *splitter) locate(d []byte, link capture.LinkType) bool {
	if link == capture.LinkEthernet {
		s.ip = ethernetHeader
		for s.ip <= len(d) {
			t := binary.BigEndian.Uint16(d[s.ip-2:])
			if t != etherTypeVLAN && t != etherTypeVLANad {
				break
			}
			s.ip += 4
		}
	}
	if s.ip >= len(d) {
		return false
	}
	switch d[s.ip] >> 4 {
	case 4:
		header := int(d[s.ip]&0xf) * 4
		s.tcp = s.ip + header
		return header >= ipv4Header && s.tcp <= len(d) && d[s.ip+9] == protocolTCP
	case 6:
		s.v6 = true
		s.tcp = s.ip + ipv6Header
		return s.tcp <= len(d) && d[s.ip+6] == protocolTCP
	}
	return false
}

// next appends the next segment to b; false when there is none left.
func (s *splitter) next(b []byte) ([]byte, bool) {
	if len(s.payload) == 0 {
		return b, false
	}
	n := min(s.size, len(s.payload))
	b = append(append(b, s.headers...), s.payload[:n]...)
	s.payload = s.payload[n:]
	s.fixTCP(b[s.tcp:])
	s.fixIP(b[s.ip:])
	checksumTCP(b[s.ip:], s.tcp-s.ip, s.v6)
	s.sent += n
	s.n++
	return b, true
}

// fixTCP gives a segment its sequence number and its flags: FIN and PSH belong
// to the last octets, CWR to the first (RFC 3168 §6.1.2).
func (s *splitter) fixTCP(t []byte) {
	const fin, psh, cwr = 0x01, 0x08, 0x80
	binary.BigEndian.PutUint32(t[4:], binary.BigEndian.Uint32(t[4:])+uint32(s.sent))
	if len(s.payload) > 0 {
		t[13] &^= fin | psh
	}
	if s.n > 0 {
		t[13] &^= cwr
	}
}

// fixIP gives a packet its length and, on IPv4, its identification and header
// checksum (RFC 791 §3.1).
func (s *splitter) fixIP(ip []byte) {
	if s.v6 {
		binary.BigEndian.PutUint16(ip[4:], uint16(len(ip)-ipv6Header))
		return
	}
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	binary.BigEndian.PutUint16(ip[4:], binary.BigEndian.Uint16(ip[4:])+uint16(s.n))
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], ^fold(add(0, ip[:s.tcp-s.ip])))
}

// checksumTCP computes the TCP checksum of an IP packet whose TCP header begins
// at tcp: over the pseudo-header of RFC 9293 §3.1, or RFC 8200 §8.1.
func checksumTCP(ip []byte, tcp int, v6 bool) {
	addresses := ip[12:20]
	if v6 {
		addresses = ip[8:40]
	}
	t := ip[tcp:]
	t[tcpChecksumAt], t[tcpChecksumAt+1] = 0, 0
	sum := add(uint64(protocolTCP)+uint64(len(t)), addresses)
	binary.BigEndian.PutUint16(t[tcpChecksumAt:], ^fold(add(sum, t)))
}

// add adds b, as 16-bit words of network byte order, to a sum (RFC 1071). The
// sum of 64 KB fits many times.
func add(sum uint64, b []byte) uint64 {
	for ; len(b) >= 8; b = b[8:] {
		w := binary.BigEndian.Uint64(b)
		sum += w>>48 + w>>32&0xffff + w>>16&0xffff + w&0xffff
	}
	for ; len(b) >= 2; b = b[2:] {
		sum += uint64(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint64(b[0]) << 8
	}
	return sum
}

// fold brings a sum down to 16 bits in ones' complement arithmetic.
func fold(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
