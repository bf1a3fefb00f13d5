package decode

// layerKind is a kind of header that the decoder reads.
type layerKind uint8

const (
	layerNone layerKind = iota
	layerEthernet
	layer8023
	layerLLC
	layerSNAP
	layerVLAN
	layerSLL
	layerSLL2
	layerNull
	layerLoop
	layerIP // an IP header of unknown version
	layerIPv4
	layerIPv6
	layerHopByHop
	layerRouting
	layerFragment
	layerAH
	layerDestination
	layerExtension // mobility, HIP, shim6: the common form of RFC 6564
	layerARP
	layerICMPv4
	layerICMPv6
	layerUDP
	layerTCP
)

var layerNames = [...]string{
	layerNone: "Frame", layerEthernet: "Ethernet II", layer8023: "IEEE 802.3", layerLLC: "LLC", layerSNAP: "SNAP",
	layerVLAN: "IEEE 802.1Q", layerSLL: "Linux cooked v1", layerSLL2: "Linux cooked v2", layerNull: "Null",
	layerLoop: "Loop", layerIP: "IP", layerIPv4: "IPv4", layerIPv6: "IPv6", layerHopByHop: "IPv6 Hop-by-Hop Options",
	layerRouting: "IPv6 Routing", layerFragment: "IPv6 Fragment", layerAH: "Authentication Header",
	layerDestination: "IPv6 Destination Options", layerExtension: "IPv6 Extension", layerARP: "ARP",
	layerICMPv4: "ICMPv4", layerICMPv6: "ICMPv6", layerUDP: "UDP", layerTCP: "TCP",
}

// String returns the standard's name of the header.
func (k layerKind) String() string { return layerNames[k] }
