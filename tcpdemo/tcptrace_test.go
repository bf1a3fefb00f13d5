package tcpdemo_test

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"statelab/capture/tcpstate"
	"statelab/tcpdemo/network"
)

// tcptraceRow is a line of tcptrace -l: the same number of both directions.
var tcptraceRow = regexp.MustCompile(`(?m)^ +([A-Za-z0-9/ ]+?): +([0-9.]+)(?: \w+)? +([A-Za-z0-9/ ]+?): +([0-9.]+)(?: \w+)? *$`)

// tcptrace, which asks as we do whether octets were seen before, counts the same
// octets, the same retransmissions and the same round trips. Where it differs:
// it counts zero-window probes by themselves, takes no sample from an ACK after a
// loss even of what was sent once, but one from the ACK of what came late, and
// rounds times to 0.1 ms.
func TestTcptraceCountsTheSame(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("tcptrace")
	if err != nil {
		t.Skip("no tcptrace here to compare with: apt-get install tcptrace")
	}
	for _, name := range []string{"echo", "loss", "fast-retransmit", "reorder", "mss", "window-scale", "congestion", "half-close", "nagle"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := enact(t, lesson(t, name), 1)
			for _, tap := range taps {
				theirs := askTcptrace(t, program, r, tap)
				c := connections(t, r, tap)[0]
				for i, end := range []tcpstate.End{tcpstate.Client, tcpstate.Server} {
					compareTcptrace(t, tap, end, theirs[i], c.Direction(end))
				}
			}
		})
	}
}

// askTcptrace returns its numbers of the first connection, by name, of the
// client and of the server.
func askTcptrace(t *testing.T, program string, r *network.Recording, tap string) [2]map[string]float64 {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file) // it does not read pcapng
	if err := w.WriteFileHeader(1<<16, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.At(tap) {
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: f.Time, CaptureLength: len(f.Data), Length: len(f.Data)}, f.Data); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "trace.pcap")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "-l", "-r", "-n", "-o1", path).Output()
	if err != nil {
		t.Fatalf("tcptrace: %v", err)
	}
	all := [2]map[string]float64{{}, {}}
	for _, m := range tcptraceRow.FindAllStringSubmatch(string(out), -1) {
		for i := range 2 {
			v, err := strconv.ParseFloat(m[2+2*i], 64)
			if _, there := all[i][m[1]]; err == nil && m[1] == m[3] && !there {
				all[i][m[1]] = v
			}
		}
	}
	if len(all[0]) < 20 {
		t.Fatalf("tcptrace's answer is not read as it should be: %v\n%s", all[0], out)
	}
	return all
}

func compareTcptrace(t *testing.T, tap string, end tcpstate.End, theirs map[string]float64, d tcpstate.Direction) {
	t.Helper()
	for name, ours := range map[string]int64{
		"unique bytes sent": d.Bytes, "actual data pkts": int64(d.DataSegments), "actual data bytes": d.Total,
		"rexmt data bytes": d.Again.Bytes, "outoforder pkts": int64(d.Late), "max win adv": int64(d.Window.Max),
	} {
		if want, ok := theirs[name]; !ok || int64(want) != ours {
			t.Errorf("%s tap, %s, %s: %d, tcptrace says %v", tap, end, name, ours, want)
		}
	}
	if float64(d.RTT.Samples) < 0.95*theirs["RTT samples"] {
		t.Errorf("%s tap, %s: %d round trips, tcptrace has %v", tap, end, d.RTT.Samples, theirs["RTT samples"])
	}
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	if math.Abs(ms(d.RTT.Min)-theirs["RTT min"]) > 0.06 || math.Abs(ms(d.RTT.Max)-theirs["RTT max"]) > 0.06 {
		t.Errorf("%s tap, %s: round trips of %v to %v, tcptrace has %v ms to %v ms", tap, end, d.RTT.Min, d.RTT.Max, theirs["RTT min"], theirs["RTT max"])
	}
}
