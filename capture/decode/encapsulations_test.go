package decode

import (
	"encoding/binary"
	"slices"

	"statelab/capture"
)

// encapsulation is a frame that carries one segment in one way.
type encapsulation struct {
	name  string
	frame capture.Frame
	// foreign says why Wireshark 4.0 reads it otherwise; empty if it does not.
	foreign string
}

// encapsulations carries a segment, as an IPv4 and as an IPv6 datagram, in every
// way that the decoder reads beside the link layers of TestLinkTypes.
func encapsulations(v4, v6 []byte) []encapsulation {
	return slices.Concat(tunnels(v4, v6), udpTunnels(v4, v6), serialLinks(v4, v6), wirelessLinks(v4, v6), pseudoLinks(v4, v6))
}

var macs = unhex("0a0000000002 0a0000000001")

// inner is a bridged Ethernet frame, between addresses whose makers Wireshark
// knows: it tells pseudowires by them.
func inner(v4 []byte) []byte { return slices.Concat(unhex("001b54000002 005056000001 0800"), v4) }

// over4 and over6 put an outer IP header before something.
func over4(protocol uint8, parts ...[]byte) []byte {
	b := slices.Concat(parts...)
	h := unhex("4500 0000 0001 0000 40 00 0000 c0000201 c0000202")
	h[9] = protocol
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)+len(b)))
	return append(h, b...)
}

func over6(next uint8, parts ...[]byte) []byte {
	b := slices.Concat(parts...)
	h := unhex("60000000 0000 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002")
	h[6] = next
	binary.BigEndian.PutUint16(h[4:], uint16(len(b)))
	return append(h, b...)
}

func overUDP(port uint16, parts ...[]byte) []byte {
	b := slices.Concat(parts...)
	return over4(protoUDP, be(50000), be(port), be(uint16(8+len(b))), be(0), b)
}

// label is an MPLS label stack entry with a TTL of 64.
func label(v uint32, bottom bool) []byte {
	v = v<<12 | 64
	if bottom {
		v |= 0x100
	}
	return binary.BigEndian.AppendUint32(nil, v)
}

func tunnels(v4, v6 []byte) []encapsulation {
	ether := func(kind uint16, parts ...[]byte) capture.Frame {
		return frame(capture.LinkEthernet, macs, be(kind), slices.Concat(parts...))
	}
	ip4 := func(protocol uint8, parts ...[]byte) capture.Frame {
		return ether(etherIPv4, over4(protocol, parts...))
	}
	erspan2 := unhex("1064 0801 00000001")
	return []encapsulation{
		{name: "IPv4 in IPv4", frame: ip4(4, v4)},
		{name: "IPv6 in IPv4", frame: ip4(41, v6)},
		{name: "IPv4 in IPv6", frame: ether(etherIPv6, over6(4, v4))},
		{name: "IPv6 in IPv6", frame: ether(etherIPv6, over6(41, v6))},
		{name: "IPv6 in IPv6 behind destination options", frame: ether(etherIPv6, over6(60, unhex("29 00 0104 00000000"), v6))},
		{name: "four of them", frame: ip4(4, over4(41, over6(4, over4(4, v4))))},
		{name: "EtherIP", frame: ip4(97, unhex("3000"), inner(v4))},
		{name: "Ethernet in IPv6", frame: ether(etherIPv6, over6(143, inner(v4)))},
		{name: "MPLS in IPv4", frame: ip4(137, label(100, true), v4)},
		{name: "GRE", frame: ip4(47, unhex("0000 0800"), v4)},
		{name: "GRE, IPv6", frame: ip4(47, unhex("0000 86dd"), v6)},
		{name: "GRE over IPv6", frame: ether(etherIPv6, over6(47, unhex("0000 86dd"), v6))},
		{name: "GRE, all options", frame: ip4(47, unhex("b000 0800 0000 0000 00000007 00000001"), v4)},
		{name: "GRE, key", frame: ip4(47, unhex("2000 0800 00000007"), v4)},
		{name: "NVGRE", frame: ip4(47, unhex("2000 6558 00000100"), inner(v4))},
		{name: "GRE, MPLS", frame: ip4(47, unhex("0000 8847"), label(100, true), v4)},
		{name: "PPTP", frame: ip4(47, unhex("3081 880b 0000 0007 00000001 00000001 ff03 0021"), v4)},
		{name: "ERSPAN type I", frame: ip4(47, unhex("0000 88be"), inner(v4))},
		{name: "ERSPAN type II", frame: ip4(47, unhex("1000 88be 00000001"), erspan2, inner(v4))},
		{name: "ERSPAN type III", frame: ip4(47, unhex("1000 22eb 00000001 2064 0801 00000001 00000000"), inner(v4))},
		{name: "ERSPAN type III, platform", frame: ip4(47, unhex("1000 22eb 00000001 2064 0801 00000001 00000001 1400000000000000"), inner(v4))},
		{name: "MPLS", frame: ether(etherMPLS, label(100, true), v4)},
		{name: "MPLS, three labels, IPv6", frame: ether(etherMPLS, label(100, false), label(200, false), label(300, true), v6)},
		{name: "MPLS, explicit null", frame: ether(etherMPLS, label(0, true), v4)},
		{name: "MPLS, IPv6 explicit null", frame: ether(etherMPLS, label(2, true), v6)},
		{name: "MPLS upstream", frame: ether(etherMPLSUpstream, label(100, true), v4)},
		{name: "MPLS in 802.1Q", frame: ether(etherCTag, unhex("0064 8847"), label(100, true), v4)},
		{name: "pseudowire with control word", frame: ether(etherMPLS, label(100, true), unhex("00000000"), inner(v4))},
		{name: "pseudowire without, an address of Xerox's", frame: ether(etherMPLS, label(100, true), unhex("00000c000002 005056000001 0800"), v4)},
		{name: "pseudowire without", frame: ether(etherMPLS, label(100, true), inner(v4))},
		{name: "802.1ah", frame: ether(etherITag, unhex("00000100"), inner(v4))},
		{name: "802.1ah in 802.1ad", frame: ether(etherSTag, unhex("0064 88e7 00000100"), inner(v4))},
		{name: "bridged Ethernet", frame: ether(etherTEB, inner(v4))},
		{name: "PPPoE", frame: ether(etherPPPoESession, unhex("1100 0001"), be(uint16(2+len(v4))), unhex("0021"), v4)},
		{name: "PPPoE, IPv6, padded", frame: ether(etherPPPoESession, unhex("1100 0001"), be(uint16(2+len(v6))), unhex("0057"), v6, make([]byte, 6))},
		{name: "PPPoE in QinQ", frame: ether(etherSTag, unhex("0064 8100 0065 8864 1100 0001"), be(uint16(2+len(v4))), unhex("0021"), v4)},
	}
}

