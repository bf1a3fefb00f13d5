//go:build bench && linux

// Package benchtest measures whole processes beside their peers. `make bench`
// runs it: it is no part of the tests.
package benchtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"statelab/capture"
	"statelab/capture/filter"
	"statelab/capture/live"
	"statelab/capture/pcapfile"
)

// benchRole, in the environment, makes this test binary another program: the
// peer, or the part of statelab that is measured by itself.
const benchRole = "STATELAB_BENCH_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(benchRole) {
	case "bare-echo":
		fail(bareEcho())
	case "ring":
		fail(ringCapture(os.Args[1], os.Args[2]))
	case "blast":
		fail(blast())
	case "idle":
		fail(idleClients(os.Args[1], os.Args[2]))
	default:
		os.Exit(m.Run())
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bareEcho is the echo server that anyone would write.
func bareEcho() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			_, _ = io.Copy(c, c)
			_ = c.Close()
		}()
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
		_ = cmd.Process.Signal(os.Interrupt)
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

func TestBenchStart(t *testing.T) {
	bin := statelab(t)
	for _, args := range [][]string{{"tcp", "demo", "handshake"}, {"tcp", "demo", "echo"}, {"demo"}} {
		var took []time.Duration
		for range 15 {
			begin := time.Now()
			if err := exec.Command(bin, args...).Run(); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(begin))
		}
		slices.Sort(took)
		t.Logf("statelab %-20s median %v, slowest %v of %d", strings.Join(args, " "), took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), len(took))
	}
}

// echoRate pumps blocks through an echo server over four connections.
func echoRate(t *testing.T, to netip.AddrPort, length time.Duration) float64 {
	t.Helper()
	var total int64
	var mu sync.Mutex
	var all sync.WaitGroup
	begin := time.Now()
	for range 4 {
		c, err := net.Dial("tcp", to.String())
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			defer c.Close()
			go func() {
				block := bytes.Repeat([]byte("0123456789abcde\n"), 4096)
				for time.Since(begin) < length {
					if _, err := c.Write(block); err != nil {
						return
					}
				}
				_ = c.(*net.TCPConn).CloseWrite()
			}()
			n, _ := io.Copy(io.Discard, c)
			mu.Lock()
			total += n
			mu.Unlock()
		})
	}
	all.Wait()
	return float64(total) / time.Since(begin).Seconds() / 1e6
}

func TestBenchEcho(t *testing.T) {
	bin := statelab(t)
	bare := start(t, benchRole+"=bare-echo", os.Args[0])
	ours := start(t, "X=", bin, "tcp", "serve", "127.0.0.1:0", "-o", os.DevNull, "--max-line", "0")
	var ratios []float64
	for range 5 {
		b := echoRate(t, bare.addr, time.Second)
		o := echoRate(t, ours.addr, time.Second)
		ratios = append(ratios, o/b)
		t.Logf("echo over 4 connections: bare Go %.0f MB/s, statelab with states shown %.0f MB/s, ratio %.2f", b, o, o/b)
	}
	slices.Sort(ratios)
	t.Logf("median ratio %.2f", ratios[len(ratios)/2])
}

func TestBenchIdle(t *testing.T) {
	bin := statelab(t)
	connections := raiseFiles(t, 21_000) - 1000
	ours := start(t, "X=", bin, "tcp", "serve", "127.0.0.1:0", "-o", os.DevNull, "--max-connections", "0", "--idle", "0")
	before := ours.rss(t)
	clients := exec.Command(os.Args[0], ours.addr.String(), strconv.Itoa(connections))
	clients.Env = append(os.Environ(), benchRole+"=idle")
	out, err := clients.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := clients.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := clients.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	after := ours.rss(t)
	t.Logf("%s idle connections: resident %.0f MB before, %.0f MB with them (%.1f KB each)", strings.TrimSpace(line), float64(before)/1e6, float64(after)/1e6, float64(after-before)/float64(connections)/1e3)
	_ = in.Close()
	if err := clients.Wait(); err != nil {
		t.Error(err)
	}
}

// raiseFiles asks for n file descriptors and returns how many there are.
func raiseFiles(t *testing.T, n uint64) int {
	t.Helper()
	lim := syscall.Rlimit{Cur: n, Max: n}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		t.Logf("file descriptors stay limited: %v", err)
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
			t.Fatal(err)
		}
	}
	return int(min(lim.Cur, n))
}

