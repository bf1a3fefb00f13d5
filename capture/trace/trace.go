// Package trace is the timeline: what parties report (Observation), and what
// happened (Event). Networks, sockets and lessons emit Observations; only
// analyze makes Events, from frames and observations together.
package trace

import (
	"cmp"
	"net/netip"
	"strconv"
)

// Text is one text in both of statelab's languages. Both are always given.
type Text struct{ En, Ko string }

// Role is a participant's part in the exchange.
type Role uint8

// Roles.
const (
	RoleUnknown Role = iota
	RoleClient
	RoleServer
	RoleWire
	RoleBalancer
	RoleBackend
	RoleStore
	RoleAttacker
	RoleCache
)

// String returns the role in English, in lower case: a key, not a label.
func (r Role) String() string {
	names := [...]string{"unknown", "client", "server", "wire", "balancer", "backend", "store", "attacker", "cache"}
	if int(r) < len(names) {
		return names[r]
	}
	return "unknown"
}

// Participant is one party: a lane of the ladder. It is comparable.
type Participant struct {
	Role Role
	N    int // distinguishes parties of one role, from 1; 0 where there is only one
	// Addr is its address: with the port where it is the end of a connection.
	Addr netip.AddrPort
}

// ranks orders roles from the one who asks to the one who keeps.
var ranks = [...]int{
	RoleClient: 0, RoleAttacker: 1, RoleUnknown: 2, RoleWire: 3, RoleCache: 4, RoleBalancer: 5,
	RoleBackend: 6, RoleServer: 7, RoleStore: 8,
}

// Compare orders parties as they stand on a ladder from left to right: from the
// one who asks to the one who keeps, those of one role by their number.
func (p Participant) Compare(o Participant) int {
	return cmp.Or(cmp.Compare(p.Role.rank(), o.Role.rank()), cmp.Compare(p.N, o.N))
}

func (r Role) rank() int {
	if int(r) < len(ranks) {
		return ranks[r]
	}
	return len(ranks)
}

// Name returns "client", or "backend 2".
func (p Participant) Name() string {
	if p.N == 0 {
		return p.Role.String()
	}
	return p.Role.String() + " " + strconv.Itoa(p.N)
}

// MemoryKind groups what a party remembers.
type MemoryKind uint8

// Kinds of memory. Statelessness is a claim about MemoryConversation.
const (
	// MemoryConnection: a transmission control block and its buffers.
	MemoryConnection MemoryKind = iota
	// MemoryConversation: a session, a cart, a cookie jar.
	MemoryConversation
	// MemoryResource: data that would be there without any conversation.
	MemoryResource
)

// String returns "connection", "conversation" or "resource".
func (k MemoryKind) String() string {
	return [...]string{"connection", "conversation", "resource"}[min(int(k), 2)]
}

// Entry is one named thing that a party remembers.
type Entry struct {
	Kind  MemoryKind
	Name  string // "SND.NXT", a standard's own term; or a key of the application
	Value string // as text, for people; unescaped: renderers escape it
	Bytes int    // content size, in bytes
}

// Memory is all that a party remembers at one moment.
type Memory struct {
	Entries []Entry
	// Heap is a measured difference of heap, in bytes, where that is what was
	// measured; HeapMeasured says so.
	Heap         int64
	HeapMeasured bool
}

// Bytes returns the content size of the entries of one kind, in bytes.
func (m *Memory) Bytes(kind MemoryKind) int {
	n := 0
	for _, e := range m.Entries {
		if e.Kind == kind {
			n += e.Bytes
		}
	}
	return n
}