func udpTunnels(v4, v6 []byte) []encapsulation {
	udp := func(port uint16, parts ...[]byte) capture.Frame {
		return frame(capture.LinkEthernet, macs, be(etherIPv4), overUDP(port, parts...))
	}
	l2tp := slices.Concat(be(uint16(12+3+len(v4))), unhex("0001 0002 0000 0000"))
	return []encapsulation{
		{name: "VXLAN", frame: udp(4789, unhex("08000000 00000100"), inner(v4))},
		{name: "VXLAN, tag inside", frame: udp(4789, unhex("08000000 00000100 0e0000000002 0e0000000001 8100 0064 86dd"), v6)},
		{name: "VXLAN, group policy", frame: udp(4789, unhex("88000010 00000100"), inner(v4))},
		{name: "VXLAN at Linux's port", frame: udp(8472, unhex("08000000 00000100"), inner(v4)), foreign: "8472 is no VXLAN to it unless told"},
		{name: "VXLAN in VXLAN", frame: udp(4789, unhex("08000000 00000100"), inner(overUDP(4789, unhex("08000000 00000200"), inner(v4))))},
		{name: "VXLAN-GPE", frame: udp(4790, unhex("0c000001 00000100"), v4)},
		{name: "VXLAN-GPE, IPv6", frame: udp(4790, unhex("0c000002 00000100"), v6)},
		{name: "VXLAN-GPE, Ethernet", frame: udp(4790, unhex("0c000003 00000100"), inner(v4))},
		{name: "GENEVE", frame: udp(6081, unhex("0000 6558 00000100"), inner(v4))},
		{name: "GENEVE, options", frame: udp(6081, unhex("0200 6558 00000100 0102 8001 00000007"), inner(v4))},
		{name: "GENEVE, IPv4", frame: udp(6081, unhex("0000 0800 00000100"), v4)},
		{name: "GTP-U", frame: udp(2152, unhex("30ff"), be(uint16(len(v4))), unhex("00000007"), v4)},
		{name: "GTP-U, sequence number", frame: udp(2152, unhex("32ff"), be(uint16(4+len(v6))), unhex("00000007 0001 00 00"), v6)},
		{name: "GTP-U, extension header", frame: udp(2152, unhex("34ff"), be(uint16(8+len(v4))), unhex("00000007 0000 00 85 01 0009 00"), v4)},
		{name: "Teredo", frame: udp(3544, v6)},
		{name: "Teredo, authentication and origin", frame: udp(3544, unhex("0001 0000 0000000000000000 00 0000 fefe fefefefe"), v6)},
		{name: "L2TP", frame: udp(1701, unhex("4802"), l2tp, unhex("ff0321"), v4)},
		{name: "L2TP, no length", frame: udp(1701, unhex("0002 0001 0002 0021"), v4)},
		{name: "GRE in UDP", frame: udp(4754, unhex("0000 0800"), v4)},
		{name: "MPLS in UDP", frame: udp(6635, label(100, true), v4)},
	}
}

