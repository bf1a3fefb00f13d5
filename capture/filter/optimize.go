package filter

import "golang.org/x/net/bpf"

// block is a test with the two places to go on at. Places are indices of blocks,
// or accept and reject.
type block struct {
	*test
	yes, no int
	reached bool
	heldA   operand // what is in A already, whichever way the block was reached
	heldX   uint32  // for which header X holds the length already, plus 1
}

// The ends of a program.
const (
	accept = -1
	reject = -2
)

// graph is a program as blocks. A block goes on at blocks of a lower index only;
// it begins at the entry.
type graph struct {
	blocks []block
	entry  int
}

// build lays the blocks of a condition in front of two places, and returns the
// first of them.
func (g *graph) build(n node, yes, no int) int {
	switch n := n.(type) {
	case *and:
		return g.build(n.a, g.build(n.b, yes, no), no)
	case *or:
		return g.build(n.a, yes, g.build(n.b, yes, no))
	case *not:
		return g.build(n.x, no, yes)
	case truth:
		if n {
			return yes
		}
		return no
	case *test:
		if n.cond == bpf.JumpNotEqual {
			t := *n
			t.cond = bpf.JumpEqual
			n, yes, no = &t, no, yes
		}
		g.blocks = append(g.blocks, block{test: n, yes: yes, no: no})
		return len(g.blocks) - 1
	}
	return no
}

// fact is what a test has shown on the way to a block.
type fact struct {
	operand
	cond bpf.JumpTest
	val  uint32
	held bool
}

// maxFacts bounds what is remembered: the latest is the likeliest to matter.
const maxFacts = 48

// state is what is known where a block begins, whichever way led there.
type state struct {
	facts []fact
	heldA operand
	heldX uint32
}

// optimize makes the blocks of a condition and leaves out what is known already:
// a test whose outcome an earlier one has settled is passed over, and a value
// that is still at hand is not loaded again. No load is left out that has not
// succeeded before, so a frame that was cut is judged as before.
func optimize(tree node) *graph {
	g := &graph{}
	g.entry = g.build(tree, accept, reject)
	states := make([]*state, len(g.blocks))
	if g.entry >= 0 {
		states[g.entry] = &state{}
	}
	for i := len(g.blocks) - 1; i >= 0; i-- {
		s := states[i]
		if s == nil {
			continue // nothing leads here
		}
		b := &g.blocks[i]
		b.reached, b.heldA, b.heldX = true, s.heldA, s.heldX
		after := s.after(b.test)
		for _, way := range []struct {
			to   *int
			held bool
		}{{&b.yes, true}, {&b.no, false}} {
			known := after
			known.facts = s.with(b.test, way.held)
			*way.to = g.follow(*way.to, known.facts)
			if *way.to >= 0 {
				states[*way.to] = states[*way.to].merge(known)
			}
		}
		states[i] = nil
	}
	return g
}

// follow returns where a place leads: past the tests that are settled.
func (g *graph) follow(place int, facts []fact) int {
	for place >= 0 {
		b := &g.blocks[place]
		held, known := settled(b.test, facts)
		switch {
		case !known:
			return place
		case held:
			place = b.yes
		default:
			place = b.no
		}
	}
	return place
}

// settled returns the outcome of a test if facts tell it.
func settled(t *test, facts []fact) (held, known bool) {
	if t.mode == computed {
		return false, false
	}
	for i := len(facts) - 1; i >= 0; i-- {
		f := &facts[i]
		switch {
		case f.operand != t.operand:
		case f.cond == t.cond && f.val == t.val:
			return f.held, true
		case f.cond == bpf.JumpEqual && f.held:
			return holds(t.cond, f.val, t.val), true
		}
	}
	return false, false
}

// with returns the facts after a test.
func (s *state) with(t *test, held bool) []fact {
	if t.mode == computed {
		return s.facts
	}
	old := s.facts
	if len(old) == maxFacts {
		old = old[1:]
	}
	return append(old[:len(old):len(old)], fact{t.operand, t.cond, t.val, held})
}

// after returns what is at hand after a test.
func (s *state) after(t *test) state {
	switch t.mode {
	case computed:
		return state{}
	case transport:
		return state{heldA: t.operand, heldX: t.header + 1}
	case fixed, wire, extension:
	}
	return state{heldA: t.operand, heldX: s.heldX}
}

// merge returns what is known on both ways to a block.
func (s *state) merge(other state) *state {
	if s == nil {
		return &other
	}
	var facts []fact
	for _, f := range s.facts {
		for _, o := range other.facts {
			if f == o {
				facts = append(facts, f)
				break
			}
		}
	}
	s.facts = facts
	if s.heldA != other.heldA {
		s.heldA = operand{}
	}
	if s.heldX != other.heldX {
		s.heldX = 0
	}
	return s
}
