package filter

import (
	"math/rand/v2"
	"strings"

	"statelab/capture"
)

// random makes expressions that are valid for a link type.
type random struct {
	*rand.Rand
	link capture.LinkType
	// moved is set once "mpls" or "pppoes" was written, which rule out much of
	// what else there is.
	mpls, ppp bool
}

func newRandom(seed uint64, link capture.LinkType) *random {
	return &random{Rand: rand.New(rand.NewPCG(seed, 7)), link: link}
}

func (r *random) pick(words ...string) string { return words[r.IntN(len(words))] }

func (r *random) expression(depth int) string {
	out := r.term(depth)
	for range r.IntN(3) {
		out += " " + r.pick("and", "or", "&&", "||") + " " + r.term(depth)
	}
	return out
}

func (r *random) term(depth int) string {
	switch n := r.IntN(12); {
	case n == 0:
		return r.pick("not ", "! ", "!") + r.term(depth)
	case n <= 2 && depth > 0:
		return "(" + r.expression(depth-1) + ")"
	}
	return r.primitive()
}

func (r *random) primitive() string {
	switch r.IntN(12) {
	case 0, 1:
		return r.port()
	case 2, 3:
		return r.host()
	case 4:
		return r.protocol()
	case 5:
		return r.pick("less ", "greater ") + r.pick("0", "33", "40", "0x36", "60", "61", "1500")
	case 6, 7:
		return r.relation()
	case 8:
		return r.ethernet()
	case 9:
		return r.encapsulation()
	case 10:
		return r.cast()
	}
	return r.list()
}

func (r *random) direction() string {
	return r.pick("", "src ", "dst ", "src or dst ", "dst or src ", "src and dst ", "dst and src ")
}

func (r *random) port() string {
	transport := r.pick("", "tcp ", "udp ", "sctp ")
	if r.IntN(4) == 0 {
		return transport + r.direction() + "portrange " + r.pick("80-443", "443-80", "53-53", "0-65535", "5000-6000", "80")
	}
	name := r.pick("80", "443", "53", "0x50", "5353", "40000", "0", "65535")
	if transport != "sctp " && r.IntN(4) == 0 {
		name = r.pick("domain", "https", "echo")
		if transport == "" {
			name = r.pick("http", "ntp", "mdns", "bootps", name)
		}
	}
	return transport + r.direction() + "port " + name
}

func (r *random) address4() string {
	return r.pick("10.0.0.1", "10.0.0.2", "192.168.1.77", "224.0.0.251", "255.255.255.255", "1.2.3.4", "10.0", "192.168.1")
}

func (r *random) host() string {
	q := r.pick("", "", "ip ", "arp ", "rarp ", "ip6 ")
	if r.mpls && (q == "arp " || q == "rarp ") {
		q = "ip "
	}
	six := r.IntN(4) == 0
	if q == "ip6 " || six && q == "" {
		return q + r.direction() + r.pick(
			"host 2001:db8::1", "host 2001:db8::2", "net 2001:db8::/32", "net ::/0", "net 2001:db8::/126", "host ::1", "net ff00::/8", "net fe80::/10",
		)
	}
	switch r.IntN(4) {
	case 0:
		return q + r.direction() + "net " + r.pick(
			"10", "192.168", "10.0.0", "10.0.0.0/8", "10.0.0.0/31", "192.168.1.64/26", "0.0.0.0/0", "10.0.0.1/32", "10", "0",
			"10.0.0.0 mask 255.0.0.0", "10.0.0.1 mask 255.0.0.255", "224.0.0.0/4",
		)
	case 1:
		if d := r.direction(); d != "" {
			return q + d + r.address4()
		}
	}
	return q + r.direction() + "host " + r.address4()
}

func (r *random) protocol() string {
	words := []string{
		"ip", "ip6", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "pim", "vrrp", "ah", "esp",
		`ip proto \tcp`, "ip proto 17", "ip6 proto 6", `ip6 proto \udp`, "proto 6", `proto \icmp`, "ip proto gre", "ip6 proto ipv6-icmp", "proto 132",
	}
	if !r.mpls {
		words = append(words, "arp", "rarp", `ether proto \ip`, "ether proto 0x806", `ether proto \ip6`, "ether proto 0x88cc", "pppoed")
	}
	return r.pick(words...)
}

func (r *random) ethernet() string {
	if r.link != capture.LinkEthernet || r.ppp {
		return r.protocol()
	}
	return "ether " + r.pick("src ", "dst ", "host ", "src or dst ", "src and dst host ") +
		r.pick("02:00:00:00:00:01", "2:0:0:0:0:2", "02-00-00-00-00-02", "0200.0000.0001", "ffffffffffff", "02.00.00.00.00.01")
}