func serialLinks(v4, v6 []byte) []encapsulation {
	return []encapsulation{
		{name: "PPP", frame: frame(linkPPP, unhex("0021"), v4)},
		{name: "PPP, framed", frame: frame(linkPPP, unhex("ff03 0057"), v6)},
		{name: "PPP, protocol compressed", frame: frame(linkPPP, unhex("21"), v4)},
		{name: "PPP, framed, protocol compressed", frame: frame(linkPPP, unhex("ff03 57"), v6)},
		{name: "PPP, MPLS", frame: frame(linkPPP, unhex("0281"), label(100, true), v4)},
		{name: "PPP in HDLC", frame: frame(linkPPPHDLC, unhex("ff03 0021"), v4)},
		{name: "Cisco in PPP_HDLC", frame: frame(linkPPPHDLC, unhex("0f00 0800"), v4)},
		{name: "PPPoE link", frame: frame(linkPPPEther, unhex("1100 0001"), be(uint16(2+len(v4))), unhex("0021"), v4)},
		{name: "pppd", frame: frame(linkPPPD, unhex("0103 0021"), v4), foreign: "not read by it"},
		{name: "pppd, bare", frame: frame(linkPPPD, unhex("00 0021"), v4), foreign: "not read by it"},
		{name: "PPP with direction", frame: frame(linkPPPWithDir, unhex("01 ff03 0021"), v4)},
		{name: "Cisco HDLC", frame: frame(linkCHDLC, unhex("0f00 0800"), v4)},
		{name: "Cisco HDLC, IPv6", frame: frame(linkCHDLC, unhex("8f00 86dd"), v6)},
		{name: "Cisco HDLC with direction", frame: frame(linkCHDLCWithDir, unhex("00 0f00 0800"), v4), foreign: "not read by it"},
		{name: "Frame Relay", frame: frame(linkFrameRelay, unhex("1841 03 cc"), v4)},
		{name: "Frame Relay, IPv6", frame: frame(linkFrameRelay, unhex("1841 03 8e"), v6)},
		{name: "Frame Relay, SNAP", frame: frame(linkFrameRelay, unhex("1841 03 00 80 000000 0800"), v4)},
		{name: "Frame Relay, four octets", frame: frame(linkFrameRelay, unhex("18400003 03 cc"), v4)},
		{name: "Frame Relay, Cisco", frame: frame(linkFrameRelay, unhex("1841 0800"), v4)},
		{name: "Frame Relay with direction", frame: frame(linkFrameRelayWithDir, unhex("00 1841 03 cc"), v4), foreign: "not read by it"},
		{name: "MPLS link", frame: frame(linkMPLS, label(100, true), v4), foreign: "not read by it"},
		{name: "Token Ring", frame: frame(linkTokenRing, unhex("1040 020000000002 020000000001 aaaa03 000000 0800"), v4)},
		{name: "Token Ring, routed", frame: frame(linkTokenRing, unhex("1040 020000000002 820000000001 0630 0011 0020 aaaa03 000000 0800"), v4)},
		{name: "FDDI", frame: frame(linkFDDI, unhex("50 020000000002 020000000001 aaaa03 000000 0800"), v4)},
		{name: "IP over Fibre Channel", frame: frame(linkIPFC, unhex("1000020000000002 1000020000000001 aaaa03 000000 0800"), v4)},
		{name: "ATM", frame: frame(linkATM, unhex("aaaa03 000000 0800"), v4)},
		{name: "null, EtherType", frame: frame(capture.LinkNull, unhex("00080000"), v4)},
	}
}

// addresses3 are an 802.11 header's, from its duration to its sequence control.
const addresses3 = " 0000 020000000001 020000000002 020000000003 1000"

