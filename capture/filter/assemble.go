package filter

import "golang.org/x/net/bpf"

// body returns the instructions that bring the block's value into A.
func (b *block) body() []instr {
	switch {
	case b.mode != computed && b.heldA == b.operand:
		return nil
	case b.mode == transport && b.heldX != b.header+1:
		return append([]instr{bpf.LoadMemShift{Off: b.header}}, b.load()...)
	}
	return b.load()
}

// size is how many instructions the blocks have, without what far jumps add.
func (g *graph) size() int {
	n := 0
	for i := range g.blocks {
		if g.blocks[i].reached {
			n += len(g.blocks[i].body()) + 1
		}
	}
	return n
}

// branch returns the block's jump.
func (b *block) branch(yes, no int) instr {
	if b.useX {
		return bpf.JumpIfX{Cond: b.cond, SkipTrue: uint8(yes), SkipFalse: uint8(no)}
	}
	return bpf.JumpIf{Cond: b.cond, Val: b.val, SkipTrue: uint8(yes), SkipFalse: uint8(no)}
}

// maxSkip is how far a conditional jump reaches.
const maxSkip = 255

// assemble lays the blocks in a row. A frame that passes is kept to snap bytes.
func assemble(g *graph, snap uint32) []instr {
	l := layout{graph: g, at: make([]int, len(g.blocks)), far: make([]bool, len(g.blocks))}
	for l.place() { // a far jump moves what is behind it, and may make others far
		continue
	}
	code := make([]instr, 0, l.rejectAt+1)
	for i := len(g.blocks) - 1; i >= 0; i-- {
		b := &g.blocks[i]
		if !b.reached {
			continue
		}
		code = append(code, b.body()...)
		yes, no := l.skip(len(code), b.yes), l.skip(len(code), b.no)
		if l.far[i] {
			code = append(code, b.branch(0, 1), bpf.Jump{Skip: uint32(yes - 1)}, bpf.Jump{Skip: uint32(no - 2)})
		} else {
			code = append(code, b.branch(yes, no))
		}
	}
	if l.uses(accept) {
		code = append(code, bpf.RetConstant{Val: snap})
	}
	if l.uses(reject) {
		code = append(code, bpf.RetConstant{})
	}
	return code
}

// layout is where blocks stand in the program.
type layout struct {
	*graph
	at       []int  // by block
	far      []bool // by block: it needs unconditional jumps
	acceptAt int
	rejectAt int
}

// place finds the blocks' places, and reports whether that made another jump
// far.
func (l *layout) place() bool {
	n := 0
	for i := len(l.blocks) - 1; i >= 0; i-- {
		b := &l.blocks[i]
		l.at[i] = n
		if !b.reached {
			continue
		}
		n += len(b.body()) + 1
		if l.far[i] {
			n += 2
		}
	}
	l.acceptAt, l.rejectAt = n, n
	if l.uses(accept) {
		l.rejectAt++
	}
	grown := false
	for i := range l.blocks {
		b := &l.blocks[i]
		jump := l.at[i] + len(b.body())
		if b.reached && !l.far[i] && max(l.skip(jump, b.yes), l.skip(jump, b.no)) > maxSkip {
			l.far[i], grown = true, true
		}
	}
	return grown
}

// skip is how many instructions lie between the one at from and a place.
func (l *layout) skip(from, place int) int {
	switch place {
	case accept:
		return l.acceptAt - from - 1
	case reject:
		return l.rejectAt - from - 1
	}
	return l.at[place] - from - 1
}

// uses reports whether the program may end so.
func (l *layout) uses(end int) bool {
	if l.entry == end {
		return true
	}
	for i := range l.blocks {
		if b := &l.blocks[i]; b.reached && (b.yes == end || b.no == end) {
			return true
		}
	}
	return false
}
