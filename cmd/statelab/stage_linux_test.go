package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"testing"

	"statelab/httpdemo"
)

// On the machine's own network each party has an address of its own, and what is
// seen and told of it bears its name: calls and states always, frames where they
// may be captured.
func TestPartiesOnTheHost(t *testing.T) {
	t.Parallel()
	for _, l := range []httpdemo.Lesson{hopLesson, theftLesson} {
		t.Run(l.Name, func(t *testing.T) { // one at a time: they want the same port
			var out bytes.Buffer
			e := &env{stdout: &out, stderr: io.Discard, getenv: func(string) string { return "" }, width: 80}
			f := lessonFlags{viewFlags: viewFlags{view: "ladder", format: "events", out: "-", color: "auto", theme: "light"}, net: "host", seed: "1", at: vantageClient}
			v, err := f.resolve(e)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.lessonOnHost(t.Context(), e, &out, v, l); err != nil {
				t.Fatal(err)
			}
			checkParties(t, &out, l)
		})
	}
}

// jsonLane is a party in events as JSON.
type jsonLane struct {
	Role string
	N    int
	IP   string
}

func (p jsonLane) name() string {
	if p.N == 0 {
		return p.Role
	}
	return p.Role + " " + strconv.Itoa(p.N)
}

func checkParties(t *testing.T, out io.Reader, l httpdemo.Lesson) {
	t.Helper()
	var names []string
	seen := map[string]map[string]bool{} // parties, by kind of event
	for _, p := range l.Cast() {
		names = append(names, p.Name())
	}
	dec := json.NewDecoder(out)
	for {
		var ev struct {
			Kind     string
			From, To jsonLane
		}
		if err := dec.Decode(&ev); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if seen[ev.Kind] == nil {
			seen[ev.Kind] = map[string]bool{}
		}
		for _, end := range []jsonLane{ev.From, ev.To} {
			if end.IP == "" {
				continue
			}
			want := netip.AddrFrom4([4]byte{127, 0, 0, byte(slices.Index(names, end.name()) + 1)})
			if end.IP != want.String() {
				t.Fatalf("%s: the %s is at %s, want %v", ev.Kind, end.name(), end.IP, want)
			}
			seen[ev.Kind][end.name()] = true
		}
	}
	kinds := []string{"call", "state"}
	if seen["segment"] != nil { // it may be captured here
		kinds = append(kinds, "segment", "message")
	}
	for _, kind := range kinds {
		if len(seen[kind]) != len(names) {
			t.Errorf("%s: of %v alone, want of %v", kind, slices.Sorted(maps.Keys(seen[kind])), names)
		}
	}
}
