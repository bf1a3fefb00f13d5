package virtual

import (
	"encoding/binary"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// segment is what the network itself needs to know of a TCP segment in a frame.
type segment struct {
	src, dst netip.AddrPort
	seq, ack uint32
	flags    header.TCPFlags
	payload  int
}

// parse reads the TCP segment of an Ethernet frame, which may be crafted and
// hostile. It reports false for any other frame, later fragments included.
func parse(frame []byte) (segment, bool) {
	if len(frame) < header.EthernetMinimumSize+header.IPv4MinimumSize ||
		header.Ethernet(frame).Type() != header.IPv4ProtocolNumber {
		return segment{}, false
	}
	packet := header.IPv4(frame[header.EthernetMinimumSize:])
	if !packet.IsValid(len(packet)) || packet.TransportProtocol() != header.TCPProtocolNumber ||
		packet.FragmentOffset() != 0 || packet.More() {
		return segment{}, false
	}
	tcp := header.TCP(packet.Payload())
	if len(tcp) < header.TCPMinimumSize || int(tcp.DataOffset()) < header.TCPMinimumSize || int(tcp.DataOffset()) > len(tcp) {
		return segment{}, false
	}
	return segment{
		src:     netip.AddrPortFrom(netip.AddrFrom4(packet.SourceAddress().As4()), tcp.SourcePort()),
		dst:     netip.AddrPortFrom(netip.AddrFrom4(packet.DestinationAddress().As4()), tcp.DestinationPort()),
		seq:     tcp.SequenceNumber(),
		ack:     tcp.AckNumber(),
		flags:   tcp.Flags(),
		payload: len(tcp) - int(tcp.DataOffset()),
	}, true
}

// end is the sequence number after the segment's last octet, SYN and FIN
// counted (RFC 9293 §3.4).
func (s segment) end() uint32 {
	end := s.seq + uint32(s.payload)
	for _, f := range []header.TCPFlags{header.TCPFlagSyn, header.TCPFlagFin} {
		if s.flags.Contains(f) {
			end++
		}
	}
	return end
}

// sender and receiver name the connection as the segment's two ends know it.
func (s segment) sender() stack.TransportEndpointID   { return endpointID(s.src, s.dst) }
func (s segment) receiver() stack.TransportEndpointID { return endpointID(s.dst, s.src) }

func endpointID(local, remote netip.AddrPort) stack.TransportEndpointID {
	return stack.TransportEndpointID{
		LocalAddress: tcpip.AddrFrom4(local.Addr().As4()), LocalPort: local.Port(),
		RemoteAddress: tcpip.AddrFrom4(remote.Addr().As4()), RemotePort: remote.Port(),
	}
}

// forHost reports whether an Ethernet frame is meant for the card with that
// address, or for all.
func forHost(frame []byte, address tcpip.LinkAddress) bool {
	const group = 1 // IEEE 802.3 §3.2.3: the first bit on the wire
	return len(frame) >= header.EthernetMinimumSize &&
		(frame[0]&group != 0 || string(frame[:6]) == string(address))
}

// senderOf returns the IPv4 and Ethernet source of a frame.
func senderOf(frame []byte) (tcpip.Address, tcpip.LinkAddress, bool) {
	if len(frame) < header.EthernetMinimumSize+header.IPv4MinimumSize ||
		binary.BigEndian.Uint16(frame[12:]) != uint16(header.IPv4ProtocolNumber) {
		return tcpip.Address{}, "", false
	}
	return header.IPv4(frame[header.EthernetMinimumSize:]).SourceAddress(), header.Ethernet(frame).SourceAddress(), true
}
