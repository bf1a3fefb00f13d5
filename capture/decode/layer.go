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

	// Encapsulations.
	layerMPLS
	layerControlWord
	layerPPPoE
	layerPPP
	layerL2TP
	layerGRE
	layerERSPAN
	layerEtherIP
	layerVXLAN
	layerVXLANGPE
	layerGENEVE
	layerGTPU
	layerTeredo
	layerPBB

	// Link layers other than Ethernet, and pseudo-headers.
	layerCHDLC
	layerFrameRelay
	layerTokenRing
	layerFDDI
	layerFibreChannel
	layerWLAN
	layerSubframe // of an A-MSDU
	layerRadiotap
	layerPPI
	layerAVS
	layerPrism
	layerPKTAP
	layerNetAnalyzer
	layerNFLOG
	layerIPNET
	layerENC
	layerPFLOG
	layerDirection
)

var layerNames = [...]string{
	layerNone: "Frame", layerEthernet: "Ethernet II", layer8023: "IEEE 802.3", layerLLC: "LLC", layerSNAP: "SNAP",
	layerVLAN: "IEEE 802.1Q", layerSLL: "Linux cooked v1", layerSLL2: "Linux cooked v2", layerNull: "Null",
	layerLoop: "Loop", layerIP: "IP", layerIPv4: "IPv4", layerIPv6: "IPv6", layerHopByHop: "IPv6 Hop-by-Hop Options",
	layerRouting: "IPv6 Routing", layerFragment: "IPv6 Fragment", layerAH: "Authentication Header",
	layerDestination: "IPv6 Destination Options", layerExtension: "IPv6 Extension", layerARP: "ARP",
	layerICMPv4: "ICMPv4", layerICMPv6: "ICMPv6", layerUDP: "UDP", layerTCP: "TCP",
	layerMPLS: "MPLS", layerControlWord: "Pseudowire", layerPPPoE: "PPPoE Session", layerPPP: "PPP", layerL2TP: "L2TP",
	layerGRE: "GRE", layerERSPAN: "ERSPAN", layerEtherIP: "EtherIP", layerVXLAN: "VXLAN", layerVXLANGPE: "VXLAN-GPE",
	layerGENEVE: "GENEVE", layerGTPU: "GTP-U", layerTeredo: "Teredo", layerPBB: "IEEE 802.1ah", layerCHDLC: "Cisco HDLC",
	layerFrameRelay: "Frame Relay", layerTokenRing: "IEEE 802.5", layerFDDI: "FDDI", layerFibreChannel: "IP over Fibre Channel",
	layerWLAN: "IEEE 802.11", layerSubframe: "A-MSDU Subframe", layerRadiotap: "radiotap", layerPPI: "PPI", layerAVS: "AVS",
	layerPrism: "Prism", layerPKTAP: "PKTAP", layerNetAnalyzer: "netANALYZER", layerNFLOG: "NFLOG", layerIPNET: "IPNET",
	layerENC: "ENC", layerPFLOG: "PFLOG", layerDirection: "Direction",
}

// String returns the standard's name of the header.
func (k layerKind) String() string { return layerNames[k] }

// protocol is the Protocol of a frame that has nothing more than this header.
func (k layerKind) protocol() string {
	switch k {
	case layerNull:
		return "NULL"
	case layerLoop:
		return "LOOP"
	default:
		return k.String()
	}
}
