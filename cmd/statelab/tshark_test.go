package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"statelab/capture/analyze"
	"statelab/capture/pcapfile"
	"statelab/capture/tcpstate/tsharktest"
	"statelab/capture/trace"
	"statelab/httpdemo"
)

// said is what is told of one frame: names of findings, and the start of each
// HTTP message that is complete with it, sorted.
type said map[int][]string

// What inspect finds in the traces of the HTTP lessons, on wires with random
// rules, is what tshark finds in them: each of Wireshark's findings, and each
// request and response, at the frame that completes it.
func TestLessonsAgreeWithTshark(t *testing.T) {
	t.Parallel()
	tsharktest.Program(t)
	seeds := 2
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds = 50
	}
	for _, l := range httpdemo.Lessons() {
		if l.Name == "compare" { // it has no wire
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(len(l.Name)), 11))
			messages := 0
			for seed := range seeds {
				var rules []string
				for range min(seed, 1+rng.IntN(2)) {
					rules = append(rules, lessonRule(rng))
				}
				folder := t.TempDir()
				args := []string{"http", "demo", l.Name, "--seed", strconv.Itoa(seed), "--at", "both", "-w", filepath.Join(folder, "at.pcapng")}
				for _, r := range rules {
					args = append(args, "--rule", r)
				}
				output(t, args...)
				taps, err := filepath.Glob(filepath.Join(folder, "at.*.pcapng"))
				if err != nil || len(taps) < 2 {
					t.Fatal(taps, err)
				}
				name := taps[seed%len(taps)]
				ours, theirs := inspected(t, name), byTshark(t, name)
				for frame := range len(theirs) + 1 {
					messages += len(slices.DeleteFunc(slices.Clone(theirs[frame]), func(what string) bool { return !isMessage(what) }))
					if !slices.Equal(ours[frame], theirs[frame]) {
						t.Errorf("seed %d, %s, %q, frame %d: we say %q, tshark %q", seed, filepath.Base(name), rules, frame, ours[frame], theirs[frame])
					}
				}
			}
			if messages == 0 {
				t.Error("there was no HTTP to compare")
			}
		})
	}
}

// lessonRule returns a rule that does what chance says to a lesson's segments. It
// damages none: tshark 4.0 reads messages out of those that their receiver drops.
func lessonRule(rng *rand.Rand) string {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	way := pick("client→server", "server→client", "both")
	which := pick("every 2nd", "every 3rd", fmt.Sprint(1+rng.IntN(9)), fmt.Sprint(1+rng.IntN(6), "-8"))
	target := strings.Join([]string{which, pick("data", "data", "ack", "fin", "any", "syn"), way, pick("once", "twice", "")}, " ")
	switch pick("drop", "drop", "duplicate", "delay", "swap", "loss", "mtu") {
	case "drop":
		return "drop " + target
	case "duplicate":
		return "duplicate " + target
	case "delay":
		return fmt.Sprintf("delay %dms %s", 1+rng.IntN(900), target)
	case "swap":
		return fmt.Sprintf("swap %d,%d %s %s", 1+rng.IntN(5), 6+rng.IntN(4), pick("any", "data"), way)
	case "loss":
		return fmt.Sprintf("loss %d%% %s", 1+rng.IntN(30), way)
	}
	return fmt.Sprintf("mtu %d", 68+rng.IntN(300))
}

// inspected is what the pipeline of inspect says of a trace.
func inspected(t *testing.T, name string) said {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rd, err := pcapfile.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	all := said{}
	for e, err := range (analyze.Options{VerifyChecksums: true}).Run(rd.Frames(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		switch e.Kind { //nolint:exhaustive // the others have no like in tshark
		case trace.KindSegment:
			for _, f := range e.Segment.Findings {
				if slices.Contains(tsharktest.Names(), f.Name) {
					all[e.Frame] = append(all[e.Frame], f.Name)
				}
			}
		case trace.KindMessage:
			at, m := e.Message.CompletedBy, e.Message
			if m.Truncated { // we show what there is of it, tshark nothing
				continue
			}
			if m.Request {
				all[at] = append(all[at], message(m.Method+" "+m.Target))
			} else {
				all[at] = append(all[at], message(strconv.Itoa(m.Status)))
			}
		}
	}
	for frame := range all {
		slices.Sort(all[frame])
	}
	return all
}

func message(start string) string { return "HTTP " + start }

func isMessage(what string) bool { return strings.HasPrefix(what, "HTTP ") }

// byTshark is what tshark says of it.
func byTshark(t *testing.T, name string) said {
	t.Helper()
	all := said{}
	for _, row := range tsharktest.Read(t, name,
		[]string{"frame.number", "http.request.method", "http.request.uri", "http.response.code"},
		"-o", "tcp.check_checksum:TRUE", "-o", "tcp.reassemble_out_of_order:TRUE") {
		is := slices.Collect(maps.Keys(row.Findings))
		for i, method := range row.Fields["http.request.method"] {
			is = append(is, message(method+" "+row.Fields["http.request.uri"][i]))
		}
		for _, code := range row.Fields["http.response.code"] {
			is = append(is, message(code))
		}
		slices.Sort(is)
		frame, err := strconv.Atoi(row.Fields["frame.number"][0])
		if err != nil {
			t.Fatal(err)
		}
		all[frame] = is
	}
	return all
}
