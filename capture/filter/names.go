package filter

import (
	"strconv"
	"strings"
)

// services are the names of ports, by the transports that they are registered
// for at IANA and used with: a selection, the same on every machine.
//
// A name asks for its transport too: "port http" is "tcp port 80".
var services = map[string]struct {
	port      uint16
	transport protocol // tcp or udp; noProtocol for both
}{
	"echo": {7, noProtocol}, "discard": {9, noProtocol}, "daytime": {13, noProtocol}, "qotd": {17, tcp}, "chargen": {19, noProtocol},
	"ftp-data": {20, tcp}, "ftp": {21, tcp}, "ssh": {22, tcp}, "telnet": {23, tcp}, "smtp": {25, tcp}, "mail": {25, tcp},
	"time": {37, noProtocol}, "whois": {43, tcp}, "nicname": {43, tcp}, "domain": {53, noProtocol},
	"bootps": {67, udp}, "bootpc": {68, udp}, "tftp": {69, udp}, "gopher": {70, tcp}, "finger": {79, tcp},
	"http": {80, tcp}, "www": {80, tcp}, "kerberos": {88, noProtocol}, "pop3": {110, tcp}, "pop-3": {110, tcp},
	"sunrpc": {111, noProtocol}, "portmapper": {111, noProtocol}, "auth": {113, tcp}, "nntp": {119, tcp}, "ntp": {123, udp},
	"netbios-ns": {137, udp}, "netbios-dgm": {138, udp}, "netbios-ssn": {139, tcp}, "imap2": {143, tcp}, "imap": {143, tcp},
	"snmp": {161, noProtocol}, "snmp-trap": {162, noProtocol}, "snmptrap": {162, noProtocol}, "bgp": {179, tcp},
	"ldap": {389, noProtocol}, "https": {443, noProtocol}, "microsoft-ds": {445, tcp},
	"submissions": {465, tcp}, "smtps": {465, tcp}, "isakmp": {500, udp}, "syslog": {514, udp}, "route": {520, udp},
	"dhcpv6-client": {546, udp}, "dhcpv6-server": {547, udp}, "rtsp": {554, noProtocol}, "submission": {587, tcp},
	"ipp": {631, tcp}, "ldaps": {636, noProtocol}, "domain-s": {853, noProtocol}, "rsync": {873, tcp},
	"ftps-data": {989, tcp}, "ftps": {990, tcp}, "telnets": {992, tcp}, "imaps": {993, tcp}, "pop3s": {995, tcp},
	"socks": {1080, tcp}, "openvpn": {1194, noProtocol}, "radius": {1812, noProtocol}, "radius-acct": {1813, noProtocol},
	"nfs": {2049, noProtocol}, "mysql": {3306, tcp}, "ms-wbt-server": {3389, tcp}, "ipsec-nat-t": {4500, udp},
	"sip": {5060, noProtocol}, "sip-tls": {5061, noProtocol}, "xmpp-client": {5222, tcp}, "xmpp-server": {5269, tcp},
	"mdns": {5353, udp}, "postgresql": {5432, tcp}, "postgres": {5432, tcp}, "amqps": {5671, tcp},
	"x11": {6000, tcp}, "redis": {6379, tcp}, "ircd": {6667, tcp}, "ircs-u": {6697, tcp},
	"http-alt": {8080, tcp}, "webcache": {8080, tcp}, "git": {9418, tcp},
}

// ipProtocols are the names that "proto", "ip proto" and "ip6 proto" take, as
// IANA registers them, and a few that are in common use. Those that are keywords
// are written behind a backslash.
var ipProtocols = map[string]uint32{
	"hopopt": 0, "icmp": 1, "igmp": 2, "ipencap": 4, "tcp": 6, "egp": 8, "igp": 9, "udp": 17, "dccp": 33,
	"ipv6": 41, "ipv6-route": 43, "ipv6-frag": 44, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51,
	"ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "eigrp": 88, "ospf": 89, "ipip": 94, "etherip": 97,
	"pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "isis": 124, "sctp": 132, "mobility-header": 135,
	"udplite": 136, "mpls-in-ip": 137, "hip": 139, "shim6": 140,
}

// EtherTypes (https://www.iana.org/assignments/ieee-802-numbers).
const (
	etherIP             = 0x0800
	etherARP            = 0x0806
	etherRARP           = 0x8035
	etherVLAN           = 0x8100
	etherIPv6           = 0x86dd
	etherMPLS           = 0x8847
	etherPPPoEDiscovery = 0x8863
	etherPPPoESession   = 0x8864
	etherServiceVLAN    = 0x88a8
	etherQinQ           = 0x9100 // of no standard, and common before 802.1ad
)

// etherTypes are the names that "ether proto" takes.
var etherTypes = map[string]uint32{
	"ip": etherIP, "ip6": etherIPv6, "arp": etherARP, "rarp": etherRARP, "loopback": 0x9000,
}

// portOf returns the port that a word stands for, and the transport that its
// name asks for.
func portOf(word string) (number uint32, transport protocol, ok bool) {
	if isNumber(word) {
		v, err := strconv.ParseUint(word, 0, 32)
		return uint32(v), noProtocol, err == nil
	}
	s, ok := services[word]
	return uint32(s.port), s.transport, ok
}

// portsOf returns the ports of a range, "80-90" or "http-443", and the transport
// that both names ask for. A name alone is no range.
func portsOf(word string) (first, last uint32, transport protocol, ok bool) {
	a, b, isRange := strings.Cut(word, "-")
	if !isRange {
		return 0, 0, noProtocol, false
	}
	first, transport, ok = portOf(a)
	last, other, okLast := portOf(b)
	if other != transport {
		transport = noProtocol
	}
	return min(first, last), max(first, last), transport, ok && okLast
}
