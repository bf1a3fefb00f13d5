package host

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"

	"statelab/capture/trace"
)

// Member is a party of the network, and the address of this machine that it has.
type Member struct {
	Party trace.Participant
	Addr  netip.Addr // on loopback; not set: 127.0.0.1
}

// maxMembers bounds how many parties have addresses of their own in
// 127.0.0.0/24.
const maxMembers = 254

// Loopback gives each party an address: 127.0.0.1 to a client or whoever comes
// first, 127.0.0.2 and on to the others, so that they can be told apart wherever
// a frame is seen. Only Linux has all of 127.0.0.0/8; elsewhere they share
// 127.0.0.1, and are told apart by their ports.
func Loopback(parties []trace.Participant) []Member {
	own := runtime.GOOS == "linux" && len(parties) <= maxMembers
	members := make([]Member, 0, len(parties))
	for i, p := range parties {
		last := byte(1)
		if own {
			last += byte(i)
		}
		members = append(members, Member{Party: p, Addr: netip.AddrFrom4([4]byte{127, 0, 0, last})})
	}
	return members
}

// members are the network's parties as its options name them.
func (o *Options) members() ([]Member, error) {
	if len(o.Members) == 0 {
		return []Member{
			{trace.Participant{Role: trace.RoleClient}, o.Client},
			{trace.Participant{Role: trace.RoleServer}, o.Server},
		}, nil
	}
	if len(o.Members) < 2 {
		return nil, errors.New("one party is no network")
	}
	all := slices.Clone(o.Members)
	for i := range all {
		all[i].Party.Addr = netip.AddrPort{}
		for _, other := range all[:i] {
			if other.Party == all[i].Party {
				return nil, fmt.Errorf("two parties are the %s", other.Party.Name())
			}
		}
	}
	return all, nil
}

// Hosts returns every party's host, in the order of the options.
func (n *Network) Hosts() []*Host { return slices.Clone(n.hosts) }

// Host returns the host of a party, known by its role and number; nil if there
// is none.
func (n *Network) Host(p trace.Participant) *Host {
	for _, h := range n.hosts {
		if h.member.Role == p.Role && h.member.N == p.N {
			return h
		}
	}
	return nil
}

// first returns the first host of a role, or that at a place where there is none.
func (n *Network) first(r trace.Role, place int) *Host {
	for _, h := range n.hosts {
		if h.member.Role == r {
			return h
		}
	}
	return n.hosts[place]
}

// Party returns whose an address is: the one host's that has it, or, where
// several share it, the one's that has bound the port. It is false for what
// belongs to none, or to nobody can tell whom.
func (n *Network) Party(a netip.AddrPort) (trace.Participant, bool) {
	var whose *Host
	for _, h := range n.hosts {
		if h.addr != a.Addr() {
			continue
		}
		if whose != nil {
			whose = n.owner(a)
			break
		}
		whose = h
	}
	if whose == nil {
		return trace.Participant{}, false
	}
	return whose.party(a), true
}

// maxPorts bounds how many ports the network remembers the owners of.
const maxPorts = 1 << 14

// owns notes that a host has bound a port.
func (n *Network) owns(h *Host, a netip.AddrPort) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a.Port() == 0 || len(n.ports) >= maxPorts {
		return
	}
	if n.ports == nil {
		n.ports = map[netip.AddrPort]*Host{}
	}
	n.ports[a] = h
}

func (n *Network) owner(a netip.AddrPort) *Host {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ports[a]
}
