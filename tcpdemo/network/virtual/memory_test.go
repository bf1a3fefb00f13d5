package virtual

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"statelab/capture/trace"
)

func TestTimeWait(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	l.serve(7, echo)
	r := l.run(time.Hour, func() {
		to := netip.AddrPortFrom(ServerAddr, 7)
		c, err := l.Client().Dial(context.Background(), to, 5000)
		if err != nil {
			l.t.Error(err)
			return
		}
		_ = c.Close()
		l.Sleep(time.Second)
		if len(l.Client().Connections()) != 1 || len(l.Server().Connections()) != 0 {
			l.t.Errorf("in TIME-WAIT: %v, %v", l.Client().Connections(), l.Server().Connections())
		}
		_, err = l.Client().Dial(context.Background(), to, 5000)
		if err == nil || !strings.Contains(err.Error(), "address already in use") {
			l.t.Errorf("dial from a port in TIME-WAIT: %v", err)
		}
		l.Sleep(61 * time.Second)
		if m := l.Client().Memory(); len(m.Entries) != 0 {
			l.t.Errorf("after TIME-WAIT: %v", m)
		}
		if _, err = l.Client().Dial(context.Background(), to, 5000); err != nil {
			l.t.Errorf("dial after TIME-WAIT: %v", err)
		}
	})
	var entered, left time.Time
	for _, o := range r.Observations {
		switch {
		case o.Kind != trace.ObservedState || !left.IsZero():
		case o.To.String() == "TIME-WAIT":
			entered = o.At
		case o.From.String() == "TIME-WAIT":
			left = o.At
		}
	}
	if left.Sub(entered) != time.Minute {
		t.Errorf("TIME-WAIT lasted %v", left.Sub(entered))
	}
}

// What the hosts remember is what the segments on the wire say.
func TestMemory(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Seed: 3})
	l.serve(7, func(c *Conn) { l.Sleep(time.Minute); echo(c) })
	r := l.run(time.Hour, func() {
		l.ReportMemory()
		c := l.mustDial(7)
		_, _ = c.Write(make([]byte, 700))
		l.ReportMemory() // sent, not acknowledged
		l.Sleep(time.Second)
		l.ReportMemory() // acknowledged, not read
		_ = c.Close()
		l.Sleep(10 * time.Minute)
		l.ReportMemory()
	})
	var reports []map[string]string
	var sizes []int
	for _, o := range r.Observations {
		if o.Kind != trace.ObservedMemory {
			continue
		}
		m := map[string]string{}
		for _, e := range o.Memory.Entries {
			m[e.Name] = e.Value
		}
		reports = append(reports, m)
		sizes = append(sizes, o.Memory.Bytes(trace.MemoryConnection))
	}
	if len(reports) != 8 {
		t.Fatalf("%d reports, want 8", len(reports))
	}
	for _, i := range []int{0, 1, 6, 7} {
		if len(reports[i]) != 0 {
			t.Errorf("report %d: %v, want nothing", i, reports[i])
		}
	}
	client, server := reports[4], reports[5]
	for name, pair := range map[string][2]string{
		"state":          {client["state"], "ESTABLISHED"},
		"ISS":            {client["ISS"], server["IRS"]},
		"IRS":            {client["IRS"], server["ISS"]},
		"SND.NXT":        {client["SND.NXT"], server["RCV.NXT"]},
		"SND.UNA":        {client["SND.UNA"], client["SND.NXT"]},
		"RCV.NXT":        {client["RCV.NXT"], server["SND.NXT"]},
		"SND.WND":        {client["SND.WND"], scaled(server["RCV.WND"], server["Rcv.Wind.Shift"])},
		"shift":          {client["Snd.Wind.Shift"], server["Rcv.Wind.Shift"]},
		"receive buffer": {server["receive buffer"], "700 bytes"},
		"send buffer":    {reports[2]["send buffer"], "700 bytes"},
		"emptied":        {client["send buffer"], "0 bytes"},
		"Eff.snd.MSS":    {client["Eff.snd.MSS"], "1420"}, // 1460 less 40 octets of options
		"ssthresh":       {client["ssthresh"], "unlimited"},
		"SRTT":           {client["SRTT"], "20ms"},
	} {
		if pair[0] != pair[1] || pair[0] == "" {
			t.Errorf("%s: %q and %q", name, pair[0], pair[1])
		}
	}
	if sizes[5]-sizes[4] != 700 {
		t.Errorf("the server remembers %d bytes, the client %d, want 700 more", sizes[5], sizes[4])
	}
}

