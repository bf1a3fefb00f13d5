package filter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/bpf"

	"statelab/capture"
)

// names are the link types as tcpdump knows them.
var names = map[capture.LinkType]string{
	capture.LinkEthernet: "EN10MB", capture.LinkSLL: "LINUX_SLL", capture.LinkSLL2: "LINUX_SLL2", capture.LinkRaw: "RAW",
	capture.LinkIPv4: "IPV4", capture.LinkIPv6: "IPV6", capture.LinkNull: "NULL", capture.LinkLoop: "LOOP",
}

var links = []capture.LinkType{
	capture.LinkEthernet, capture.LinkSLL, capture.LinkSLL2, capture.LinkRaw,
	capture.LinkIPv4, capture.LinkIPv6, capture.LinkNull, capture.LinkLoop,
}

// errRejected is that tcpdump does not take the expression.
var errRejected = errors.New("rejected")

// tcpdump compiles an expression with libpcap. A program that can match nothing
// is an error there, and one instruction here.
func tcpdump(ctx context.Context, link capture.LinkType, expr string, flags ...string) ([]bpf.Instruction, error) {
	args := append([]string{"-ddd", "-y", names[link]}, flags...)
	out, err := exec.CommandContext(ctx, "tcpdump", append(args, "--", expr)...).CombinedOutput()
	switch {
	case err != nil && bytes.Contains(out, []byte("rejects all packets")):
		return []bpf.Instruction{bpf.RetConstant{}}, nil
	case err != nil:
		return nil, fmt.Errorf("%w: %s", errRejected, bytes.TrimSpace(out))
	}
	var raw []bpf.RawInstruction
	for line := range strings.Lines(string(out)) {
		var in bpf.RawInstruction
		if n, _ := fmt.Sscan(line, &in.Op, &in.Jt, &in.Jf, &in.K); n == 4 {
			raw = append(raw, in)
		}
	}
	code, ok := bpf.Disassemble(raw)
	if !ok {
		return nil, fmt.Errorf("%q: not understood: %s", expr, out)
	}
	return code, nil
}

func needsTcpdump(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump, whose library is the judge")
	}
}

// verdicts runs a program on frames in x/net/bpf's machine.
func verdicts(t *testing.T, code []bpf.Instruction, frames []capture.Frame) []bool {
	t.Helper()
	vm, err := bpf.NewVM(code)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]bool, len(frames))
	for i := range frames {
		n, err := vm.Run(frames[i].Data)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = n > 0
	}
	return out
}

// count is how many random expressions are judged.
func count() int {
	if os.Getenv("STATELAB_SOAK") != "" {
		return 2000
	}
	return 240
}

// Every expression passes the same frames as with libpcap, of every link type,
// whole and cut. Where libpcap's own optimiser changes the outcome, its program
// without optimisation is right.
func TestSameAsLibpcap(t *testing.T) {
	t.Parallel()
	needsTcpdump(t)
	byLink := map[capture.LinkType][]capture.Frame{}
	for _, l := range links {
		byLink[l] = crafted(l)
	}
	for _, f := range corpus(t) {
		byLink[f.Link] = append(byLink[f.Link], f)
	}
	var mu sync.Mutex
	var passed, optimiser int
	var group sync.WaitGroup
	seeds := make(chan uint64)
	for range 2 {
		group.Go(func() {
			for seed := range seeds {
				link := links[seed%uint64(len(links))]
				if seed%2 == 0 {
					link = capture.LinkEthernet // most of the language is about it
				}
				expr := newRandom(seed, link).expression(2)
				some, byOptimiser := judge(t, seed, link, expr, byLink[link])
				mu.Lock()
				if some {
					passed++
				}
				if byOptimiser {
					optimiser++
				}
				mu.Unlock()
			}
		})
	}
	for seed := range uint64(count()) {
		seeds <- seed
	}
	close(seeds)
	group.Wait()
	t.Logf("%d expressions, of which %d tell frames apart; libpcap's optimiser changed the outcome of %d", count(), passed, optimiser)
	if passed < count()/2 {
		t.Errorf("only %d of %d expressions tell frames apart: the test looks at little", passed, count())
	}
}

// judge compares one expression, and reports whether it passes some frames and
// not others, and whether libpcap's optimiser changed its outcome.
func judge(t *testing.T, seed uint64, link capture.LinkType, expr string, frames []capture.Frame) (some, optimiser bool) {
	t.Helper()
	p, err := Compile(expr, link, Options{})
	want, wantErr := tcpdump(t.Context(), link, expr)
	if err != nil || wantErr != nil {
		t.Errorf("seed %d, %v: %q: %v; libpcap: %v", seed, link, expr, err, wantErr)
		return false, false
	}
	got := verdicts(t, p.Instructions(), frames)
	for i := range frames {
		some = some || got[i] != got[0]
		if p.Match(&frames[i]) != got[i] {
			t.Errorf("seed %d, %v: %q: Match says %t of % x", seed, link, expr, !got[i], frames[i].Data)
			break
		}
	}
	optimised := verdicts(t, want, frames)
	if slices.Equal(got, optimised) {
		return some, false
	}
	plain, err := tcpdump(t.Context(), link, expr, "-O")
	if err != nil {
		t.Error(err)
		return some, false
	}
	// Frame by frame, since the optimiser changes the outcome for some of those
	// that were cut: it leaves out loads that cannot succeed, and not always.
	unoptimised := verdicts(t, plain, frames)
	for i := range frames {
		if got[i] != optimised[i] && got[i] != unoptimised[i] {
			t.Errorf("seed %d, %v: %q: we say %t, libpcap %t of % x", seed, link, expr, got[i], !got[i], frames[i].Data)
			return some, true
		}
	}
	return some, true
}

// What libpcap does not take, we do not take, and the other way round.
func TestRejectsAsLibpcap(t *testing.T) {
	t.Parallel()
	needsTcpdump(t)
	var rejected atomic.Int64
	var group sync.WaitGroup
	seeds := make(chan uint64)
	for range 2 {
		group.Go(func() {
			for seed := range seeds {
				link := links[seed%uint64(len(links))]
				r := newRandom(seed, link)
				expr := r.damaged(r.expression(1))
				_, err := Compile(expr, link, Options{})
				_, want := tcpdump(t.Context(), link, expr)
				if err != nil {
					rejected.Add(1)
				}
				if (err != nil) != (want != nil) {
					t.Errorf("seed %d, %v: %q: %v; libpcap: %v", seed, link, expr, err, want)
				}
			}
		})
	}
	for seed := range uint64(count()) {
		seeds <- seed
	}
	close(seeds)
	group.Wait()
	if n := int(rejected.Load()); n < count()/3 {
		t.Errorf("only %d of %d expressions are not valid", n, count())
	}
}
