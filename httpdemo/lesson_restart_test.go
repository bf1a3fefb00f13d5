package httpdemo_test

import (
	"slices"
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// TestRestartLesson reads from the wires who knew the client after each event, who
// answered meanwhile, and how the connections ended.
func TestRestartLesson(t *testing.T) {
	t.Parallel()
	const server1, server2 = "10.0.0.2:80", "10.0.0.3:80"
	all, some := []int{200, 200, 200, 200, 200, 200}, []int{200, 200, 401, 401, 200, 200}
	r := performed(t, "restart", 1)
	for step, c := range []struct {
		what     string
		one, two []int
		resets   bool
	}{
		{"login", []int{200}, nil, false},
		{"asked again", all, nil, false},
		{"the other server", nil, some, false},
		{"back", []int{200}, nil, false},
		{"stopped", nil, []int{200}, true},
		{"started", some, nil, false},
		{"login again", []int{200, 200}, nil, false},
		{"crash", nil, []int{200}, true},
		{"started", some, nil, false},
		{"verdict", nil, nil, false},
	} {
		part := r.within(step)
		statuses := func(server string) (all []int) {
			for _, e := range part.on(server, false) {
				all = append(all, e.Message.Status)
			}
			return all
		}
		resets := false
		for _, e := range part.events {
			resets = resets || e.Kind == trace.KindSegment && e.Segment.Flags.Has(tcpstate.RST)
		}
		if one, two := statuses(server1), statuses(server2); !slices.Equal(one, c.one) || !slices.Equal(two, c.two) || resets != c.resets {
			t.Errorf("%s: server 1 answered %v, server 2 %v, resets %v; want %v", c.what, one, two, resets, c)
		}
	}
	// The crash alone is not on the wire: the request is sent on a connection that
	// only the client still has, and is answered by RST (claim A5).
	for step, want := range map[int]int{4: 0, 7: 1} {
		part := r.within(step)
		if n := len(part.on(server1, true)); n != want {
			t.Errorf("step %d: %d requests were sent to a server that was gone, want %d", step, n, want)
		}
	}
}
