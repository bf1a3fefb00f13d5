package tcpdemo_test

import (
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

func TestKeepalive(t *testing.T) {
	t.Parallel()
	all := gather(t, "keepalive")
	equal(t, "probes seen", all.found(tcpstate.FoundKeepAlive), 4)
	equal(t, "segments lost", len(all.verdicts(trace.Dropped)), 3)
	equal(t, "segments with data", len(all.where(func(e *trace.Event) bool { return e.Kind == trace.KindSegment }).data()), 0)
	client, server := all.states(trace.RoleClient), all.states(trace.RoleServer)
	equal(t, "the client's last state", client[len(client)-1], tcpstate.Closed)
	equal(t, "the server's last state", server[len(server)-1], tcpstate.Established)
	equal(t, "bytes that the client remembers", all.remembered(trace.RoleClient), 0)
	if all.remembered(trace.RoleServer) == 0 {
		t.Error("the server remembers nothing")
	}
}

func TestNagle(t *testing.T) {
	t.Parallel()
	data := gather(t, "nagle").segments(trace.RoleClient).data()
	var sizes []int
	for _, e := range data {
		sizes = append(sizes, e.Segment.Len)
	}
	if want := []int{2, 2, 2, 2, 1, 3}; !slices.Equal(sizes, want) {
		t.Fatalf("the client's segments carried %v bytes, expected %v", sizes, want)
	}
	equal(t, "time between the halves, off", data[1].At.Sub(data[0].At), 0)
	equal(t, "time between the halves, on: one round trip", data[3].At.Sub(data[2].At), 20*time.Millisecond)
}

func TestFraming(t *testing.T) {
	t.Parallel()
	all := gather(t, "framing")
	var writes, reads []int
	for _, e := range all.calls(trace.RoleClient, "write") {
		writes = append(writes, e.Call.Bytes)
	}
	for _, e := range all.calls(trace.RoleServer, "read") {
		reads = append(reads, e.Call.Bytes)
	}
	if want := []int{3, 3, 5, 3000, 4, 4, 6}; !slices.Equal(writes, want) {
		t.Errorf("writes of %v bytes, expected %v", writes, want)
	}
	if want := []int{11, 1420, 1420, 160, 14}; !slices.Equal(reads, want) {
		t.Errorf("reads of %v bytes, expected %v", reads, want)
	}
}

func TestMSS(t *testing.T) {
	t.Parallel()
	all := gather(t, "mss")
	for _, side := range []struct {
		role               trace.Role
		announced, longest int
	}{{trace.RoleClient, 1000, 400 - 12}, {trace.RoleServer, 400, 1000 - 12}} {
		segments := all.segments(side.role)
		equal(t, "MSS announced by the "+side.role.String(), int(segments.with(tcpstate.SYN)[0].Segment.Options.MSS), side.announced)
		longest := 0
		for _, e := range segments {
			longest = max(longest, e.Segment.Len)
		}
		equal(t, "longest segment of the "+side.role.String(), longest, side.longest)
	}
	tooBig := all.verdicts(trace.TooBig)
	equal(t, "segments too big for the path", len(tooBig), 1)
	for _, e := range all.segments(trace.RoleServer).data() {
		if e.At.After(tooBig[0].At) && e.Segment.Len > 700-52 {
			t.Errorf("%d bytes at %v, after the router's message", e.Segment.Len, e.At)
		}
	}
}
