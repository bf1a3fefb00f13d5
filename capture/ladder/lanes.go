package ladder

import (
	"cmp"
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
func (l Lane) Name() string { return trace.Participant{Role: l.Role, N: l.N}.Name() }

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

// rank orders lanes from the one who asks to the one who keeps.
func rank(r trace.Role) int {
	switch r {
	case trace.RoleClient:
		return 0
	case trace.RoleAttacker:
		return 1
	case trace.RoleUnknown:
		return 2
	case trace.RoleWire:
		return 3
	case trace.RoleBalancer:
		return 4
	case trace.RoleBackend:
		return 5
	case trace.RoleServer:
		return 6
	case trace.RoleStore:
		return 7
	}
	return 8
}

// Arrange returns the indices of lanes in the order in which they stand from
// left to right: clients first, stores last.
func Arrange(lanes []Lane) []int {
	order := make([]int, len(lanes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank(lanes[a].Role), rank(lanes[b].Role)), cmp.Compare(lanes[a].N, lanes[b].N))
	})
	return order
}
