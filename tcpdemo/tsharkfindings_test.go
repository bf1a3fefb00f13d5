package tcpdemo_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/pcapfile"
	"statelab/capture/tcpstate/tsharktest"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// findingsFloor is the least micro F1 of findings against tshark's that is
// accepted.
const findingsFloor = 0.9999

// What inspect finds in the traces of all scenarios, some of them on wires with
// random rules, is what tshark finds in them. One trace holds them all, each in a
// network and an hour of its own.
func TestFindingsAgreeWithTshark(t *testing.T) {
	t.Parallel()
	tsharktest.Program(t)
	runs, frames := 0, []capture.Frame(nil)
	for _, sc := range tcpdemo.Scenarios() {
		few := uint64(5)
		if seeds() > few {
			few = 50
		}
		for seed := range few {
			var rules []network.Rule
			if seed > 0 {
				rules = randomRules(t, rand.New(rand.NewPCG(seed, uint64(len(sc.Name)))))
			}
			r, _ := attempt(t, sc, seed, rules...)
			for _, tap := range taps {
				const most = 3000 // one long download is not to outweigh all else
				seen := r.At(tap)
				for _, f := range seen[:min(len(seen), most)] {
					frames = append(frames, moved(f, runs))
				}
				runs++
			}
		}
	}
	var file bytes.Buffer
	w, err := pcapfile.NewWriter(&file, pcapfile.WriterOptions{Link: capture.LinkEthernet})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		f.Interface = 0
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	compareFindings(t, written(t, file.Bytes()), dissect(t, file.Bytes(), false))
}

// moved returns a frame of the n-th run in a network of its own, 10.n.n.0/24, and
// hours later. The checksums stay as right or wrong as they were.
func moved(f capture.Frame, n int) capture.Frame {
	f.Time = f.Time.Add(time.Duration(n) * 3 * time.Hour)
	f.Data = bytes.Clone(f.Data)
	const ethernet, ipv4 = 14, 0x0800
	if len(f.Data) < ethernet+20 || binary.BigEndian.Uint16(f.Data[12:]) != ipv4 {
		return f
	}
	ip := f.Data[ethernet:]
	headerLen := int(ip[0]&15) * 4
	tcp := ip[headerLen:]
	checksums := [][]byte{ip[10:12]}
	const tcpProtocol, offsetMask, checksumAt = 6, 0x1fff, 16
	if ip[9] == tcpProtocol && binary.BigEndian.Uint16(ip[6:])&offsetMask == 0 && len(tcp) >= checksumAt+2 {
		checksums = append(checksums, tcp[checksumAt:checksumAt+2])
	}
	const src, dst = 12, 16
	for _, at := range []int{src, dst} {
		word := ip[at : at+4]
		old := [2]uint16{binary.BigEndian.Uint16(word), binary.BigEndian.Uint16(word[2:])}
		word[1], word[2] = byte(n>>8), byte(n)
		for _, c := range checksums {
			adjust(c, old[0], binary.BigEndian.Uint16(word))
			adjust(c, old[1], binary.BigEndian.Uint16(word[2:]))
		}
	}
	return f
}

// adjust corrects a checksum for one word that has changed: RFC 1624 §3,
// HC' = ~(~HC + ~m + m').
func adjust(checksum []byte, before, after uint16) {
	sum := uint32(^binary.BigEndian.Uint16(checksum)) + uint32(^before) + uint32(after)
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	binary.BigEndian.PutUint16(checksum, ^uint16(sum))
}

// compareFindings counts where inspect and tshark agree.
func compareFindings(t *testing.T, frames []capture.Frame, answers []dissected) {
	t.Helper()
	if len(frames) != len(answers) {
		t.Fatalf("tshark finds %d frames of %d", len(answers), len(frames))
	}
	ours := make([]map[string]bool, len(frames)+1)
	source := func(yield func(capture.Frame, error) bool) {
		for _, f := range frames {
			if !yield(f, nil) {
				return
			}
		}
	}
	for e, err := range analyze.Run(source, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == trace.KindSegment {
			ours[e.Frame] = map[string]bool{}
			for _, f := range e.Segment.Findings {
				ours[e.Frame][f.Name] = true
			}
		}
	}
	var agreed, differ float64
	for _, name := range tsharktest.Names() {
		var both, missing, extra int
		for i, d := range answers {
			mine, theirs := ours[i+1][name], d.analysis[name]
			switch {
			case mine && theirs:
				both++
			case theirs:
				missing++
				t.Logf("frame %d, stream %d: missing %s", i+1, d.stream, name)
			case mine:
				extra++
				t.Logf("frame %d, stream %d: not tshark's: %s", i+1, d.stream, name)
			}
		}
		agreed, differ = agreed+float64(both), differ+float64(missing+extra)
		t.Logf("%-24s agreed %5d, missing %d, extra %d", name, both, missing, extra)
	}
	f1 := 2 * agreed / (2*agreed + differ)
	t.Logf("micro F1 %.5f over %d frames", f1, len(frames))
	if f1 < findingsFloor || agreed < 100 {
		t.Errorf("micro F1 is %.4f on %v findings, below %.4f", f1, agreed, findingsFloor)
	}
}
