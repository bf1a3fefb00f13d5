// Package filter compiles the filter language of tcpdump, pcap-filter(7), to
// classic BPF: "tcp port 80 and host 10.0.0.1".
//
// A [Program] is for frames of one link type. It runs here, on frames of any
// source, or in the kernel, which then hands over only the frames that pass.
//
// The way from text to program is a file a step: scan (words), parse and arith
// (grammar), primitive and transport (what the words ask of a frame), layers
// (where the headers stand), node (the condition as a tree), optimize and
// assemble (the tree as a program), vm (the program on a frame).
//
// No name is looked up: hosts are addresses, and the names of services and
// protocols are a table of this package, so that an expression means the same
// on every machine.
package filter

import (
	"golang.org/x/net/bpf"

	"statelab/capture"
)

// wholeFrame is what a program returns to keep a frame whole: more than any
// frame has, as tcpdump's default is.
const wholeFrame = 262144

// Options say for whom a program is compiled. The zero value is for frames from
// a file.
type Options struct {
	// Kernel is set for a program that is attached to a Linux packet socket.
	// There the outermost VLAN tag is no longer in the frame: "vlan" asks for it
	// where the kernel keeps it. A program that does so runs in the kernel alone.
	Kernel bool
	// Netmask is the mask of the IPv4 network at the interface, for "ip
	// broadcast"; 0 where it is not known: then only the addresses 0.0.0.0 and
	// 255.255.255.255 are broadcasts.
	Netmask uint32
	// SnapLen is how many bytes of a frame that passes the kernel keeps; 0 for
	// all of them.
	SnapLen uint32
}

// Program is a compiled filter. It is safe for use from several goroutines.
type Program struct {
	expr string
	link capture.LinkType
	code []bpf.Instruction
	raw  []bpf.RawInstruction
}

// Compile compiles an expression for frames of a link type. An empty expression
// passes every frame. Errors are of type *Error.
func Compile(expr string, link capture.LinkType, opts Options) (*Program, error) {
	tree, err := parse(expr, link, opts)
	if err != nil {
		return nil, err
	}
	snap := opts.SnapLen
	if snap == 0 {
		snap = wholeFrame
	}
	g := optimize(tree)
	if n := g.size(); n > maxInstructions {
		return nil, &Error{Expr: expr, Column: 1, message: tooLong(n)}
	}
	code := assemble(g, snap)
	if len(code) > maxInstructions {
		return nil, &Error{Expr: expr, Column: 1, message: tooLong(len(code))}
	}
	raw, err := bpf.Assemble(code)
	if err != nil {
		return nil, err // the compiler's own fault: no expression leads here
	}
	return &Program{expr: expr, link: link, code: code, raw: raw}, nil
}

// ForLink compiles an expression once the link type is known: what a capture
// asks for.
func ForLink(expr string, opts Options) func(capture.LinkType) ([]bpf.Instruction, error) {
	return func(link capture.LinkType) ([]bpf.Instruction, error) {
		p, err := Compile(expr, link, opts)
		if err != nil {
			return nil, err
		}
		return p.Instructions(), nil
	}
}

// Supported reports whether frames of a link type can be filtered at all.
func Supported(link capture.LinkType) bool {
	_, ok := newLayers(link)
	return ok
}

// String returns the expression.
func (p *Program) String() string { return p.expr }

// Link is the link type of the frames that the program is for.
func (p *Program) Link() capture.LinkType { return p.link }

// Instructions returns the program as golang.org/x/net/bpf writes it. It is the
// caller's own.
func (p *Program) Instructions() []bpf.Instruction {
	return append([]bpf.Instruction(nil), p.code...)
}

// Match reports whether a frame passes: never, if it is of another link type
// than the program. "len" is the frame's length on the wire. A frame that was
// cut before what the expression asks for does not pass, whatever the
// expression says of it: so it is in the kernel, and in tcpdump.
func (p *Program) Match(f *capture.Frame) bool {
	return f.Link == p.link && run(p.raw, f) != 0
}
