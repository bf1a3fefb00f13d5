//go:build bench && linux

package benchtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/filter"
	"statelab/capture/live"
	"statelab/capture/pcapfile"
)

// captureLoads are what is captured: so many datagrams of so many octets, as
// frames, by so many senders, each paced to a rate or, with 0, as fast as it
// can.
var captureLoads = []struct {
	what                       string
	frame, senders, rate, each int
}{
	{"64-byte frames, 100 k/s", 64, 1, 100_000, 200_000},
	{"64-byte frames, 400 k/s", 64, 1, 400_000, 800_000},
	{"64-byte frames, 2 senders flat out", 64, 2, 0, 500_000},
}

// TestBenchCapture captures one load after another in a network namespace of its
// own, by statelab's ring and by tcpdump in turns.
func TestBenchCapture(t *testing.T) {
	if os.Getenv(benchRole) == "namespace" {
		t.Skip("the other test's")
	}
	if _, err := exec.LookPath("tcpdump"); err != nil || os.Getuid() != 0 {
		results.add("capture", "", "", "not measured: needs root, for a network namespace of its own, and tcpdump")
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestInNamespace$", "-test.v")
	cmd.Env = append(os.Environ(), benchRole+"=namespace")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) == 4 {
			results.add(f[0], f[1], f[2], f[3])
		}
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestInNamespace is TestBenchCapture's other half.
func TestInNamespace(t *testing.T) {
	if os.Getenv(benchRole) != "namespace" {
		t.Skip("runs in a namespace of its own")
	}
	const rounds = 3
	for _, load := range captureLoads {
		var lost, dropped [2]int
		var cpu [2]time.Duration
		var rate []float64
		for round := range rounds {
			for turn := range 2 {
				tool := (round + turn) % 2
				c := captureOnce(t, tool, load.frame, load.senders, load.rate, load.each)
				lost[tool] += c.lost
				dropped[tool] += c.dropped
				cpu[tool] += c.cpu
				rate = append(rate, c.rate)
			}
		}
		all := rounds * load.senders * load.each
		say := func(tool int) string {
			return fmt.Sprintf("%d lost (%.2f %%), %.1f s", lost[tool], 100*float64(lost[tool])/float64(all), cpu[tool].Seconds())
		}
		// On loopback the kernel shows tcpdump each frame as it leaves and as it
		// arrives, and counts both.
		remark := fmt.Sprintf("of %d in %d rounds at %.0f k/s, and processor time; the kernel tells of %d and %d dropped; peer: tcpdump -w",
			all, rounds, median(rate)/1e3, dropped[0], dropped[1])
		fmt.Println(strings.Join([]string{"capture " + load.what, say(0), say(1), remark}, "\t"))
	}
}

// captured is what a capture did with one load.
type captured struct {
	lost, dropped int     // by the numbers in the datagrams, and as the kernel told the tool
	rate          float64 // datagrams a second, as sent
	cpu           time.Duration
}

// captureOnce captures a load with the ring (0) or tcpdump (1). The tool is
// stopped when it has written all that it will: its file has stopped growing.
func captureOnce(t *testing.T, tool, frame, senders, rate, each int) captured {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "x")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tcpdump", "-i", "lo", "-w", file, "udp", "port", "9999")
	if tool == 0 {
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
	for line := ""; !strings.Contains(line, "listening"); {
		if line, err = report.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	took := sendAll(ctx, t, frame, senders, rate, each)
	settled(t, file)
	_ = cmd.Process.Signal(os.Interrupt)
	rest, _ := io.ReadAll(report)
	_ = cmd.Wait()
	c := captured{
		rate: float64(senders*each) / took.Seconds(), lost: senders*each - distinct(t, file, senders, each),
		cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), dropped: -1,
	}
	if m := droppedLine.FindSubmatch(rest); m != nil {
		c.dropped, _ = strconv.Atoi(string(m[1]))
	}
	_ = os.Remove(file)
	return c
}

var droppedLine = regexp.MustCompile(`(\d+) packets? dropped by kernel`)

// settled waits until a file has not grown for a second, half a minute at most.
func settled(t *testing.T, file string) {
	t.Helper()
	size, same := int64(-1), 0
	for range 300 {
		time.Sleep(100 * time.Millisecond)
		s, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if same++; s.Size() != size {
			size, same = s.Size(), 0
		}
		if same == 10 {
			return
		}
	}
	t.Errorf("%s still grows", file)
}

// distinct counts the datagrams of a trace, each once, by the numbers in them.
func distinct(t *testing.T, file string, senders, each int) (n int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapfile.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	seen := make([]bool, senders*each)
	for fr, err := range r.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		const payload = 14 + 20 + 8
		if len(fr.Data) < payload+8 {
			t.Fatalf("a frame of %d bytes", len(fr.Data))
		}
		at := int(binary.BigEndian.Uint32(fr.Data[payload:]))*each + int(binary.BigEndian.Uint32(fr.Data[payload+4:]))
		if !seen[at] {
			seen[at] = true
			n++
		}
	}
	return n
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
	for fr, err := range h.Frames() {
		if err != nil {
			return err
		}
		if fr.Marks.Has(capture.Tick) {
			continue
		}
		if err := w.WriteFrame(fr); err != nil {
			return err
		}
	}
	s, err := h.Stats()
	fmt.Fprintf(os.Stderr, "%d packets dropped by kernel\n", s.Dropped)
	return errors.Join(err, w.Flush(), buf.Flush(), f.Close(), h.Close())
}

// sendAll runs the senders at one time, and returns how long they took.
func sendAll(ctx context.Context, t *testing.T, frame, senders, rate, each int) time.Duration {
	t.Helper()
	begin := time.Now()
	var all []*exec.Cmd
	var complaints bytes.Buffer
	for i := range senders {
		cmd := exec.CommandContext(ctx, os.Args[0], strconv.Itoa(i), strconv.Itoa(frame), strconv.Itoa(rate), strconv.Itoa(each))
		cmd.Env = append(os.Environ(), benchRole+"=blast")
		cmd.Stderr = &complaints
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	for _, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("sender: %v\n%s", err, complaints.Bytes())
		}
	}
	return time.Since(begin)
}
