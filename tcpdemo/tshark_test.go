package tcpdemo_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/pcapfile"
	"statelab/capture/tcpstate"
	"statelab/capture/tcpstate/tsharktest"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// dissected is what tshark says of one frame.
type dissected struct {
	comment       string
	malformed     bool
	badTCP, badIP bool
	unchecked     bool // a TCP checksum that it did not compute
	stream        int  // -1 where there is no TCP
	analysis      map[string]bool
}

// again reports whether tshark takes the frame for one that was sent before.
func (d *dissected) again() bool {
	return d.analysis[tcpstate.FoundRetransmission] || d.analysis[tcpstate.FoundFastRetransmission] || d.analysis[tcpstate.FoundSpuriousRetransmission]
}

// dissect has tshark read a trace. Checks say whether it is to compute checksums.
func dissect(t *testing.T, contents []byte, checks bool) []dissected {
	t.Helper()
	tsharktest.Program(t) // before anything is written for it
	file := filepath.Join(t.TempDir(), "trace.pcapng")
	if err := os.WriteFile(file, contents, 0o600); err != nil {
		t.Fatal(err)
	}
	check := strings.ToUpper(strconv.FormatBool(checks))
	rows := tsharktest.Read(t, file,
		[]string{"frame.comment", "_ws.malformed", "tcp.checksum.status", "ip.checksum.status", "tcp.stream"},
		"-o", "tcp.check_checksum:"+check, "-o", "ip.check_checksum:"+check)
	all := make([]dissected, len(rows))
	for i, row := range rows {
		all[i] = reading(row)
	}
	return all
}

// reading takes what is said of one frame.
func reading(row tsharktest.Row) dissected {
	const bad, unverified = "0", "2"
	fields := row.Fields
	d := dissected{stream: -1, analysis: row.Findings}
	d.comment = strings.Join(fields["frame.comment"], "\n")
	d.malformed = len(fields["_ws.malformed"]) > 0
	d.badTCP = slices.Contains(fields["tcp.checksum.status"], bad)
	d.unchecked = slices.Contains(fields["tcp.checksum.status"], unverified)
	d.badIP = slices.Contains(fields["ip.checksum.status"], bad)
	if s := fields["tcp.stream"]; len(s) > 0 {
		d.stream, _ = strconv.Atoi(s[0])
	}
	return d
}

// written reads a trace with our own reader.
func written(t *testing.T, contents []byte) []capture.Frame {
	t.Helper()
	rd, err := pcapfile.NewReader(bytes.NewReader(contents))
	if err != nil {
		t.Fatal(err)
	}
	var all []capture.Frame
	for f, err := range rd.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f.Clone())
	}
	return all
}

// tshark reads every scenario's traces as they were meant: see checkDissection
// and checkTruth.
func TestTsharkReadsTheTraces(t *testing.T) {
	t.Parallel()
	for _, sc := range tcpdemo.Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			r := enact(t, sc, 1)
			for _, tap := range taps {
				file := traceFile(t, r, tap)
				answers := dissect(t, file, true)
				checkDissection(t, tap, r.At(tap), written(t, file), answers, damaged(r))
				checkTruth(t, sc.Name, tap, r.At(tap), answers)
			}
		})
	}
}

// damaged returns the frames in which the wire flipped a bit, by wire number.
func damaged(r *network.Recording) map[uint64]bool {
	all := map[uint64]bool{}
	for _, o := range r.Observations {
		if o.Kind == trace.ObservedVerdict && o.Verdict.Fate == trace.Corrupted {
			all[o.Verdict.Wire] = true
		}
	}
	return all
}

// checkDissection holds that nothing in a trace is malformed, that every checksum
// is right but those of the frames that the wire damaged, and that every frame
// bears the comment that it was given.
func checkDissection(t *testing.T, tap string, seen, file []capture.Frame, answers []dissected, damaged map[uint64]bool) {
	t.Helper()
	if len(answers) != len(seen) || len(file) != len(seen) {
		t.Fatalf("%s: %d frames were seen, the trace holds %d, tshark finds %d", tap, len(seen), len(file), len(answers))
	}
	for i, d := range answers {
		f := seen[i]
		wrong := damaged[f.Wire] && f.Direction == capture.Inbound
		switch {
		case d.malformed:
			t.Errorf("%s: frame %d is malformed", tap, f.Number)
		case d.badTCP != wrong:
			t.Errorf("%s: frame %d: bad checksum is %v; the wire damaged it is %v", tap, f.Number, d.badTCP, wrong)
		case d.badIP:
			t.Errorf("%s: frame %d has a bad IP checksum", tap, f.Number)
		case d.stream >= 0 && d.unchecked:
			t.Errorf("%s: frame %d: tshark could not compute the checksum", tap, f.Number)
		case d.comment != file[i].Comment:
			t.Errorf("%s: frame %d has the comment %q, was given %q", tap, f.Number, d.comment, file[i].Comment)
		case d.stream >= 0 && d.comment == "" && !copied(seen[:i], f):
			t.Errorf("%s: frame %d has no comment", tap, f.Number)
		}
	}
}

// copied reports whether a frame is the wire's copy of one of those before it,
// which bears the comment.
func copied(before []capture.Frame, f capture.Frame) bool {
	return slices.ContainsFunc(before, func(g capture.Frame) bool { return g.Wire == f.Wire })
}
