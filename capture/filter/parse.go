package filter

import (
	"golang.org/x/net/bpf"

	"statelab/capture"
)

// Bounds of what is compiled.
const (
	maxLength       = 16384 // bytes of an expression
	maxDepth        = 100   // parentheses and negations within one another
	maxInstructions = 4096  // Linux takes no more (BPF_MAXINSNS)
)

// parser reads an expression:
//
//	expression = term { ( "and" | "or" ) ( term | id ) } .    (* from left to right: neither goes first *)
//	term       = "not" term | "(" expression ")" | qualifiers id | protocol | primitive
//	           | value relation value .
//	id         = "not" id | "(" id { ( "and" | "or" ) id } ")" | address | number | name .
//	qualifiers = [ protocol ] [ direction ] ( "host" | "net" | "port" | "portrange" )
//	           | [ protocol ] direction | [ protocol ] "proto" .
//
// An id after "and" or "or" takes the qualifiers of what stands before: "port 80
// or 443".
type parser struct {
	expr   string
	tokens []token
	depth  int
	opts   Options
	layers
}

// parse returns the condition that an expression states.
func parse(expr string, l capture.LinkType, opts Options) (tree node, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			e.Expr = expr
			tree, err = nil, e
		default:
			panic(e)
		}
	}()
	if len(expr) > maxLength {
		panic(&Error{Column: 1, message: tooMuch})
	}
	tokens := scan(expr)
	tree = condition(expr, tokens, l, opts, false)
	if !opts.Kernel || l != capture.LinkEthernet || !mentions(tokens, "vlan") {
		return tree, nil
	}
	// The kernel takes the outermost tag out of the frame, and then what follows
	// stands where it would without one; a tag that it leaves in moves the rest.
	// So there are two programs, and the frame decides.
	removed := &test{operand: operand{mode: extension, off: uint32(bpf.ExtVLANTagPresent)}, cond: bpf.JumpNotEqual}
	without := condition(expr, tokens, l, opts, true)
	return &or{&and{removed, without}, &and{&not{removed}, tree}}, nil
}

// condition reads all tokens.
func condition(expr string, tokens []token, l capture.LinkType, opts Options, tagged bool) node {
	if len(tokens) == 1 {
		return truth(true)
	}
	p := &parser{expr: expr, tokens: tokens, opts: opts}
	var ok bool
	if p.layers, ok = newLayers(l); !ok {
		panic(&Error{Column: 1, message: unknownLink(l)})
	}
	p.tagged = tagged
	tree, _ := p.expression(qualifiers{})
	if t := p.next(); t.kind != end {
		p.fail(t, leftOver(t))
	}
	return tree
}

func mentions(tokens []token, word string) bool {
	for _, t := range tokens {
		if t.is(word) {
			return true
		}
	}
	return false
}

// peek returns the next token, next takes it. Behind the last there is the end,
// again and again.
func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if len(p.tokens) > 1 {
		p.tokens = p.tokens[1:]
	}
	return t
}

// take takes the next token if it is this symbol or keyword.
func (p *parser) take(text string) bool {
	if p.peek().is(text) {
		p.next()
		return true
	}
	return false
}

// expect takes the next token, which must be this symbol.
func (p *parser) expect(text string) {
	if t := p.peek(); !p.take(text) {
		p.fail(t, missing(text, t))
	}
}

func (p *parser) fail(t token, m message) { panic(&Error{Column: t.column, message: m}) }

// deeper bounds the recursion; the function that it returns ends it.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.peek(), tooDeep)
	}
	return func() { p.depth-- }
}

// item is what was read: a term, an id, or a value that a relation may follow.
type item struct {
	node  node
	quals qualifiers // what an id after it takes over
	id    bool
	value *value
	bare  bool // the value is a number alone, which can be an id, too
	at    token
}

// expression reads terms and ids with "and" and "or" between them. The first is
// a term.
func (p *parser) expression(outer qualifiers) (node, qualifiers) {
	first := p.settle(p.item(outer, false), outer, false)
	return p.rest(first.node, first.quals)
}

// rest reads what follows the first term of an expression.
func (p *parser) rest(n node, q qualifiers) (node, qualifiers) {
	for {
		isAnd := p.peek().is("&&")
		if !isAnd && !p.peek().is("||") {
			return n, q
		}
		p.next()
		next := p.settle(p.item(q, true), q, true)
		if isAnd {
			n = &and{n, next.node}
		} else {
			n = &or{n, next.node}
		}
		q = next.quals
	}
}

// settle makes a number alone the id that it is, where one may stand, and
// refuses any other value without a relation.
func (p *parser) settle(it item, q qualifiers, ids bool) item {
	if it.value == nil {
		return it
	}
	if t := p.peek(); !it.bare || !ids {
		p.fail(t, noRelation(t, it.bare))
	}
	return item{node: p.number(it.value.k, it.at, q), quals: q, id: true, at: it.at}
}

// item reads what stands between "and" and "or".
func (p *parser) item(q qualifiers, ids bool) item {
	t := p.peek()
	var it item
	switch {
	case t.is("!"):
		defer p.deeper()()
		p.next()
		x := p.settle(p.item(q, ids), q, ids)
		x.node, x.at = &not{x.node}, t
		return x
	case t.is("("):
		it = p.parenthesis(q, ids)
	case p.beginsValue():
		it = item{value: p.operand(), bare: t.kind == number}
	case t.kind == keyword:
		return p.primitive()
	case t.kind == symbol || t.kind == end:
		p.fail(t, nothingHere(t))
	case !ids:
		p.fail(t, unqualified(t))
	default:
		return item{node: p.id(q), quals: q, id: true, at: t}
	}
	it.at = t
	if it.value != nil {
		return p.relation(it)
	}
	return it
}

// parenthesis reads what stands in parentheses: a value, ids or an expression.
func (p *parser) parenthesis(q qualifiers, ids bool) item {
	defer p.deeper()()
	p.next()
	it := p.item(q, ids)
	switch combined := p.peek().is("&&") || p.peek().is("||"); {
	case it.value != nil && !(combined && it.bare && ids):
		if combined {
			p.fail(p.peek(), noRelation(p.peek(), it.bare))
		}
	case it.value != nil || it.id:
		it = p.ids(p.settle(it, q, true), q)
	default:
		it.node, _ = p.rest(it.node, it.quals)
		it.quals = q // what was said in the parentheses does not leave them
	}
	p.expect(")")
	return it
}

// ids reads the rest of the ids in parentheses, which all share the qualifiers
// before.
func (p *parser) ids(first item, q qualifiers) item {
	for {
		isAnd := p.peek().is("&&")
		if !isAnd && !p.peek().is("||") {
			return first
		}
		p.next()
		next := p.onlyID(q)
		if isAnd {
			first.node = &and{first.node, next}
		} else {
			first.node = &or{first.node, next}
		}
	}
}

// onlyID reads an id where nothing else can stand.
func (p *parser) onlyID(q qualifiers) node {
	t := p.peek()
	switch {
	case t.is("!"):
		defer p.deeper()()
		p.next()
		return &not{p.onlyID(q)}
	case t.is("("):
		it := p.parenthesis(q, true)
		if it.value != nil && !it.bare || it.value == nil && !it.id {
			p.fail(t, valuesOnly(q))
		}
		return p.settle(it, q, true).node
	case t.kind == symbol || t.kind == keyword || t.kind == end:
		p.fail(t, noValue(t, q))
	}
	return p.id(q)
}
