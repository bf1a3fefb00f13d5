package capture

import "strconv"

// LinkType is a link-layer header type as pcap and pcapng files number it
// (https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// Link types that most traces have. decode reads more of them; what it does not
// read is counted and named, never fatal.
const (
	LinkNull     LinkType = 0   // BSD loopback: address family in the host's byte order
	LinkEthernet LinkType = 1   // IEEE 802.3
	LinkRawBSD   LinkType = 12  // raw IP, as some BSD files number it
	LinkRawOpen  LinkType = 14  // raw IP, as OpenBSD files number it
	LinkRaw      LinkType = 101 // raw IP
	LinkLoop     LinkType = 108 // OpenBSD loopback: address family in network byte order
	LinkSLL      LinkType = 113 // Linux cooked v1
	LinkIPv4     LinkType = 228 // raw IPv4
	LinkIPv6     LinkType = 229 // raw IPv6
	LinkSLL2     LinkType = 276 // Linux cooked v2
)

// linkNames are the registry's names. Several numbers mean the same.
var linkNames = map[LinkType]string{
	LinkNull: "NULL", LinkEthernet: "ETHERNET", LinkRaw: "RAW", LinkRawBSD: "RAW", LinkRawOpen: "RAW", LinkLoop: "LOOP",
	LinkSLL: "LINUX_SLL", LinkIPv4: "IPV4", LinkIPv6: "IPV6", LinkSLL2: "LINUX_SLL2", 6: "IEEE802_5",
	9: "PPP", 10: "FDDI", 50: "PPP_HDLC", 51: "PPP_ETHER", 100: "ATM_RFC1483",
	104: "C_HDLC", 105: "IEEE802_11", 107: "FRELAY", 109: "ENC", 117: "PFLOG",
	119: "IEEE802_11_PRISM", 122: "IP_OVER_FC", 127: "IEEE802_11_RADIOTAP", 163: "IEEE802_11_AVS",
	166: "PPP_PPPD", 192: "PPI", 204: "PPP_WITH_DIR", 205: "C_HDLC_WITH_DIR",
	206: "FRELAY_WITH_DIR", 219: "MPLS", 226: "IPNET", 239: "NFLOG",
	240: "NETANALYZER", 241: "NETANALYZER_TRANSPARENT", 258: "PKTAP",
}

// String returns the registry's name, or the number of a type that is not
// known here.
func (l LinkType) String() string {
	if name, ok := linkNames[l]; ok {
		return name
	}
	return "LINKTYPE " + strconv.Itoa(int(l))
}
