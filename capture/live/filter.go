package live

import (
	"fmt"

	"golang.org/x/net/bpf"

	"statelab/capture"
)

// wholeFrame is what a filter returns to keep a frame whole: more than any
// frame has, as tcpdump's default is.
const wholeFrame = 262144

// Filter makes a classic BPF program for frames of a link type: package filter
// compiles tcpdump's language to such programs. What a program returns beyond
// zero is ignored: Options.SnapLen says how much of a frame is kept.
type Filter func(capture.LinkType) ([]bpf.Instruction, error)

// kernelFilter returns the program that opts ask for, keeping snap bytes of
// what it passes; nil for no filter.
func kernelFilter(opts *Options, link capture.LinkType, snap uint32) ([]bpf.Instruction, error) {
	if opts.Filter == nil {
		return nil, nil
	}
	program, err := opts.Filter(link)
	if err != nil {
		return nil, fmt.Errorf("filter on %s: %w", opts.Interface, err)
	}
	out := append([]bpf.Instruction(nil), program...)
	for i, ins := range out {
		if r, ok := ins.(bpf.RetConstant); ok && r.Val != 0 {
			out[i] = bpf.RetConstant{Val: snap}
		}
	}
	return out, nil
}

// kernelSnap is how many bytes the kernel keeps of a frame: an offloaded frame
// must be whole to be split, so it is cut afterwards.
func kernelSnap(opts *Options) uint32 {
	if opts.NoSplit && opts.SnapLen > 0 {
		return uint32(min(opts.SnapLen, wholeFrame))
	}
	return wholeFrame
}
