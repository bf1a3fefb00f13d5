package tcpstate_test

import (
	"bufio"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// referenceFloor is the least micro F1 of findings that is accepted against
// the reference captures.
const referenceFloor = 0.99

// TestFindingsAgreeWithReference compares every finding that bears one of
// Wireshark's names with tshark's answer for the same frames.
func TestFindingsAgreeWithReference(t *testing.T) {
	t.Parallel()
	files := referenceFiles(t, "frames")
	wireshark := map[string]bool{}
	for _, name := range tcpstate.FindingNames()[:15] {
		wireshark[name] = true
	}
	hits, misses, extras := map[string]int{}, map[string]int{}, map[string]int{}
	for _, file := range files {
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
		for _, row := range readTSV(t, file) {
			s := rowSegment(t, row)
			if s == nil {
				continue
			}
			r := o.Observe(s, tcpstate.Passing)
			if row["score"] != "ok" {
				continue
			}
			want, got := map[string]bool{}, map[string]bool{}
			for name := range strings.SplitSeq(row["analysis"], ",") {
				if name != "" {
					want[strings.ReplaceAll(name, "_", "-")] = true
				}
			}
			for _, f := range r.Findings {
				if wireshark[f.Name] {
					got[f.Name] = true
				}
			}
			for name := range want {
				if got[name] {
					hits[name]++
				} else {
					misses[name]++
					t.Logf("%s frame %s: missing %s", filepath.Base(file), row["frame"], name)
				}
			}
			for name := range got {
				if !want[name] {
					extras[name]++
					t.Logf("%s frame %s: not in the reference: %s", filepath.Base(file), row["frame"], name)
				}
			}
		}
	}
	total := func(m map[string]int) (n float64) {
		for _, v := range m {
			n += float64(v)
		}
		return n
	}
	f1 := 2 * total(hits) / (2*total(hits) + total(misses) + total(extras))
	for _, name := range slices.Sorted(maps.Keys(wireshark)) {
		if hits[name]+misses[name]+extras[name] > 0 {
			t.Logf("%-24s agreed %3d, missing %d, extra %d", name, hits[name], misses[name], extras[name])
		}
	}
	t.Logf("micro F1 %.4f over %d files", f1, len(files))
	if f1 < referenceFloor {
		t.Errorf("micro F1 of findings is %.4f, below %.2f", f1, referenceFloor)
	}
}

// referenceFiles lists the corpus's tables of one kind, or skips.
func referenceFiles(t *testing.T, kind string) []string {
	t.Helper()
	root := os.Getenv("STATELAB_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	files, err := filepath.Glob(filepath.Join(root, kind, "*.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no reference captures at %s: set STATELAB_CORPUS", root)
	}
	return files
}

// readTSV reads a table with a header line.
func readTSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var rows []map[string]string
	var header []string
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if header == nil {
			header = cells
			continue
		}
		row := make(map[string]string, len(header))
		for i, name := range header {
			if i < len(cells) {
				row[name] = cells[i]
			}
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// rowSegment makes a segment of a row; nil where the row has no TCP of its own.
func rowSegment(t *testing.T, row map[string]string) *tcpstate.Segment {
	t.Helper()
	if row["score"] != "ok" || row["src"] == "" {
		return nil
	}
	number := func(name string) uint64 {
		if row[name] == "" {
			return 0
		}
		n, err := strconv.ParseUint(row[name], 0, 64)
		if err != nil {
			t.Fatalf("frame %s, %s: %v", row["frame"], name, err)
		}
		return n
	}
	seconds, fraction, _ := strings.Cut(row["time"], ".")
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	nano, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := func(ip, port string) netip.AddrPort {
		addr, err := netip.ParseAddr(row[ip])
		if err != nil {
			t.Fatal(err)
		}
		return netip.AddrPortFrom(addr, uint16(number(port)))
	}
	return &tcpstate.Segment{
		Time: time.Unix(sec, nano), Frame: int(number("frame")),
		Src: endpoint("src", "sport"), Dst: endpoint("dst", "dport"),
		Seq: tcpstate.Seq(number("seq")), Ack: tcpstate.Seq(number("ack")),
		Len: int(number("len")), Flags: tcpstate.Flags(number("flags") & 0x1ff), Window: uint16(number("win")),
		Options: tcpstate.Options{
			HasScale: row["ws"] != "", Scale: uint8(number("ws")),
			HasMSS: row["mss"] != "", MSS: uint16(number("mss")), SackPermitted: row["sack_perm"] != "",
		},
	}
}