func (r *random) encapsulation() string {
	if r.link != capture.LinkEthernet || r.ppp {
		return r.protocol()
	}
	switch r.IntN(6) {
	case 0:
		r.mpls = true
		return "mpls" + r.pick("", " 5", " 100000", " (5)")
	case 1:
		if r.mpls {
			return "mpls"
		}
		r.ppp = true
		return "pppoes" + r.pick("", " 7", " 8")
	}
	if r.mpls {
		return r.protocol()
	}
	return "vlan" + r.pick("", " 5", " 100", " (0x64)")
}

func (r *random) cast() string {
	words := []string{"ip multicast", "ip6 multicast", "ip broadcast"}
	if r.link == capture.LinkEthernet && !r.ppp {
		words = append(words, "broadcast", "multicast", "ether broadcast", "ether multicast")
	}
	return r.pick(words...)
}

// list is an id that takes the qualifiers of the one before.
func (r *random) list() string {
	join := " " + r.pick("or", "and") + " "
	if r.IntN(2) == 0 {
		ids := func() string { return r.pick("80", "443", "not 53", "0x50", "5353", "(80 or 443)") }
		return r.port() + join + ids() + join + ids()
	}
	d := r.direction()
	switch r.IntN(3) {
	case 0:
		return d + "host 10.0.0.1" + join + r.address4() + join + "! 10.0.0.2"
	case 1:
		return d + "host (10.0.0.1" + join + "2001:db8::1)"
	}
	return "ip proto 6" + join + `\udp`
}

func (r *random) relation() string {
	left := r.value(2)
	if r.IntN(3) == 0 {
		return left + r.pick(" = ", " == ", " != ", " < ", " > ", " <= ", " >= ") + r.value(1)
	}
	return left + r.pick(" = ", " != ", "=", "!=", " < ", " > ", " <= ", " >= ") + r.pick("0", "1", "2", "5", "6", "0x12", "40", "80", "0x0a000001", "tcp-syn")
}

func (r *random) value(depth int) string {
	if depth > 0 && r.IntN(2) == 0 {
		switch r.IntN(5) {
		case 0: // the right side without bytes: see the differences in the guide
			return "(" + r.value(depth-1) + r.pick(" + ", " - ", " * ", " & ", " | ", " ^ ") + r.pick("len", "(len - 1)", "3") + ")"
		case 1:
			return "(" + r.value(depth-1) + r.pick(" / ", " % ") + r.pick("2", "3", "256") + ")"
		case 2:
			return "(" + r.value(depth-1) + r.pick(" << ", " >> ") + r.pick("1", "4", "31") + ")"
		}
		return r.value(depth-1) + r.pick(" & ", "&", " + ", " - ", " | ", " ^ ", " * ") + r.pick("1", "0xf", "2", "tcp-ack", "(tcp-syn|tcp-fin)")
	}
	switch r.IntN(6) {
	case 0:
		return "len"
	case 1:
		return r.pick("1", "2", "0x800", "80")
	}
	return r.bytes(depth)
}

func (r *random) bytes(depth int) string {
	protocols := []string{"ip", "ip", "tcp", "tcp", "udp", "icmp", "ip6", "icmp6", "ether", "sctp", "igmp"}
	if !r.mpls {
		protocols = append(protocols, "arp")
	}
	index := r.pick("0", "1", "2", "6", "9", "12", "13", "tcpflags", "icmptype", "200", "2 + 2")
	if depth > 0 && r.IntN(5) == 0 {
		index = r.bytes(0) + r.pick("", " & 0xf", " + 1", " - 1")
	}
	return r.pick(protocols...) + "[" + index + r.pick("", "", ":1", ":2", ":4", " : 2") + "]"
}

// damaged makes an expression that is probably not valid any more.
func (r *random) damaged(expr string) string {
	words := strings.Fields(expr)
	i := r.IntN(len(words))
	switch r.IntN(5) {
	case 0:
		words = append(words[:i:i], words[i+1:]...)
	case 1:
		words[i] = r.pick("and", "port", "tcp", ")", "(", "80", "10.0.0.1", "not", "src", "host", "=", "[")
	case 2:
		words = append(words[:i:i], append([]string{r.pick("and", "or", "tcp", ")", "(", "80", "net", "1.2.3.4", "+", "]")}, words[i:]...)...)
	case 3:
		j := r.IntN(len(words))
		words[i], words[j] = words[j], words[i]
	default:
		s := strings.Join(words, " ")
		at := r.IntN(len(s))
		return s[:at] + r.pick("", ")", "1", ".", ":", "/8", " ", "-") + s[at+1:]
	}
	return strings.Join(words, " ")
}
