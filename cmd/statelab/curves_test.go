package main

import (
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// A curve begins with its sender's first octet in flight and ends with its last;
// a sender that only acknowledges has none.
func TestCurves(t *testing.T) {
	t.Parallel()
	at := func(seconds float64, r trace.Role, cwnd, flight int) virtual.Sample {
		return virtual.Sample{At: virtual.DefaultStart.Add(time.Duration(seconds * float64(time.Second))), Party: trace.Participant{Role: r}, Cwnd: cwnd, InFlight: flight}
	}
	got := curves([]virtual.Sample{
		at(0, trace.RoleClient, 10, 0), at(0, trace.RoleServer, 10, 0),
		at(1, trace.RoleClient, 10, 1400), at(2, trace.RoleClient, 20, 1400), at(2, trace.RoleServer, 10, 5), at(3, trace.RoleServer, 10, 0),
		at(3, trace.RoleClient, 20, 0), at(9, trace.RoleClient, 20, 0),
	}, network.Config{Server: network.HostConfig{Congestion: "cubic"}})
	if len(got) != 1 {
		t.Fatalf("%d curves, want the client's alone", len(got))
	}
	s := got[0]
	if s.Name.En != "cwnd, client (Reno)" || s.Name.Ko != "cwnd, 클라이언트 (Reno)" || len(s.Points) != 2 || s.Points[0].X != 0 || s.Points[1].X != 1 || s.Points[1].Y != 20 {
		t.Errorf("%+v", s)
	}
}
