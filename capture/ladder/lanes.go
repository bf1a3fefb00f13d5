package ladder

import (
	"net/netip"
	"slices"

	"statelab/capture/trace"
)

// Lane is one vertical line: a party. Parties of the same role and number
// share a lane: several connections between the same hosts run in it.
type Lane struct {
	Role trace.Role
	N    int
	// Addr is the first address seen. ManyPorts says that others with the same
	// IP address share the lane, ManyHosts that other IP addresses do.
	Addr                 netip.AddrPort
	ManyPorts, ManyHosts bool
}

// Name returns "client", or "backend 2".
func (l Lane) Name() string { return l.party().Name() }

// Holds reports whether p is the lane's party.
func (l Lane) Holds(p trace.Participant) bool {
	own := l.party()
	own.Addr = l.Addr
	return keyOf(own) == keyOf(p)
}

func (l Lane) party() trace.Participant { return trace.Participant{Role: l.Role, N: l.N} }

// laneKey identifies a lane. Parties of unknown role are told apart by address.
type laneKey struct {
	role trace.Role
	n    int
	addr netip.Addr
}

func keyOf(p trace.Participant) laneKey {
	k := laneKey{role: p.Role, n: p.N}
	if p.Role == trace.RoleUnknown {
		k.addr = p.Addr.Addr()
	}
	return k
}

type lanes struct {
	all   []Lane
	index map[laneKey]int
}

// of returns p's lane, making one if it has none.
func (l *lanes) of(p trace.Participant) int {
	if l.index == nil {
		l.index = map[laneKey]int{}
	}
	k := keyOf(p)
	i, ok := l.index[k]
	if !ok {
		i = len(l.all)
		l.index[k] = i
		l.all = append(l.all, Lane{Role: p.Role, N: p.N, Addr: p.Addr})
		return i
	}
	lane := &l.all[i]
	switch {
	case !p.Addr.IsValid():
	case !lane.Addr.IsValid():
		lane.Addr = p.Addr
	case p.Addr.Addr() != lane.Addr.Addr():
		lane.ManyHosts = true
	case lane.Addr.Port() == 0:
		lane.Addr = p.Addr
	case p.Addr.Port() != 0 && p.Addr.Port() != lane.Addr.Port():
		lane.ManyPorts = true
	}
	return i
}

// has reports whether a lane is p's.
func (l *lanes) has(lane int, p trace.Participant) bool {
	i, ok := l.index[keyOf(p)]
	return ok && i == lane
}

// Arrange returns the indices of lanes in the order in which they stand from
// left to right: clients first, stores last.
func Arrange(lanes []Lane) []int {
	order := make([]int, len(lanes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return lanes[a].party().Compare(lanes[b].party()) })
	return order
}
