//go:build bench && linux

// Package benchtest measures statelab beside its peers, each pair in one run,
// and prints one table. `make bench` runs it: it is no part of the tests.
package benchtest

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// benchRole, in the environment, makes this test binary another program: a peer,
// a load, or the part of statelab that is measured by itself.
const benchRole = "STATELAB_BENCH_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(benchRole) {
	case "bare-echo":
		fail(bareEcho())
	case "bare-http":
		fail(bareHTTP(os.Args[1]))
	case "ring":
		fail(ringCapture(os.Args[1], os.Args[2]))
	case "blast":
		fail(blast(os.Args[1:]))
	case "idle":
		fail(idleClients(os.Args[1], os.Args[2]))
	case "namespace": // the tests go on in it
		if err := loopbackUp(); err != nil {
			fail(err)
		}
		os.Exit(m.Run())
	default:
		code := m.Run()
		results.print(os.Stdout)
		os.Exit(code)
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// row is one measurement beside its peer.
type row struct{ what, ours, peer, remark string }

// table is what was measured, in order.
type table []row

var results table

func (t *table) add(what, ours, peer, remark string) {
	*t = append(*t, row{what, ours, peer, remark})
}

func (t *table) print(w io.Writer) {
	all := append(table{{"measured", "statelab", "peer", "remark"}}, *t...)
	var width [3]int
	for _, r := range all {
		for i, s := range []string{r.what, r.ours, r.peer} {
			width[i] = max(width[i], len([]rune(s)))
		}
	}
	for _, r := range all {
		line := fmt.Sprintf("%-*s  %-*s  %-*s  %s", width[0], r.what, width[1], r.ours, width[2], r.peer, r.remark)
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// statelab is the built program, named by the environment.
func statelab(t *testing.T) string {
	t.Helper()
	bin := os.Getenv("STATELAB_BIN")
	if bin == "" {
		t.Fatal("STATELAB_BIN names no program: run make bench")
	}
	return bin
}

// program is a process that was started, and its first line on stderr that
// holds an address.
type program struct {
	cmd  *exec.Cmd
	addr netip.AddrPort
}

var addressLine = regexp.MustCompile(`127\.0\.0\.1:\d+`)

func start(t *testing.T, env string, name string, args ...string) *program {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p := &program{cmd: cmd}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if a := addressLine.FindString(lines.Text()); a != "" {
			p.addr = netip.MustParseAddrPort(a)
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return p
		}
	}
	t.Fatalf("%s printed no address", name)
	return nil
}

// rss is the memory that the process has resident, in bytes.
func (p *program) rss(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kib, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// busy is the processor time that the process has had, in all of its threads.
func (p *program) busy(t *testing.T) time.Duration {
	t.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var sum time.Duration
	for _, thread := range threads {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", p.cmd.Process.Pid, thread.Name()))
		if err != nil {
			continue // it has ended
		}
		ns, err := strconv.ParseInt(strings.Fields(string(b))[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += time.Duration(ns)
	}
	return sum
}

// median of some values, which it sorts.
func median[T int | int64 | float64 | time.Duration](all []T) T {
	slices.Sort(all)
	return all[len(all)/2]
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + " ms"
}
