//go:build bench && linux

package benchtest

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// timed is the median time of n runs of a program, and the slowest.
func timed(t *testing.T, n int, name string, args ...string) (middle, slowest time.Duration) {
	t.Helper()
	var took []time.Duration
	for range n {
		begin := time.Now()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		took = append(took, time.Since(begin))
	}
	middle = median(took)
	return middle, took[n-1]
}

func TestBenchStart(t *testing.T) {
	bin := statelab(t)
	tshark := "(none here)"
	if path, err := exec.LookPath("tshark"); err == nil {
		m, _ := timed(t, 3, path, "--version")
		tshark = milliseconds(m)
	}
	m, s := timed(t, 9, bin, "tcp", "demo", "handshake")
	results.add("start to end: tcp demo handshake", milliseconds(m), tshark, "slowest of 9: "+milliseconds(s)+"; peer: tshark --version")
}

// inMemory are benchmarks of single packages that have a peer, by package.
var inMemory = []struct{ what, pkg, ours, peer, remark string }{
	{"decode a frame of 100 octets", "./capture/decode", "BenchmarkDecode/ipv4-100", "BenchmarkGopacket/ipv4-100", "peer: gopacket's DecodingLayerParser"},
	{"decode it, and observe both ends", "./capture/analyze", "BenchmarkDecodeObserve", "BenchmarkGopacket/ipv4-100", "333 ns are 3 million frames a second; peer: the same parser, which observes nothing"},
	{"match a filter", "./capture/filter", "BenchmarkMatch", "BenchmarkMatchNetBPF", "peer: the virtual machine of x/net/bpf"},
	{"compile a filter", "./capture/filter", "BenchmarkCompile", "BenchmarkCompileTcpdump", "peer: the process tcpdump -ddd"},
}

// TestBenchPackages runs them in their own packages: STATELAB_SOURCE is the
// module's folder.
func TestBenchPackages(t *testing.T) {
	source := os.Getenv("STATELAB_SOURCE")
	if source == "" {
		t.Skip("STATELAB_SOURCE names no source")
	}
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^Benchmark(Decode|DecodeObserve|Gopacket|Match|MatchNetBPF|Compile|CompileTcpdump)$",
		"-benchtime", "100ms", "-count", "5", "./capture/analyze", "./capture/decode", "./capture/filter")
	cmd.Dir = source
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 3 && f[3] == "ns/op" {
			name := f[0]
			if i := strings.LastIndexByte(name, '-'); i > 0 && !strings.HasSuffix(name, "ipv4-100") {
				name = name[:i] // the number of processors
			}
			if ns, err := strconv.ParseFloat(f[2], 64); err == nil && (took[name] == 0 || ns < took[name]) {
				took[name] = ns // the least: another program may have had the processor
			}
		}
	}
	for _, m := range inMemory {
		if took[m.ours] == 0 || took[m.peer] == 0 {
			t.Errorf("%s: not measured\n%s", m.what, out)
		}
		results.add(m.what, fmt.Sprintf("%.0f ns", took[m.ours]), fmt.Sprintf("%.0f ns", took[m.peer]), m.remark+"; least of 5")
	}
}
