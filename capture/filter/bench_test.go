package filter

import (
	"testing"

	"golang.org/x/net/bpf"

	"statelab/capture"
)

const benchExpr = "tcp port 80 and (host 10.0.0.1 or net 192.168.0.0/16) and tcp[tcpflags] & (tcp-syn|tcp-fin) = 0"

func benchFrames() []capture.Frame {
	var frames []capture.Frame
	for i, p := range packets() {
		frames = append(frames, *whole(capture.LinkEthernet, ethernet(i, p)))
	}
	return frames
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		compiled(b, benchExpr, capture.LinkEthernet, Options{})
	}
}

// Match in this package's machine, and beside it in x/net/bpf's.
func BenchmarkMatch(b *testing.B) {
	frames, p := benchFrames(), compiled(b, benchExpr, capture.LinkEthernet, Options{})
	i := 0
	for b.Loop() {
		p.Match(&frames[i%len(frames)])
		i++
	}
}

func BenchmarkMatchNetBPF(b *testing.B) {
	frames, p := benchFrames(), compiled(b, benchExpr, capture.LinkEthernet, Options{})
	vm, err := bpf.NewVM(p.Instructions())
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		_, _ = vm.Run(frames[i%len(frames)].Data)
		i++
	}
}

// Compiling with tcpdump, a process each.
func BenchmarkCompileTcpdump(b *testing.B) {
	needsTcpdump(b)
	for b.Loop() {
		if _, err := tcpdump(b.Context(), capture.LinkEthernet, benchExpr); err != nil {
			b.Fatal(err)
		}
	}
}
