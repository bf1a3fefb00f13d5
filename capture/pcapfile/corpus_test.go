package pcapfile_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/pcapfile"
	"statelab/capture/tcpstate/tsharktest"
)

// corpusDir is where the reference captures are, or "".
func corpusDir() string {
	for _, dir := range []string{os.Getenv("STATELAB_CORPUS"), "../../../shared/corpus"} {
		if _, err := os.Stat(filepath.Join(dir, "captures")); dir != "" && err == nil {
			return dir
		}
	}
	return ""
}

// corpus returns the paths of the reference captures, none where they are
// absent.
func corpus(tb testing.TB) []string {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(corpusDir(), "captures", "*.pcap*"))
	if err != nil {
		tb.Fatal(err)
	}
	return paths
}

// unavailable skips, except under CI, where nothing may be skipped.
func unavailable(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// lastFrame is the largest frame number in a reference table: only frames with
// a TCP header have a row.
func lastFrame(t *testing.T, path string) int {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table := csv.NewReader(file)
	table.Comma, table.LazyQuotes = '\t', true
	rows, err := table.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		last = max(last, n)
	}
	return last
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	paths := corpus(t)
	if len(paths) == 0 {
		unavailable(t, "the reference captures are absent: set STATELAB_CORPUS to their folder")
	}
	for _, path := range paths {
		id := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), "ng"), ".pcap")
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			frames := mustRead(t, file)
			if want := lastFrame(t, filepath.Join(corpusDir(), "frames", id+".tsv")); len(frames) < want || want == 0 {
				t.Errorf("%d frames; the reference knows frame %d", len(frames), want)
			}
			again := mustRead(t, write(t, pcapfile.WriterOptions{Link: frames[0].Link}, frames...))
			for i := range frames {
				if a, b := frames[i], again[i]; !a.Time.Equal(b.Time) || !bytes.Equal(a.Data, b.Data) || a.Length != b.Length || a.Link != b.Link || strings.ToValidUTF8(a.Comment, "\uFFFD") != b.Comment {
					t.Fatalf("frame %d changed on its way through a file: %+v, %+v", i+1, a, b)
				}
			}
		})
	}
}

// tshark runs tshark on a trace and returns the lines that it prints.
func tshark(t *testing.T, file []byte, fields ...string) []string {
	t.Helper()
	program := tsharktest.Program(t)
	path := filepath.Join(t.TempDir(), "trace.pcapng")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-n", "-r", path, "-T", "fields", "-E", "occurrence=a"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var diagnostics strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Stderr = &diagnostics
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		t.Fatalf("tshark: %v: %s", err, diagnostics.String())
	}
	return strings.Split(strings.TrimRight(string(out), "\n"), "\n")
}

// TestSharkReadsOurs: Wireshark sees in our files what we put there.
func TestSharkReadsOurs(t *testing.T) {
	t.Parallel()
	at := time.Unix(1700000000, 123456789)
	file := write(t, pcapfile.WriterOptions{Link: capture.LinkRaw, Interface: "client", Comment: "statelab tcp demo echo"},
		capture.Frame{Time: at, Link: capture.LinkRaw, Data: []byte{0x45, 0}, Length: 40, Direction: capture.Outbound, Comment: "재전송: the wire dropped frame 4"},
		capture.Frame{Time: at.Add(1), Link: capture.LinkEthernet, Data: make([]byte, 60), Length: 60, Direction: capture.Inbound},
		capture.Frame{Time: at.Add(time.Second), Link: capture.LinkRaw, Data: []byte{0x45}, Length: 20})
	got := tshark(t, file, "frame.time_epoch", "frame.interface_name", "frame.cap_len", "frame.len",
		"frame.packet_flags_direction", "frame.comment")
	want := []string{
		"1700000000.123456789\tclient\t2\t40\t0x00000002\t재전송: the wire dropped frame 4",
		"1700000000.123456790\tunknown\t60\t60\t0x00000001\t",
		"1700000001.123456789\tclient\t1\t20\t\t",
	}
	if len(got) != len(want) {
		t.Fatalf("tshark printed %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("frame %d: tshark reads %q, want %q", i+1, got[i], want[i])
		}
	}
}

// TestSharkAgrees: we see in every reference capture what Wireshark sees.
func TestSharkAgrees(t *testing.T) {
	t.Parallel()
	paths := corpus(t)
	if len(paths) == 0 {
		unavailable(t, "the reference captures are absent: set STATELAB_CORPUS to their folder")
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(file) > 30000 && !strings.HasSuffix(path, "ng") {
			continue // the small ones show every variant
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			want := tshark(t, file, "frame.number", "frame.time_epoch", "frame.cap_len", "frame.len")
			for i := range want {
				// the one time in the corpus that 64 bits of nanoseconds cannot hold
				want[i] = strings.Replace(want[i], "\t18446744073204.", "\t9223372035.", 1)
			}
			for i, f := range mustRead(t, file) {
				got := fmt.Sprintf("%d\t%d.%09d\t%d\t%d", f.Number, f.Time.Unix(), f.Time.Nanosecond(), len(f.Data), f.Length)
				if i >= len(want) || got != want[i] {
					t.Fatalf("frame %d: we read %q, tshark %q", i+1, got, want[min(i, len(want)-1)])
				}
			}
		})
	}
}