// idleClients holds n connections, each of which has echoed one byte, until
// stdin is closed.
func idleClients(addr, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	all := make([]net.Conn, 0, n)
	b := []byte("x")
	for i := range n {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%8))}}
		c, err := d.Dial("tcp", addr)
		if err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
		if _, err := c.Write(b); err != nil {
			return err
		}
		if _, err := io.ReadFull(c, b); err != nil {
			return err
		}
		all = append(all, c)
	}
	fmt.Println(len(all))
	_, err = io.Copy(io.Discard, os.Stdin)
	for _, c := range all {
		_ = c.Close()
	}
	return err
}

// TestBenchCapture runs in a network namespace of its own: `make bench` starts
// it under unshare -n.
func TestBenchCapture(t *testing.T) {
	if os.Getenv("STATELAB_BENCH_NETNS") == "" {
		t.Skip("needs a network namespace of its own; make bench makes one, as root")
	}
	for _, rate := range []string{"100000", "400000"} {
		for _, tool := range []string{"statelab's ring", "tcpdump"} {
			t.Log(captureLoss(t, tool, rate))
		}
	}
}

func captureLoss(t *testing.T, tool, rate string) string {
	t.Helper()
	file := t.TempDir() + "/x"
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tcpdump", "-i", "lo", "-w", file, "udp", "port", "9999")
	if tool != "tcpdump" {
		cmd = exec.CommandContext(ctx, os.Args[0], "lo", file)
		cmd.Env = append(os.Environ(), benchRole+"=ring")
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	report := bufio.NewReader(stderr)
	for {
		line, err := report.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: %v", tool, err)
		}
		if strings.Contains(line, "listening") {
			break
		}
	}
	load := exec.CommandContext(ctx, os.Args[0])
	load.Env = append(os.Environ(), benchRole+"=blast", "RATE="+rate)
	sent, err := load.Output()
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	rest, _ := io.ReadAll(report)
	_ = cmd.Wait()
	usage := cmd.ProcessState
	return fmt.Sprintf("%-16s at %s packets/s for 3 s: %s sent; %s; CPU %.2f s", tool, rate, strings.TrimSpace(string(sent)),
		strings.ReplaceAll(strings.TrimSpace(string(rest)), "\n", ", "), (usage.UserTime() + usage.SystemTime()).Seconds())
}

// ringCapture writes what passes port 9999 until it is interrupted.
func ringCapture(name, file string) error {
	h, err := live.Open(context.Background(), live.Options{Interface: name, Filter: filter.ForLink("udp dst port 9999", filter.Options{Kernel: true})})
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 1<<20)
	w, err := pcapfile.NewWriter(buf, pcapfile.WriterOptions{Link: h.Link(), Batch: 1 << 16})
	if err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	go func() { <-stop; h.Drain() }()
	fmt.Fprintln(os.Stderr, "listening")
	n := 0
	for fr, err := range h.Frames() {
		if err != nil {
			return err
		}
		if fr.Marks.Has(capture.Tick) {
			continue
		}
		n++
		if err := w.WriteFrame(fr); err != nil {
			return err
		}
	}
	s, err := h.Stats()
	fmt.Fprintf(os.Stderr, "%d packets captured\n%d packets dropped by kernel\n", n, s.Dropped)
	return errors.Join(err, w.Flush(), buf.Flush(), f.Close(), h.Close())
}

// blast sends UDP datagrams of 64 bytes to loopback for three seconds at RATE
// a second, and prints how many.
func blast() error {
	rate, err := strconv.Atoi(os.Getenv("RATE"))
	if err != nil {
		return err
	}
	sink, err := net.ListenPacket("udp", "127.0.0.1:9999")
	if err != nil {
		return err
	}
	defer sink.Close()
	c, err := net.Dial("udp", "127.0.0.1:9999")
	if err != nil {
		return err
	}
	defer c.Close()
	raw, err := c.(*net.UDPConn).SyscallConn()
	if err != nil {
		return err
	}
	b := make([]byte, 22) // 64 bytes on the wire
	begin := time.Now()
	sent := 0
	for time.Since(begin) < 3*time.Second {
		due := int(time.Since(begin).Seconds() * float64(rate))
		for ; sent < due; sent++ {
			if err := raw.Write(func(fd uintptr) bool { _ = unix.Send(int(fd), b, 0); return true }); err != nil {
				return err
			}
		}
	}
	fmt.Println(sent)
	return nil
}
