package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/trace"
	"statelab/httpdemo"
)

// played performs a lesson on the virtual network.
func played(t *testing.T, l httpdemo.Lesson) *performance {
	t.Helper()
	p, err := performLesson(t.Context(), l, defaultSeed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Each message is told between its own two parties, and each party's memory is
// its own.
func TestPartiesOfALesson(t *testing.T) {
	t.Parallel()
	p := played(t, hopLesson)
	var said []string
	kept := map[string]int{}
	for e, err := range p.events(vantageClient) {
		if err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case trace.KindMessage:
			said = append(said, fmt.Sprintf("%s→%s %d", e.From.Name(), e.To.Name(), e.Message.Status))
		case trace.KindMemory:
			kept[e.From.Name()] = max(kept[e.From.Name()], e.Memory.Bytes(trace.MemoryResource))
		}
	}
	want := []string{
		"client→cache 0", "cache→server 0", "server→cache 200", "cache→client 200",
		"client→cache 0", "cache→client 200",
	}
	if !slices.Equal(said, want) {
		t.Errorf("messages %q, want %q", said, want)
	}
	if kept["cache"] != len("the page /news") || kept["server"] != 0 || kept["client"] != 0 {
		t.Errorf("resources remembered: %v, want the page at the cache alone", kept)
	}
	var lanes []string
	for _, l := range p.lanes {
		lanes = append(lanes, l.Name()+" "+l.Addr.Addr().String())
	}
	if want := []string{"client 10.0.0.1", "cache 10.0.0.3", "server 10.0.0.2"}; !slices.Equal(lanes, want) {
		t.Errorf("lanes %q, want %q", lanes, want)
	}
}

// -w writes one tap's frames, those of each party on request, and --at both a
// file for each.
func TestTraceOfEachParty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := &env{stderr: io.Discard, stdout: io.Discard}
	p := played(t, theftLesson)
	f := lessonFlags{write: filepath.Join(dir, "all.pcapng"), at: vantageBoth}
	if err := p.writeTraces(e, &f, explain.English); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, at := range []string{"client", "attacker", "server-1", "server-2"} {
		f := lessonFlags{write: filepath.Join(dir, at+".pcapng"), at: at}
		if err := f.checkAt(theftLesson.Cast()...); err != nil {
			t.Fatal(err)
		}
		if err := p.writeTraces(e, &f, explain.English); err != nil {
			t.Fatal(err)
		}
		one, err := os.ReadFile(f.write)
		if err != nil {
			t.Fatal(err)
		}
		all, err := os.ReadFile(filepath.Join(dir, "all."+at+".pcapng"))
		if err != nil || string(one) != string(all) {
			t.Errorf("--at both writes another file of %s: %v", at, err)
		}
		for frame, err := range framesIn(t, f.write) {
			if err != nil {
				t.Fatal(err)
			}
			counts[at]++
			if frame.Comment == "" {
				t.Errorf("%s: frame %d is not explained", at, frame.Number)
			}
		}
	}
	// The attacker goes to both servers, the client to the first alone.
	if a := counts["attacker"]; a == 0 || a != counts["client"]+counts["server-2"] || counts["server-1"] != 2*counts["client"] {
		t.Errorf("frames in the files: %v", counts)
	}
}

func framesIn(t *testing.T, name string) capture.Source {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	r, err := pcapfile.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return r.Frames()
}

func TestNoSuchTap(t *testing.T) {
	t.Parallel()
	f := lessonFlags{at: "server"}
	err := f.checkAt(theftLesson.Cast()...)
	if err == nil || !strings.Contains(err.Error(), `"server": client, attacker, server 1, server 2 or both`) {
		t.Errorf("a tap that there is not: %v", err)
	}
}
