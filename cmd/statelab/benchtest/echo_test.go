//go:build bench && linux

package benchtest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

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

// echoRate pumps blocks through an echo server over four connections, and
// returns MB/s.
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
		// A turn ends, also where the kernel has no memory left for its sockets.
		if err := c.SetDeadline(begin.Add(10 * length)); err != nil {
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

// TestBenchEcho lets the two servers take turns, and each pair of turns is
// compared with itself: a busy machine is busy for both.
func TestBenchEcho(t *testing.T) {
	bin := statelab(t)
	bare := start(t, benchRole+"=bare-echo", os.Args[0])
	ours := start(t, "X=", bin, "tcp", "serve", "127.0.0.1:0", "-o", os.DevNull, "--max-line", "0")
	var ratios, us, them []float64
	for i := range 10 {
		var b, o float64
		if i%2 == 0 {
			b, o = echoRate(t, bare.addr, time.Second), echoRate(t, ours.addr, time.Second)
		} else {
			o, b = echoRate(t, ours.addr, time.Second), echoRate(t, bare.addr, time.Second)
		}
		ratios, us, them = append(ratios, o/b), append(us, o), append(them, b)
	}
	m := median(ratios)
	results.add("echo over 4 connections", fmt.Sprintf("%.0f MB/s", median(us)), fmt.Sprintf("%.0f MB/s", median(them)),
		fmt.Sprintf("ratio %.2f (%.2f–%.2f in 10 turns), states shown; peer: io.Copy", m, slices.Min(ratios), slices.Max(ratios)))
}

// TestBenchIdle holds connections on which nothing happens, with their states
// shown, and measures what they cost.
func TestBenchIdle(t *testing.T) {
	bin := statelab(t)
	const wanted, spare, calm, watched = 20_000, 500, 10 * time.Second, 10 * time.Second
	connections := min(wanted, raiseFiles(t, wanted+spare)-spare)
	remark := ""
	if connections < wanted {
		remark = fmt.Sprintf("; %d were wanted, and the limit of descriptors could not be raised", wanted)
	}
	ours := start(t, "X=", bin, "tcp", "serve", "127.0.0.1:0", "-o", os.DevNull, "--max-connections", "0", "--idle", "0")
	bare := start(t, benchRole+"=bare-echo", os.Args[0])
	before := ours.rss(t)
	hold(t, ours.addr, connections)
	after := ours.rss(t)
	time.Sleep(calm)
	begin := ours.busy(t)
	time.Sleep(watched)
	spent := ours.busy(t) - begin
	// io.Copy splices, and holds a pipe for each connection: three descriptors.
	fewer := connections / 4
	bareBefore := bare.rss(t)
	hold(t, bare.addr, fewer)
	each := func(grown int64, n int) float64 { return float64(grown) / float64(n) / 1e3 }
	results.add(fmt.Sprintf("resident with %d idle connections", connections), fmt.Sprintf("%.0f MB, %.1f KB each", float64(after)/1e6, each(after-before, connections)),
		fmt.Sprintf("%.1f KB each", each(bare.rss(t)-bareBefore, fewer)),
		fmt.Sprintf("both ends' states shown; peer: io.Copy, with %d%s", fewer, remark))
	results.add("processor while they are idle", fmt.Sprintf("%.2f %% of a core", 100*spent.Seconds()/watched.Seconds()), "", fmt.Sprintf("over %v, from %v after the last was opened; other programs' TCP makes it look closer", watched, calm))
}

// hold opens idle connections in a process of its own, which has as many
// descriptors as this one.
func hold(t *testing.T, to netip.AddrPort, connections int) {
	t.Helper()
	clients := exec.Command(os.Args[0], to.String(), strconv.Itoa(connections))
	clients.Env = append(os.Environ(), benchRole+"=idle")
	clients.Stderr = os.Stderr
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
	t.Cleanup(func() {
		_ = in.Close()
		_ = clients.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(line) != strconv.Itoa(connections) {
		t.Fatalf("%s connections, want %d", strings.TrimSpace(line), connections)
	}
}

// raiseFiles asks for n file descriptors, for this process and those that it
// starts, and returns how many there are. The hard limit is raised where that
// is allowed.
func raiseFiles(t *testing.T, n uint64) int {
	t.Helper()
	var lim unix.Rlimit
	if err := unix.Prlimit(0, unix.RLIMIT_NOFILE, nil, &lim); err != nil {
		t.Fatal(err)
	}
	if lim.Cur >= n {
		return int(n)
	}
	raised := unix.Rlimit{Cur: n, Max: max(n, lim.Max)}
	if err := unix.Prlimit(0, unix.RLIMIT_NOFILE, &raised, nil); err != nil {
		t.Logf("the limit of %d descriptors cannot be raised: %v", lim.Max, err)
		raised = unix.Rlimit{Cur: lim.Max, Max: lim.Max}
		if err := unix.Prlimit(0, unix.RLIMIT_NOFILE, &raised, nil); err != nil {
			t.Fatal(err)
		}
	}
	return int(min(raised.Cur, n))
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