func wirelessLinks(v4, v6 []byte) []encapsulation {
	const snap4, snap6, fcs = "aaaa03 000000 0800", "aaaa03 000000 86dd", "00000000"
	wlan := func(head string, parts ...[]byte) capture.Frame {
		return frame(linkWLAN, unhex(head), slices.Concat(parts...))
	}
	msdu := slices.Concat(unhex("020000000001 020000000002"), be(uint16(8+len(v4))), unhex(snap4), v4)
	return []encapsulation{
		{name: "802.11", frame: wlan("0800"+addresses3, unhex(snap4), v4)},
		{name: "802.11, to the distribution system", frame: wlan("0801"+addresses3, unhex(snap6), v6)},
		{name: "802.11, four addresses", frame: wlan("0803"+addresses3+"020000000004", unhex(snap4), v4)},
		{name: "802.11, QoS", frame: wlan("8802"+addresses3+"0000", unhex(snap4), v4)},
		{name: "802.11, QoS, four addresses, HTC", frame: wlan("8883"+addresses3+"020000000004 0000 00000000", unhex(snap4), v4)},
		{name: "802.11, A-MSDU", frame: wlan("8802"+addresses3+"8000", msdu)},
		{name: "radiotap", frame: frame(linkRadiotap, unhex("0000 0800 00000000 0802"+addresses3+snap4), v4)},
		{name: "radiotap, flags", frame: frame(linkRadiotap, unhex("0000 0900 02000000 10 8802"+addresses3+"0000"+snap4), v4, unhex(fcs))},
		{name: "radiotap, time, padded", frame: frame(linkRadiotap, unhex("0000 1900 030000a0 00000020 00000000 0000000000000000 30 8802"+addresses3+"0000 0000"+snap4), v4, unhex(fcs))},
		{name: "PPI", frame: frame(linkPPI, unhex("0000 0800 69000000 0802"+addresses3+snap4), v4)},
		{name: "PPI, check sequence", frame: frame(linkPPI, unhex("0000 2000 69000000 0200 1400 0000000000000000 0100 0000 0000 0000 0000 0000 0802"+addresses3+snap4), v4, unhex(fcs))},
		{name: "PPI, Ethernet", frame: frame(linkPPI, unhex("0000 0800 01000000"), inner(v4))},
		{name: "AVS", frame: frame(linkAVS, unhex("80211001 00000040"), make([]byte, 56), unhex("0802"+addresses3+snap4), v4)},
		{name: "Prism", frame: frame(linkPrism, unhex("44000000 90000000"), make([]byte, 136), unhex("0802"+addresses3+snap4), v4)},
		{name: "AVS as Prism", frame: frame(linkPrism, unhex("80211001 00000040"), make([]byte, 56), unhex("0802"+addresses3+snap4), v4)},
	}
}

func pseudoLinks(v4, v6 []byte) []encapsulation {
	const fcs = "00000000"
	pktap := func(link byte) []byte {
		h := make([]byte, pktapLen)
		h[0], h[4], h[8], h[36] = pktapLen, 1, link, 2
		return h
	}
	little := func(v int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(v)) }
	return []encapsulation{
		{name: "PKTAP, Ethernet", frame: frame(linkPKTAP, pktap(1), inner(v4))},
		{name: "PKTAP, raw", frame: frame(linkPKTAP, pktap(12), v6)},
		{name: "PKTAP, null", frame: frame(linkPKTAP, pktap(0), unhex("02000000"), v4)},
		{name: "netANALYZER", frame: frame(linkNetAnalyzer, unhex("00044b00"), inner(v4), unhex(fcs))},
		{name: "netANALYZER, transparent", frame: frame(linkNetAnalyzerTransparent, unhex("00065300 55555555555555d5"), inner(v4), unhex(fcs)), foreign: "it shows the bytes alone"},
		{name: "NFLOG", frame: frame(linkNFLOG, unhex("02 00 0001 0800 0100 08000300"), little(4+len(v4)), little(9), v4)},
		{name: "NFLOG, big-endian, IPv6", frame: frame(linkNFLOG, unhex("0a 00 0001 0008 0001 86dd0300"), be(uint16(4+len(v6))), be(9), v6), foreign: "it takes the order of its own host"},
		{name: "IPNET", frame: frame(linkIPNET, unhex("01 02 0000"), be(0), be(uint16(len(v4))), make([]byte, 16), v4)},
		{name: "IPNET, IPv6", frame: frame(linkIPNET, unhex("01 1a 0000"), be(0), be(uint16(len(v6))), make([]byte, 16), v6)},
		{name: "ENC", frame: frame(linkENC, unhex("02000000 00000100 00000000"), v4)},
		{name: "PFLOG", frame: frame(linkPFLOG, unhex("3d 02 00 00"), make([]byte, 60), v4)},
		{name: "PFLOG, IPv6", frame: frame(linkPFLOG, unhex("3d 18 00 00"), make([]byte, 60), v6)},
	}
}
