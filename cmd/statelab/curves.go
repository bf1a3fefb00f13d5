package main

import (
	"time"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// curves are the congestion windows of the senders that a lesson sampled, each
// over the time in which that sender had octets in flight. A sender whose window
// never changed has sent too little to be shown.
func curves(samples []virtual.Sample, c network.Config) []render.Curve {
	var all []render.Curve
	for _, side := range []struct {
		role trace.Role
		host network.HostConfig
	}{{trace.RoleClient, c.Client}, {trace.RoleServer, c.Server}} {
		control := "Reno"
		if side.host.Congestion == "cubic" {
			control = "CUBIC"
		}
		name := func(l explain.Lang) string {
			return "cwnd, " + explain.Label(l, "role."+side.role.String()) + " (" + control + ")"
		}
		s := render.Curve{Name: trace.Text{En: name(explain.English), Ko: name(explain.Korean)}}
		var start time.Time
		changed, busy := false, 0 // points until nothing was in flight any more
		for _, v := range samples {
			if v.Party.Role != side.role || start.IsZero() && v.InFlight == 0 {
				continue
			}
			if start.IsZero() {
				start = v.At
			}
			p := render.Point{X: v.At.Sub(start).Seconds(), Y: float64(v.Cwnd)}
			changed = changed || len(s.Points) > 0 && p.Y != s.Points[0].Y
			s.Points = append(s.Points, p)
			if v.InFlight > 0 {
				busy = len(s.Points)
			}
		}
		s.Points = s.Points[:busy]
		if changed {
			all = append(all, s)
		}
	}
	return all
}

// congestionCurves are what is plotted of a lesson; nil for nothing.
func congestionCurves(series []render.Curve) *render.Curves {
	if len(series) == 0 {
		return nil
	}
	return &render.Curves{
		Title:  trace.Text{En: "Congestion window of each sender, as its stack reported it", Ko: "각 송신자의 스택이 보고한 혼잡 윈도우"},
		X:      trace.Text{En: "seconds since its first byte", Ko: "첫 바이트를 보낸 뒤 지난 시간(초)"},
		Y:      trace.Text{En: "segments", Ko: "세그먼트"},
		Series: series,
	}
}
