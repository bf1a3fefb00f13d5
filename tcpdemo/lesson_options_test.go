package tcpdemo_test

import (
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

func TestKeepalive(t *testing.T) {
	onSeeds(t, "keepalive", func(t *testing.T, all evidence) {
		all.where(sent, found(tcpstate.FoundKeepAlive)).count(t, "probes", 4)
		all.where(fate(trace.Dropped)).count(t, "segments lost", 3)
		all.where(sent, data).count(t, "segments with data", 0)
		equal(t, "the client's last state", all.last(trace.RoleClient, 0), tcpstate.Closed)
		equal(t, "the server's last state", all.last(trace.RoleServer, 0), tcpstate.Established)
		equal(t, "bytes that the client remembers", all.remembered(trace.RoleClient), 0)
		if all.remembered(trace.RoleServer) == 0 {
			t.Error("the server remembers nothing")
		}
	})
}

func TestNagle(t *testing.T) {
	onSeeds(t, "nagle", func(t *testing.T, all evidence) {
		query := all.where(sent, data, by(trace.RoleClient))
		if want := []int{2, 2, 2, 2, 1, 3}; !slices.Equal(query.sizes(), want) {
			t.Fatalf("the client's segments carried %v bytes, want %v", query.sizes(), want)
		}
		gaps := query.gaps()
		equal(t, "time between the halves, off", gaps[0], 0)
		equal(t, "time between the halves, on: a round trip", gaps[2], 20*time.Millisecond)
	})
}

func TestFraming(t *testing.T) {
	onSeeds(t, "framing", func(t *testing.T, all evidence) {
		if got, want := all.bytesOf(trace.RoleClient, "write"), []int{3, 3, 5, 3000, 4, 4, 6}; !slices.Equal(got, want) {
			t.Errorf("writes of %v bytes, want %v", got, want)
		}
		if got, want := all.bytesOf(trace.RoleServer, "read"), []int{11, 1420, 1420, 160, 14}; !slices.Equal(got, want) {
			t.Errorf("reads of %v bytes, want %v", got, want)
		}
	})
}

func TestMSS(t *testing.T) {
	onSeeds(t, "mss", func(t *testing.T, all evidence) {
		for _, side := range []struct {
			role               trace.Role
			announced, longest int
		}{{trace.RoleClient, 1000, 400 - 12}, {trace.RoleServer, 400, 1000 - 12}} {
			syn := all.where(sent, by(side.role), flags(tcpstate.SYN)).one(t, "SYN")
			equal(t, "MSS of the "+side.role.String(), int(syn.Segment.Options.MSS), side.announced)
			equal(t, "longest segment of the "+side.role.String(), slices.Max(all.where(sent, by(side.role)).sizes()), side.longest)
		}
		tooBig := all.where(fate(trace.TooBig)).one(t, "segment too big for the path")
		for _, e := range all.where(sent, by(trace.RoleServer), data) {
			if e.At.After(tooBig.At) && e.Segment.Len > 700-20-20-12 {
				t.Errorf("%d bytes at %v, after the router's message", e.Segment.Len, e.At)
			}
		}
	})
}
