package capture

import "strconv"

// LinkType is a link-layer header type as pcap and pcapng files number it
// (https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// Link types that statelab reads. Others are counted and named, never fatal.
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

// String returns the registry's name, or the number of a type that is not
// known here.
func (l LinkType) String() string {
	switch l {
	case LinkNull:
		return "NULL"
	case LinkEthernet:
		return "ETHERNET"
	case LinkRaw, LinkRawBSD, LinkRawOpen:
		return "RAW"
	case LinkLoop:
		return "LOOP"
	case LinkSLL:
		return "LINUX_SLL"
	case LinkIPv4:
		return "IPV4"
	case LinkIPv6:
		return "IPV6"
	case LinkSLL2:
		return "LINUX_SLL2"
	}
	return "LINKTYPE " + strconv.Itoa(int(l))
}
