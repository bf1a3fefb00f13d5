package virtual

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// maxHosts bounds how many hosts a network has, and with them its wires.
const maxHosts = 32

// wire joins two hosts. Every two hosts have one of their own, all of one
// nature: what "the 2nd data segment" is depends on what the two say to each
// other, and on nothing that others do at the same time, as it would on the
// shared ports of a switch.
type wire struct {
	ends    [2]*Host // by the direction in which they send
	decider *network.Decider
	due     *event // when the decider is to be asked for held frames
}

// way is the direction in which h sends on the wire.
func (w *wire) way(h *Host) network.Direction {
	if h == w.ends[network.ClientToServer] {
		return network.ClientToServer
	}
	return network.ServerToClient
}

// far returns the host at the end that frames of that direction reach.
func (w *wire) far(way network.Direction) *Host { return w.ends[way.Back()] }

// members are the network's hosts as its configuration names them.
func members(c *Config) ([]network.Member, error) {
	if len(c.Hosts) == 0 {
		return []network.Member{
			{Party: trace.Participant{Role: trace.RoleClient}, Stack: c.Client},
			{Party: trace.Participant{Role: trace.RoleServer}, Stack: c.Server},
		}, nil
	}
	if n := len(c.Hosts); n < 2 || n > maxHosts {
		return nil, fmt.Errorf("%d hosts are not between 2 and %d", n, maxHosts)
	}
	all := slices.Clone(c.Hosts)
	for i := range all {
		all[i].Party.Addr = netip.AddrPort{}
		for _, other := range all[:i] {
			if other.Party == all[i].Party {
				return nil, errors.New("two hosts are the " + other.Party.Name())
			}
		}
	}
	return all, nil
}

// addressed puts members in order of their addresses: 10.0.0.1 is the first
// client's and 10.0.0.2 the first server's, where there are such; the rest are
// numbered as they are declared.
func addressed(all []network.Member) []network.Member {
	all = slices.Clone(all)
	for place, role := range []trace.Role{trace.RoleClient, trace.RoleServer} {
		i := slices.IndexFunc(all, func(m network.Member) bool { return m.Party.Role == role })
		if i > place {
			m := all[i]
			all = slices.Insert(slices.Delete(all, i, i+1), place, m)
		}
	}
	return all
}

// join puts a wire between every two hosts. What chance does on one has nothing
// to do with what it does on another.
func (n *Network) join() {
	for i, a := range n.hosts {
		for _, b := range n.hosts[:i] {
			seed := n.config.Seed
			if between := uint64(a.index)*maxHosts + uint64(b.index); between != maxHosts { // those of two hosts alone
				seed ^= between * 0x9e3779b97f4a7c15 // 2^64 over the golden ratio: neighbours get unlike seeds
			}
			w := &wire{ends: [2]*Host{b, a}, decider: network.NewDecider(n.config.Rules, seed, n.config.Link)}
			if a.member.Compare(b.member) < 0 {
				w.ends = [2]*Host{a, b}
			}
			a.wires[b.index], b.wires[a.index] = w, w
		}
	}
}
