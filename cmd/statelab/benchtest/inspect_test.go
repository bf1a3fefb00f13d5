//go:build bench && linux

package benchtest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// full, by STATELAB_BENCH_FULL=1, measures what takes more than a few minutes.
var full = os.Getenv("STATELAB_BENCH_FULL") != ""

// The trace that is inspected: about 630 bytes a frame.
const (
	inspectFrames = 500_000
	// tsharkFrames is the part that tshark gets, unless full gives it all.
	tsharkFrames = 50_000
	rounds       = 3
)

// cost is what one run took.
type cost struct {
	wall, cpu time.Duration
	rss       int64 // bytes, the most that were resident
}

// measure runs a program with nothing but a pipe or a file to read.
func measure(name string, stdin io.Reader, args ...string) (cost, error) {
	cmd := exec.Command(name, args...)
	cmd.Stdin = stdin
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	begin := time.Now()
	err := cmd.Run()
	c := cost{wall: time.Since(begin)}
	if err != nil {
		return c, fmt.Errorf("%s: %w: %s", name, err, stderr.String())
	}
	used := cmd.ProcessState
	c.cpu = used.UserTime() + used.SystemTime()
	c.rss = used.SysUsage().(*syscall.Rusage).Maxrss << 10
	return c, nil
}

// best is the least of several runs, in each respect.
func best(t *testing.T, name string, args ...string) cost {
	t.Helper()
	var least cost
	for i := range rounds {
		c, err := measure(name, nil, args...)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			least = c
		}
		least.wall, least.cpu, least.rss = min(least.wall, c.wall), min(least.cpu, c.cpu), max(least.rss, c.rss)
	}
	return least
}

// gentrace writes a trace of n frames and returns its name.
func gentrace(t *testing.T, file string, args ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), file)
	if out, err := exec.Command(generator(t), append(args, "-o", name)...).CombinedOutput(); err != nil {
		t.Fatalf("gentrace: %v: %s", err, out)
	}
	return name
}

func generator(t *testing.T) string {
	t.Helper()
	bin := os.Getenv("STATELAB_GENTRACE")
	if bin == "" {
		t.Fatal("STATELAB_GENTRACE names no program: run make bench")
	}
	return bin
}

// tsharkFields are what comes nearest to what inspect tells.
var tsharkFields = []string{
	"frame.number", "tcp.stream", "tcp.analysis.flags", "tcp.analysis.retransmission", "tcp.analysis.fast_retransmission",
	"tcp.analysis.spurious_retransmission", "tcp.analysis.out_of_order", "tcp.analysis.lost_segment", "tcp.analysis.duplicate_ack",
	"tcp.analysis.acks_frame", "tcp.analysis.ack_rtt", "tcp.analysis.bytes_in_flight",
	"http.request.method", "http.request.uri", "http.response.code", "http.time",
}

// TestBenchInspect lays a whole analysis beside its peers: tshark and tcptrace
// analyse the same trace, tcpdump copies it.
func TestBenchInspect(t *testing.T) {
	bin := statelab(t)
	file := gentrace(t, "big.pcap", "-frames", strconv.Itoa(inspectFrames))
	ours := best(t, bin, "inspect", file, "--view", "summary")
	say := func(c cost) string { return fmt.Sprintf("%.2f s, %.0f MiB", c.wall.Seconds(), float64(c.rss)/(1<<20)) }
	what := fmt.Sprintf("inspect %d frames", inspectFrames)
	row := func(name string, c cost) {
		results.add(what, say(ours), say(c), fmt.Sprintf("%.1f × ours; peer: %s; least of %d runs", float64(c.wall)/float64(ours.wall), name, rounds))
	}
	if full {
		for _, format := range []string{"json", "jsonl", "events"} {
			results.add(what+" --format "+format, say(best(t, bin, "inspect", file, "--format", format, "-o", os.DevNull)), "", "")
		}
	}
	peer := func(name string, args ...string) {
		if _, err := exec.LookPath(name); err != nil {
			results.add(what, say(ours), "(not installed)", "peer: "+name)
			return
		}
		row(name+" "+strings.ReplaceAll(strings.Join(args[:len(args)-1], " "), file, "FILE"), best(t, name, args...))
	}
	peer("tcpdump", "-r", file, "-w", os.DevNull)
	peer("tcptrace", "-n", "-l", "-r", file)
	tshark(t, file, row)
}

// tshark measures tshark, by a part of the trace unless all of it is asked for.
func tshark(t *testing.T, file string, row func(string, cost)) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		results.add("inspect", "", "(not installed)", "peer: tshark")
		return
	}
	name, scale := "tshark -T fields", 1.0
	if !full {
		file = gentrace(t, "part.pcap", "-frames", strconv.Itoa(tsharkFrames))
		scale = float64(inspectFrames) / tsharkFrames
		name += fmt.Sprintf(" (%d frames × %.0f)", tsharkFrames, scale)
	}
	args := []string{"-r", file, "-T", "fields"}
	for _, f := range tsharkFields {
		args = append(args, "-e", f)
	}
	c, err := measure("tshark", nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	c.wall, c.cpu = time.Duration(float64(c.wall)*scale), time.Duration(float64(c.cpu)*scale)
	row(name, c)
}

// TestBenchMemory reads from a pipe, where no part of a trace can be looked at
// again: ten times the trace, and a flood of connections.
func TestBenchMemory(t *testing.T) {
	bin := statelab(t)
	frames, formats := "1000000", []string{"summary"}
	if full {
		frames, formats = "20000000", []string{"summary", "json", "jsonl", "events"}
	}
	for _, load := range []struct {
		name string
		args []string
	}{
		{frames + " frames from a pipe", []string{"-frames", frames}},
		{"300000 connections of one SYN", []string{"-syns", "-frames", "300000"}},
	} {
		for _, format := range formats {
			made := exec.Command(generator(t), load.args...)
			pipe, err := made.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := made.Start(); err != nil {
				t.Fatal(err)
			}
			as := "--format"
			if format == "summary" {
				as = "--view"
			}
			c, err := measure(bin, pipe, "inspect", "-", as, format, "-o", os.DevNull)
			_ = pipe.Close() // else the generator would wait for a reader that is gone
			_ = made.Wait()
			if err != nil {
				t.Fatal(err)
			}
			results.add("inspect "+load.name, fmt.Sprintf("%.0f MiB, %.2f s", float64(c.rss)/(1<<20), c.wall.Seconds()), "", "resident at most; "+as+" "+format)
		}
	}
}

// TestBenchFirstRow tells how long it takes until the first rows of a ladder are
// there.
func TestBenchFirstRow(t *testing.T) {
	bin := statelab(t)
	file := gentrace(t, "big.pcap", "-frames", strconv.Itoa(inspectFrames/10))
	least := time.Hour
	for range 5 {
		cmd := exec.Command(bin, "inspect", file)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		buf, got := make([]byte, 1<<12), 0
		for got < 1<<10 {
			n, err := out.Read(buf)
			if got += n; err != nil {
				t.Fatal(err)
			}
		}
		least = min(least, time.Since(begin))
		_ = out.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	results.add("inspect, until the first rows of the ladder", milliseconds(least), "", fmt.Sprintf("of %d frames; least of 5 runs", inspectFrames/10))
}
