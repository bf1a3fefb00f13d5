package filter

import "golang.org/x/net/bpf"

// value is an arithmetic expression over a frame: a tree whose leaves are
// constants, the frame's length, and bytes of it. All is unsigned, of 32 bits.
type value struct {
	op          operation
	k           uint32    // constant: the number; load: what is added to the index
	size        int       // load: bytes
	header      uint32    // loadTransport: where the IPv4 header begins
	alu         bpf.ALUOp // calculation
	left, right *value    // calculation; index and negated operand are left
	slots       int       // words of memory that computing it takes
	guards      []node    // load: what must be true of the frame for it to mean anything
}

type operation uint8

const (
	constant operation = iota
	length
	loadFixed     // from offset k + left
	loadTransport // from offset k + left behind the IPv4 header
	calculation
	negate
)

// operators are the arithmetic operators by how tightly they bind. "%" and "^"
// have no rank in libpcap's grammar: whatever follows them is their right side,
// as far as it goes.
var operators = map[string]struct {
	rank int
	alu  bpf.ALUOp
}{
	"|": {1, bpf.ALUOpOr}, "&": {2, bpf.ALUOpAnd},
	"<<": {3, bpf.ALUOpShiftLeft}, ">>": {3, bpf.ALUOpShiftRight},
	"+": {4, bpf.ALUOpAdd}, "-": {4, bpf.ALUOpSub},
	"*": {5, bpf.ALUOpMul}, "/": {5, bpf.ALUOpDiv},
	"%": {unranked, bpf.ALUOpMod}, "^": {unranked, bpf.ALUOpXor},
}

const (
	negation = 6
	unranked = 7
)

// relations are the comparisons.
var relations = map[string]bpf.JumpTest{
	"=": bpf.JumpEqual, "!=": bpf.JumpNotEqual,
	"<": bpf.JumpLessThan, "<=": bpf.JumpLessOrEqual, ">": bpf.JumpGreaterThan, ">=": bpf.JumpGreaterOrEqual,
}

// beginsValue reports whether a value begins here.
func (p *parser) beginsValue() bool {
	t := p.peek()
	if t.kind == number || t.is("-") || t.is("len") {
		return true
	}
	_, isProtocol := protocols[t.text]
	return isProtocol && t.kind == keyword && p.tokens[1].is("[")
}

// relation reads on after a value: the rest of it, and the comparison, if there
// is one.
func (p *parser) relation(it item) item {
	left := p.operations(it.value, 0)
	it.bare = it.bare && left == it.value
	t := p.peek()
	cond, ok := relations[t.text]
	if !ok || t.kind != symbol {
		it.value = left
		return it
	}
	p.next()
	right := p.arithmetic(0)
	return item{at: it.at, node: compare(left, right, cond)}
}

// arithmetic reads a value whose operators bind more tightly than rank.
func (p *parser) arithmetic(rank int) *value { return p.operations(p.operand(), rank) }

// operations reads operators and their right sides after a value.
func (p *parser) operations(left *value, rank int) *value {
	for {
		t := p.peek()
		o, ok := operators[t.text]
		if !ok || t.kind != symbol || o.rank <= rank {
			return left
		}
		p.next()
		over := o.rank
		if over == unranked {
			over = 0
		}
		left = p.combine(t, o.alu, left, p.arithmetic(over))
	}
}

// operand reads a number, the frame's length, bytes of the frame, a negation, or
// a value in parentheses.
func (p *parser) operand() *value {
	defer p.deeper()()
	t := p.next()
	switch {
	case t.kind == number:
		return &value{k: t.value}
	case t.is("len"):
		return &value{op: length}
	case t.is("-"):
		x := p.arithmetic(negation)
		if x.op == constant {
			return &value{k: -x.k}
		}
		return &value{op: negate, left: x, slots: x.slots}
	case t.is("("):
		v := p.arithmetic(0)
		p.expect(")")
		return v
	}
	if protocol, ok := protocols[t.text]; ok && t.kind == keyword && p.peek().is("[") {
		return p.bytes(t, protocol)
	}
	p.fail(t, noNumber(t))
	return nil
}

// combine is one operation.
func (p *parser) combine(t token, alu bpf.ALUOp, left, right *value) *value {
	if right.op == constant {
		switch {
		case right.k == 0 && (alu == bpf.ALUOpDiv || alu == bpf.ALUOpMod):
			p.fail(t, divisionByZero)
		case right.k > 31 && (alu == bpf.ALUOpShiftLeft || alu == bpf.ALUOpShiftRight):
			p.fail(t, shiftTooFar)
		}
		if left.op == constant {
			return &value{k: fold(alu, left.k, right.k)}
		}
	}
	return &value{op: calculation, alu: alu, left: left, right: right, slots: need(left, right)}
}

// fold computes what is known beforehand.
func fold(alu bpf.ALUOp, a, b uint32) uint32 {
	switch alu {
	case bpf.ALUOpAdd:
		return a + b
	case bpf.ALUOpSub:
		return a - b
	case bpf.ALUOpMul:
		return a * b
	case bpf.ALUOpDiv:
		return a / b
	case bpf.ALUOpMod:
		return a % b
	case bpf.ALUOpAnd:
		return a & b
	case bpf.ALUOpOr:
		return a | b
	case bpf.ALUOpXor:
		return a ^ b
	case bpf.ALUOpShiftLeft:
		return a << b
	case bpf.ALUOpShiftRight:
		return a >> b
	}
	return 0
}

// bytes reads an index and finds the bytes that it means: proto [ value : size ].
func (p *parser) bytes(t token, proto protocol) *value {
	p.expect("[")
	at := p.peek()
	index := p.arithmetic(0)
	size := 1
	if p.take(":") {
		n := p.next()
		if n.kind != number || n.value != 1 && n.value != 2 && n.value != 4 {
			p.fail(n, badSize)
		}
		size = int(n.value)
	}
	p.expect("]")
	if index.op == constant && index.k > 0xffff {
		p.fail(at, badIndex)
	}
	v := &value{op: loadFixed, size: size, k: p.network, left: index, slots: index.slots}
	switch proto {
	case link:
		v.k = 0
	case ip, ip6, arp, rarp:
		v.guards = []node{p.protocol(t, proto)}
	case tcp, udp, sctp, icmp, igmp, igrp, pim, vrrp, carp:
		// Of IPv4 alone, and never of a later fragment, which begins with
		// payload.
		v.guards = []node{p.carried(t, proto.ipNumber(), true, false), p.unfragmented()}
		v.op, v.header = loadTransport, p.network
	case icmp6:
		v.guards = []node{p.must(t, etherIPv6), field(p.network+6, 1, proto.ipNumber())}
		v.k += ipv6Header
	case ah, esp, noProtocol:
		p.fail(t, noIndex(t))
	}
	return v
}

// holds compares two numbers.
func holds(cond bpf.JumpTest, a, b uint32) bool {
	switch cond {
	case bpf.JumpEqual:
		return a == b
	case bpf.JumpNotEqual:
		return a != b
	case bpf.JumpLessThan:
		return a < b
	case bpf.JumpLessOrEqual:
		return a <= b
	case bpf.JumpGreaterThan:
		return a > b
	case bpf.JumpGreaterOrEqual:
		return a >= b
	case bpf.JumpBitsSet:
		return a&b != 0
	case bpf.JumpBitsNotSet:
		return a&b == 0
	}
	return false
}