// TestSampleOfAFIN: the ACK of a FIN echoes the timestamp before the FIN's, so that
// who closes measures its own silence; the entry says so. On a stack that does as
// RFC 7323 §4.3 says, this fails: then the words are to go.
func TestSampleOfAFIN(t *testing.T) {
	t.Parallel()
	const silence = 40 * time.Second
	l := newLab(t, Config{})
	l.serve(7, echo)
	var open, closed string
	srtt := func() string {
		for _, e := range l.Client().Memory().Entries {
			if e.Name == "SRTT" {
				return e.Value
			}
		}
		return ""
	}
	l.run(time.Hour, func() {
		c := l.mustDial(7)
		l.Sleep(silence)
		open = srtt()
		_ = c.Close()
		l.Sleep(time.Second)
		closed = srtt()
	})
	// A sample of the silence and a round trip, and seven parts of the 20 ms before (RFC 6298 §2.3).
	want := (7*20*time.Millisecond + silence + 20*time.Millisecond) / 8
	if open != "20ms" || closed != want.String()+", by the ACK of a FIN" {
		t.Errorf("SRTT is %q, and %q after the FIN; want 20ms, and %v with the reason", open, closed, want)
	}
}

// TestRoundTripThatIsNone: what was never measured is said not to be, and what is
// shorter than the stack notes is told as that.
func TestRoundTripThatIsNone(t *testing.T) {
	t.Parallel()
	srtt := func(m trace.Memory) string {
		for _, e := range m.Entries {
			if e.Name == "SRTT" {
				return e.Value
			}
		}
		return "no SRTT"
	}
	never := holding{block: block{synchronized: true}}
	if got := srtt(never.memory()); got != "not measured" {
		t.Errorf("the SRTT of a connection that was never measured is %q", got)
	}
	l := newLab(t, Config{Delay: time.Microsecond})
	l.serve(7, echo)
	var short string
	l.run(time.Hour, func() {
		_ = l.mustDial(7)
		l.Sleep(time.Second)
		short = srtt(l.Client().Memory())
	})
	if short != "1ms, rounded up" {
		t.Errorf("the SRTT of a path of 2 µs there and back is %q", short)
	}
}

// scaled is a window as the peer sees it: the field on the wire has lost what
// the shift cut off (RFC 7323 §2.3).
func scaled(window, shift string) string {
	w, _ := strconv.Atoi(window)
	s, _ := strconv.Atoi(shift)
	return strconv.Itoa(w >> s << s)
}

// A few connections are an entry each; many are one for each state. No byte is
// lost by it.
func TestMemoryOfMany(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Cooperative: true})
	l.serve(7, echo)
	l.run(time.Hour, func() {
		for range 8 {
			l.mustDial(7)
		}
		few := l.Client().Memory()
		if len(few.Entries) != 8 || few.Entries[0].Name != "TCB "+l.Client().Connections()[0].Conn.Local.String() || few.Entries[7].Bytes < 60 {
			l.t.Errorf("8 connections: %v", few.Entries)
		}
		for range 292 {
			l.mustDial(7)
		}
		m := l.Client().Memory()
		want := trace.Entry{Kind: trace.MemoryConnection, Name: "300 TCBs", Value: "ESTABLISHED", Bytes: 300 * few.Entries[7].Bytes}
		if len(m.Entries) != 1 || m.Entries[0] != want {
			l.t.Errorf("300 connections: %v, want %v", m.Entries, want)
		}
		if n := len(l.Server().Connections()); n < 299 { // the last one's ACK is on its way
			l.t.Errorf("the server remembers %d", n)
		}
	})
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for _, control := range []string{"reno", "cubic"} {
		l := newLab(t, Config{Samples: true, Client: HostConfig{Congestion: control}}, "rate 10mbit queue 15kb")
		bulk(l, 1<<20)
		if err := l.Run(10 * time.Minute); err != nil {
			t.Fatal(err)
		}
		most, cut := 0, false
		for _, s := range l.Samples() {
			if s.Party.Role != trace.RoleClient {
				continue
			}
			most = max(most, s.Cwnd)
			cut = cut || s.Ssthresh > 0 && s.Cwnd < most
			if s.CwndBytes != s.Cwnd*1420 || s.InFlight < 0 || s.RTO < 200*time.Millisecond {
				t.Fatalf("%s: %+v", control, s)
			}
		}
		if most < 20 || !cut {
			t.Errorf("%s: the congestion window grew to %d, and was cut: %v", control, most, cut)
		}
	}
}
