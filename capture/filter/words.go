package filter

// protocol is a word that names a protocol, before another qualifier, before an
// index or alone.
type protocol uint8

const (
	noProtocol protocol = iota
	link                // the link layer: "ether" and its synonyms
	ip
	ip6
	arp
	rarp
	tcp
	udp
	sctp
	icmp
	icmp6
	igmp
	igrp
	pim
	vrrp
	carp
	ah
	esp
)

// protocols are the words that name protocols. That "carp" and "vrrp" are one
// number is no mistake: the two share it.
var protocols = map[string]protocol{
	"ether": link, "link": link, "fddi": link, "tr": link, "wlan": link, "ppp": link, "slip": link,
	"ip": ip, "ip6": ip6, "arp": arp, "rarp": rarp,
	"tcp": tcp, "udp": udp, "sctp": sctp, "icmp": icmp, "icmp6": icmp6, "igmp": igmp,
	"igrp": igrp, "pim": pim, "vrrp": vrrp, "carp": carp, "ah": ah, "esp": esp,
}

// ipNumber is a protocol's number in the IP header
// (https://www.iana.org/assignments/protocol-numbers), 0 for what IP does not
// carry.
func (p protocol) ipNumber() uint32 {
	switch p {
	case icmp:
		return 1
	case igmp:
		return 2
	case tcp:
		return 6
	case igrp:
		return 9
	case udp:
		return 17
	case esp:
		return 50
	case ah:
		return 51
	case icmp6:
		return 58
	case pim:
		return 103
	case vrrp, carp:
		return 112
	case sctp:
		return 132
	case noProtocol, link, ip, ip6, arp, rarp:
	}
	return 0
}

// versions reports over which versions of IP the word alone asks for the
// protocol.
func (p protocol) versions() (v4, v6 bool) {
	switch p {
	case icmp, igmp, igrp, vrrp, carp:
		return true, false
	case icmp6:
		return false, true
	case tcp, udp, sctp, pim, ah, esp:
		return true, true
	case noProtocol, link, ip, ip6, arp, rarp:
	}
	return false, false
}

// direction is which of a frame's two ends is meant.
type direction uint8

const (
	either direction = iota
	source
	destination
	both
)

// addrKind is what a value is a value of.
type addrKind uint8

const (
	anyAddr addrKind = iota // not said: a host
	host
	net
	port
	portrange
	proto
)

var addrKinds = map[string]addrKind{"host": host, "net": net, "port": port, "portrange": portrange, "proto": proto}

// qualifiers say what a value means: "tcp src port".
type qualifiers struct {
	given bool // there are some
	proto protocol
	dir   direction
	kind  addrKind
	text  string // as they were written, for errors
}

// keywords are the words that are not names unless a backslash stands before
// them: those of the language here, and those of libpcap's language that are not
// supported here.
var keywords = func() map[string]bool {
	words := map[string]bool{}
	for w := range protocols {
		words[w] = true
	}
	for w := range addrKinds {
		words[w] = true
	}
	for _, w := range []string{
		"src", "dst", "mask", "less", "greater", "broadcast", "multicast", "len", "length",
		"inbound", "outbound", "vlan", "mpls", "pppoed", "pppoes",
	} {
		words[w] = true
	}
	for w := range unsupported {
		words[w] = true
	}
	return words
}()

// unsupported are libpcap's words that have no meaning here, by what they are
// for.
var unsupported = func() map[string]string {
	words := map[string]string{}
	for what, list := range map[string][]string{
		"OSI": {
			"iso", "esis", "es-is", "isis", "is-is", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp", "clnp",
		},
		"IEEE 802.2":    {"llc", "stp", "netbeui", "ipx"},
		"IEEE 802.11":   {"type", "subtype", "dir", "direction", "addr1", "addr2", "addr3", "addr4", "address1", "address2", "address3", "address4", "ra", "ta", "radio"},
		"DECnet":        {"decnet", "lat", "sca", "moprc", "mopdl"},
		"AppleTalk":     {"atalk", "aarp"},
		"ATM":           {"lane", "metac", "bcc", "oam", "oamf4", "oamf4ec", "oamf4sc", "sc", "ilmic", "vpi", "vci", "connectmsg", "metaconnect"},
		"SS7":           {"fisu", "lssu", "lsu", "msu", "hfisu", "hlssu", "hmsu", "sio", "opc", "dpc", "sls", "hsio", "hopc", "hdpc", "hsls"},
		"pf":            {"on", "ifname", "rset", "ruleset", "rnr", "rulenum", "srnr", "subrulenum", "reason", "action"},
		"Geneve":        {"geneve"},
		"gateway":       {"gateway"},
		"protochain":    {"protochain"},
		"byte":          {"byte"},
		"interface no.": {"ifindex"},
	} {
		for _, w := range list {
			words[w] = what
		}
	}
	return words
}()

// constants are names for offsets and values, by the RFC that gives them.
var constants = map[string]uint32{
	// RFC 9293 §3.1.
	"tcpflags": 13,
	"tcp-fin":  1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
	// RFC 792, RFC 950, RFC 1256.
	"icmptype": 0, "icmpcode": 1,
	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8,
	"icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13,
	"icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	// RFC 4443, RFC 2710, RFC 4861 and others: the registry "ICMPv6 type numbers".
	"icmp6type": 0, "icmp6code": 1,
	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4,
	"icmp6-echo": 128, "icmp6-echoreply": 129, "icmp6-multicastlistenerquery": 130, "icmp6-multicastlistenerreportv1": 131,
	"icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134, "icmp6-neighborsolicit": 135,
	"icmp6-neighboradvert": 136, "icmp6-redirect": 137, "icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139,
	"icmp6-nodeinformationresponse": 140, "icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142,
	"icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144, "icmp6-homeagentdiscoveryreply": 145,
	"icmp6-mobileprefixsolicit": 146, "icmp6-mobileprefixadvert": 147, "icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149,
	"icmp6-multicastrouteradvert": 151, "icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153,
}
