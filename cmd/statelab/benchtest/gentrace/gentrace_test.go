package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"statelab/capture/tcpstate/tsharktest"
)

func make1(t *testing.T, o options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The same seed makes the same trace, and a longer one begins with the shorter.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	o := options{frames: 5000, conns: 50, seed: 7}
	a, b := make1(t, o), make1(t, o)
	if !bytes.Equal(a, b) {
		t.Error("the same seed made two different traces")
	}
	o.frames = 6000
	if longer := make1(t, o); !bytes.HasPrefix(longer, a) {
		t.Error("a longer trace does not begin with the shorter one")
	}
	o.seed = 8
	if other := make1(t, o); bytes.HasPrefix(other, a) {
		t.Error("another seed made the same trace")
	}
}

// Wireshark finds every checksum right, HTTP in both directions, and the
// troubles that were put in.
func TestWiresharkBelieves(t *testing.T) {
	t.Parallel()
	tshark := tsharktest.Program(t)
	file := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(file, make1(t, options{frames: 20_000, conns: 100, seed: 1}), 0o600); err != nil {
		t.Fatal(err)
	}
	least := map[string]int{
		"tcp.stream": 20_000, "http.request.method": 1000, "http.response.code": 1000, "ipv6.src": 500, "http.transfer_encoding": 50,
		"tcp.connection.syn": 150, "tcp.connection.synack": 150, "tcp.connection.fin": 150, "tcp.connection.rst": 3,
		"tcp.analysis.retransmission": 5, "tcp.analysis.out_of_order": 3, "tcp.analysis.lost_segment": 5, "tcp.analysis.duplicate_ack": 20,
		"tcp.analysis.window_full": 0, "tcp.analysis.ack_lost_segment": 0, "tcp.checksum.status": 20_000,
	}
	names := slices.Sorted(maps.Keys(least))
	args := []string{"-r", file, "-o", "tcp.check_checksum:TRUE", "-T", "fields"}
	for _, n := range names {
		args = append(args, "-e", n)
	}
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(out)) {
		for i, v := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			if v != "" {
				counts[names[i]]++
			}
			if names[i] == "tcp.checksum.status" && v != "1" {
				t.Fatalf("a checksum is not good: %s", line)
			}
		}
	}
	for name, n := range least {
		if counts[name] < n || n == 0 && counts[name] > 0 {
			t.Errorf("%s: in %d frames, want %d or, but for 0, more", name, counts[name], n)
		}
	}
}

// A flood is one SYN a connection, each from its own address and port.
func TestFlood(t *testing.T) {
	t.Parallel()
	b := make1(t, options{frames: 1000, syns: true})
	const record = recordLen + ethernetLen + ipv4Len + tcpLen + 4
	seen := map[string]bool{}
	for b = b[24:]; len(b) >= record; b = b[record:] {
		if b[recordLen+ethernetLen+ipv4Len+13] != syn {
			t.Fatal("a frame that is no SYN")
		}
		seen[string(b[recordLen+ethernetLen+12:][:8+2])] = true
	}
	if len(seen) != 1000 || len(b) != 0 {
		t.Errorf("%d connections, %d octets left over; want 1000 and none", len(seen), len(b))
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"-connections 0", "-frames -1", "-o /nonexistent/x"} {
		if err := run(slices.Collect(strings.FieldsSeq(args)), nil); err == nil {
			t.Errorf("%s: no error", args)
		}
	}
}
