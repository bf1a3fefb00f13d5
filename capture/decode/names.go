package decode

import "fmt"

// etherTypes names EtherTypes (https://www.iana.org/assignments/ieee-802-numbers)
// as gopacket does.
var etherTypes = map[uint16]string{
	0x0000: "LLC", 0x01a2: "NortelDiscovery", 0x0800: "IPv4", 0x0806: "ARP", 0x2000: "CiscoDiscovery",
	0x6558: "TransparentEthernetBridging", 0x8100: "Dot1Q", 0x86dd: "IPv6", 0x880b: "PPP", 0x8847: "MPLSUnicast",
	0x8848: "MPLSMulticast", 0x8863: "PPPoEDiscovery", 0x8864: "PPPoESession", 0x888e: "EAPOL", 0x88a8: "Dot1Q",
	0x88be: "ERSPAN Type II", 0x88cc: "LinkLayerDiscovery", 0x9000: "EthernetCTP",
}

// ipProtocols names protocol numbers
// (https://www.iana.org/assignments/protocol-numbers) as gopacket does.
var ipProtocols = map[uint8]string{
	0: "IPv6HopByHop", 1: "ICMPv4", 2: "IGMP", 4: "IPv4", 6: "TCP", 17: "UDP", 27: "RUDP", 41: "IPv6",
	43: "IPv6Routing", 44: "IPv6Fragment", 47: "GRE", 50: "IPSecESP", 51: "IPSecAH", 58: "ICMPv6", 59: "NoNextHeader",
	60: "IPv6Destination", 89: "OSPF", 94: "IPv4", 97: "EtherIP", 112: "VRRP", 132: "SCTP", 136: "UDPLite", 137: "MPLS",
}

// icmpType is what a type of ICMP message is called, and what its codes are,
// unless icmpCodes, icmp6Codes, or a phrase that says more has them.
type icmpType struct {
	name  string
	codes map[uint8]string
}

// icmp4Types are in https://www.iana.org/assignments/icmp-parameters.
var icmp4Types = map[uint8]icmpType{
	icmp4Unreachable: {"destination unreachable", map[uint8]string{
		5: "source routing failed", 6: "net unknown", 7: "host unknown", 8: "source isolated",
		11: "net TOS", 12: "host TOS", 14: "host precedence", 15: "precedence cutoff",
	}},
	icmp4SourceQuench: {name: "source quench"},
	icmp4Redirect:     {"redirect", map[uint8]string{0: "net", 1: "host", 2: "TOS+net", 3: "TOS+host"}},
	9:                 {name: "router advertisement"},
	10:                {name: "router solicitation"},
	icmp4TimeExceeded: {name: "time exceeded"},
	icmp4Parameter:    {"parameter problem", map[uint8]string{0: "pointer indicates error", 1: "missing option", 2: "bad length"}},
	13:                {name: "timestamp request"},
	14:                {name: "timestamp reply"},
	15:                {name: "info request"},
	16:                {name: "info reply"},
	17:                {name: "address mask request"},
	18:                {name: "address mask reply"},
}

// icmp6Types are in https://www.iana.org/assignments/icmpv6-parameters.
var icmp6Types = map[uint8]icmpType{
	1: {"destination unreachable", map[uint8]string{
		2: "beyond scope of src", 5: "src address failed policy", 6: "reject route to dst",
	}},
	3: {name: "time exceeded"},
	4: {"parameter problem", map[uint8]string{
		0: "erroneous header field", 1: "unrecognized next header", 2: "unrecognized IPv6 option",
	}},
	133:     {name: "router solicitation"},
	134:     {name: "router advertisement"},
	icmp6NS: {name: "neighbor solicitation"},
	icmp6NA: {name: "neighbor advertisement"},
	137:     {name: "redirect"},
}

// named names a message's type and code; by their numbers where they have no names.
func (m ICMP) named(types map[uint8]icmpType) string {
	t, ok := types[m.Type]
	if !ok {
		return fmt.Sprintf("%d (%d)", m.Type, m.Code)
	}
	if code, ok := t.codes[m.Code]; ok {
		return t.name + " (" + code + ")"
	}
	if m.Code > 0 || t.codes != nil {
		return fmt.Sprintf("%s (code: %d)", t.name, m.Code)
	}
	return t.name
}
