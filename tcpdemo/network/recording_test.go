package network_test

import (
	"fmt"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	r := network.Recording{
		Frames: []capture.Frame{
			{Vantage: "server", Direction: capture.Inbound, Wire: 1, Time: at(5), Order: 4},
			{Vantage: "client", Direction: capture.Outbound, Wire: 1, Time: at(0), Order: 1},
			{Vantage: "server", Direction: capture.Outbound, Wire: 2, Time: at(5), Order: 5},
			{Vantage: "client", Direction: capture.Inbound, Wire: 2, Time: at(10), Order: 7},
			{Vantage: "client", Direction: capture.Inbound, Wire: 2, Time: at(11), Order: 8}, // a copy
			{Vantage: "server", Direction: capture.Outbound, Wire: 3, Time: at(6), Order: 6}, // lost
			{Vantage: "client", Direction: capture.Outbound, Wire: 4, Time: at(12)},          // lost
			{Vantage: "server", Direction: capture.Inbound, Wire: 0, Time: at(13)},
		},
		Observations: []trace.Observation{{At: at(5), Order: 9}, {At: at(5), Order: 3}, {At: at(1), Order: 11}},
	}
	r.Number("client")
	var got []string
	for _, f := range r.Frames {
		got = append(got, fmt.Sprintf("%s %s wire %d: %d", f.Vantage, f.Direction, f.Wire, f.Number))
	}
	want := []string{
		"client out wire 1: 1", "server in wire 1: 1", "server out wire 2: 2", "server out wire 3: 0",
		"client in wire 2: 2", "client in wire 2: 3", "client out wire 4: 4", "server in wire 0: 0",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: got %s, want %s", i, got[i], want[i])
		}
	}
	if o := r.Observations; o[0].Order != 11 || o[1].Order != 3 || o[2].Order != 9 {
		t.Errorf("observations: %+v", o)
	}
	for i, f := range r.At("server") {
		if f.Vantage != "server" || f.Number != i+1 {
			t.Errorf("%+v", f)
		}
	}
}
