package trace

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// maxListed is how many connections a memory names one by one.
const maxListed = 8

// BlockName is how the name of an entry begins that is the whole control block of
// one connection; the address that tells it from the others follows.
const BlockName = "TCB "

// tallyName is how the name of an entry ends that is all control blocks in one
// state; their number stands before it.
const tallyName = " TCBs"

// Tally reports whether an entry counts control blocks, rather than being one.
func (e Entry) Tally() bool {
	return e.Kind == MemoryConnection && strings.HasSuffix(e.Name, tallyName)
}

// Blocks are what one party remembers of each of its connections: their
// transmission control blocks (RFC 9293 §3.3.1). The zero value is none.
type Blocks struct {
	of     map[Conn]block
	next   int // place of the next one in the order of appearance
	states []stateTally
}

type block struct {
	memory Memory
	place  int
}

// stateTally is how many blocks are in one state, and their content in bytes.
type stateTally struct {
	state       string
	count, size int
}

// Set says what is remembered of a connection now: without entries, nothing.
func (b *Blocks) Set(c Conn, m Memory) {
	was, known := b.of[c]
	if known {
		b.count(&was.memory, -1)
		delete(b.of, c)
	}
	if len(m.Entries) == 0 {
		return
	}
	if !known {
		was.place = b.next
		b.next++
	}
	if b.of == nil {
		b.of = map[Conn]block{}
	}
	was.memory = m
	b.of[c] = was
	b.count(&m, +1)
}

func (b *Blocks) count(m *Memory, n int) {
	state := m.state()
	i := slices.IndexFunc(b.states, func(t stateTally) bool { return t.state == state })
	if i < 0 {
		i = len(b.states)
		b.states = append(b.states, stateTally{state: state})
	}
	b.states[i].count += n
	b.states[i].size += n * m.Bytes(MemoryConnection)
}

// Conns are the connections that something is remembered of, in the order in
// which they appeared.
func (b *Blocks) Conns() []Conn {
	out := make([]Conn, 0, len(b.of))
	for c := range b.of {
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y Conn) int { return b.of[x].place - b.of[y].place })
	return out
}

// Memory is all of it together. Of one connection it is the block itself. With
// more, each is one entry, named by the end of the connection that tells it from
// the others: the peer, or this end's own address where several have one peer.
// With more than eight, there is one entry for all that are in the same state.
func (b *Blocks) Memory() Memory {
	var m Memory
	if len(b.of) > maxListed {
		for _, t := range b.states {
			if t.count > 0 {
				m.Entries = append(m.Entries, Entry{Kind: MemoryConnection, Name: strconv.Itoa(t.count) + tallyName, Value: t.state, Bytes: t.size})
			}
		}
		return m
	}
	conns := b.Conns()
	if len(conns) == 1 {
		return b.of[conns[0]].memory
	}
	peers := map[netip.AddrPort]int{}
	for _, c := range conns {
		peers[c.Remote]++
	}
	for _, c := range conns {
		name, held := c.Remote, b.of[c].memory
		if peers[c.Remote] > 1 {
			name = c.Local
		}
		m.Entries = append(m.Entries, Entry{
			Kind: MemoryConnection, Name: BlockName + name.String(), Value: held.state(), Bytes: held.Bytes(MemoryConnection),
		})
	}
	return m
}

// state is the state that a control block says it is in.
func (m *Memory) state() string {
	for _, e := range m.Entries {
		if e.Kind == MemoryConnection && e.Name == "state" {
			return e.Value
		}
	}
	return ""
}
