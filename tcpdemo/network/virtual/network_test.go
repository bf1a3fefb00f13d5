package virtual

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// Virtual time costs no real time, and ends when nothing is left to happen.
func TestTimeIsVirtual(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	began := time.Now()
	l.Go(func() { l.Sleep(1000 * time.Hour) })
	if err := l.Run(time.Hour); !errors.Is(err, ErrLimit) {
		t.Errorf("Run(1h) = %v, want ErrLimit", err)
	}
	if l.Elapsed() != time.Hour {
		t.Errorf("after Run(1h): %v", l.Elapsed())
	}
	if err := l.Run(2000 * time.Hour); err != nil {
		t.Errorf("Run: %v", err)
	}
	if l.Elapsed() != 1000*time.Hour {
		t.Errorf("the network stopped at %v", l.Elapsed())
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("1000 hours took %v", took)
	}
	if got := l.Now().Sub(DefaultStart); got != 1000*time.Hour {
		t.Errorf("the date moved by %v", got)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	beats := 0
	l.Go(func() {
		for {
			l.Sleep(time.Second)
			if beats++; beats == 5 {
				l.Stop()
			}
		}
	})
	if err := l.Run(time.Hour); err != nil || beats != 5 {
		t.Errorf("Run = %v after %d beats, want nil after 5", err, beats)
	}
}

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

// Another seed gives other initial sequence numbers and ports.
func TestSeeds(t *testing.T) {
	t.Parallel()
	isns, ports := map[uint32]bool{}, map[uint16]bool{}
	for seed := range uint64(8) {
		l := newLab(t, Config{Seed: seed})
		l.listen(7, 0)
		r := l.run(time.Minute, func() { l.mustDial(7) })
		for _, f := range r.Frames[:4] {
			if s, ok := parse(f.Data); ok && s.flags.Contains(header.TCPFlagSyn) {
				isns[s.seq] = true
				ports[s.src.Port()] = true
			}
		}
	}
	if len(isns) != 16 || len(ports) != 9 { // 8 clients' ports and the server's
		t.Errorf("8 seeds gave %d ISNs and %d ports", len(isns), len(ports))
	}
}

// Applications that wait for ever do not outlive the network.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, cooperative := range []bool{false, true} {
		l := newLab(t, Config{Cooperative: cooperative})
		l.serve(7, func(c *Conn) {
			_, err := c.Read(make([]byte, 1))
			wantErr(t, "read in a closed network", err, net.ErrClosed)
		})
		l.Go(func() {
			l.mustDial(7)
			for {
				l.Sleep(time.Hour)
			}
		})
		l.Go(func() { l.Sleep(time.Second); _ = l.Server().Restart() })
		if err := l.Run(10 * time.Minute); !errors.Is(err, ErrLimit) {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
		if err := l.Run(time.Second); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Run on a closed network: %v", err)
		}
		if _, err := l.dial(7); !errors.Is(err, net.ErrClosed) {
			t.Errorf("dial on a closed network: %v", err)
		}
	}
	limit := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(limit) {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
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

// scaled is a window as the peer sees it: the field on the wire has lost what
// the shift cut off (RFC 7323 §2.3).
func scaled(window, shift string) string {
	w, _ := strconv.Atoi(window)
	s, _ := strconv.Atoi(shift)
	return strconv.Itoa(w >> s << s)
}

// Many connections are reported an entry each.
func TestMemoryOfMany(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Cooperative: true})
	l.serve(7, echo)
	l.run(time.Hour, func() {
		for range 300 {
			l.mustDial(7)
		}
		m := l.Client().Memory()
		if len(m.Entries) != 300 || m.Entries[0].Name != "TCB 10.0.0.2:7" || m.Entries[299].Bytes < 60 {
			l.t.Errorf("%d entries, the last: %v", len(m.Entries), m.Entries[len(m.Entries)-1])
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

// A SYN that no host sent is answered into the void, and the timeline says so.
func TestInject(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	l.listen(7, 4)
	r := l.run(10*time.Second, func() {
		if err := l.Inject(l.Server(), forgedSYN()); err != nil {
			l.t.Error(err)
		}
		l.Sleep(time.Millisecond)
		l.Stop()
	})
	lines := strings.Join(timeline(r), "\n")
	for _, want := range []string{
		"wire 0>0 injected #1", "server in #1 3000>7 SYN", "LISTEN -> SYN-RECEIVED (1 SYN #1)",
		"7>3000 SYN,ACK", "dropped #2 no host has the address 02 00 00 00 00 66",
	} {
		if !strings.Contains(lines, want) {
			t.Errorf("the timeline lacks %q:\n%s", want, lines)
		}
	}
	if err := l.Inject(l.Server(), []byte("short")); err == nil {
		t.Error("a frame of 5 bytes was taken")
	}
}

func forgedSYN() []byte {
	b := make([]byte, 14+20+20)
	copy(b, []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0x66, 8, 0})
	src, dst := tcpip.AddrFrom4([4]byte{10, 0, 0, 66}), tcpip.AddrFrom4(ServerAddr.As4())
	ip := header.IPv4(b[14:])
	ip.Encode(&header.IPv4Fields{TotalLength: 40, TTL: 64, Protocol: 6, SrcAddr: src, DstAddr: dst})
	ip.SetChecksum(^ip.CalculateChecksum())
	segment := header.TCP(ip.Payload())
	segment.Encode(&header.TCPFields{SrcPort: 3000, DstPort: 7, SeqNum: 1000, DataOffset: 20, Flags: header.TCPFlagSyn, WindowSize: 1024})
	segment.SetChecksum(^segment.CalculateChecksum(header.PseudoHeaderChecksum(6, src, dst, 20)))
	return b
}

// net/http's deadlines are the system's; on the network only their duration
// counts.
func TestHTTPTimeout(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.NotFoundHandler()}
	ln := l.listen(80, 0)
	l.Go(func() { _ = server.Serve(ln) })
	l.run(time.Hour, func() {
		c := l.mustDial(80)
		_, _ = io.WriteString(c, "GET / HT") // and no more
		_, _ = io.Copy(io.Discard, c)
		if at := l.Elapsed(); at < 5*time.Second || at > 6*time.Second {
			l.t.Errorf("the server gave up at %v", at)
		}
	})
}

func TestUntil(t *testing.T) {
	t.Parallel()
	lab := DefaultStart
	system := time.Date(2031, time.July, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		t    time.Time
		want time.Duration
	}{
		{lab.Add(5 * time.Second), 5 * time.Second},
		{lab.Add(1234567), 1234567},
		{lab.Add(-time.Second), -time.Second},
		{system.Add(30*time.Second - 20*time.Millisecond), 30 * time.Second},
		{system.Add(250*time.Millisecond - 300*time.Microsecond), 250 * time.Millisecond},
		{system.Add(2*time.Second - time.Millisecond), 2 * time.Second},
		{system.Add(7 * time.Millisecond), 7 * time.Millisecond},
	} {
		if got := until(c.t, lab, system); got != c.want {
			t.Errorf("until(%v) = %v, want %v", c.t, got, c.want)
		}
	}
	if until(time.Unix(1, 0), lab, system) > 0 { // net/http's "a long time ago"
		t.Error("1970 lies ahead")
	}
}

// A dial whose context ends is given up.
func TestDialContext(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, "drop all frames")
	l.run(time.Hour, func() {
		to := netip.AddrPortFrom(ServerAddr, 7)
		ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
		defer cancel()
		_, err := l.Client().Dial(ctx, to, 0)
		wantErr(l.t, "dial with a timeout", err, context.DeadlineExceeded)
		if at := l.Elapsed(); at != 1500*time.Millisecond {
			l.t.Errorf("the dial was given up at %v", at)
		}
		ctx, cancel = context.WithCancel(context.Background())
		l.Go(func() { l.Sleep(time.Second); cancel() })
		_, err = l.Client().Dial(ctx, to, 0)
		wantErr(l.t, "dial that is cancelled", err, context.Canceled)
		if at := l.Elapsed(); at != 2500*time.Millisecond {
			l.t.Errorf("the dial was cancelled at %v", at)
		}
	})
}

func TestConfigErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{
		"MTU":        {Client: HostConfig{MTU: 20}},
		"congestion": {Server: HostConfig{Congestion: "vegas"}},
		"buffer":     {Server: HostConfig{ReceiveBuffer: 100}},
	} {
		if n, err := New(c); err == nil {
			t.Errorf("%s: no error", name)
			_ = n.Close()
		}
	}
}

// Frames bear the numbers of the client's trace.
func TestNumbers(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, "drop 1st data segment", "duplicate 2nd data segment")
	l.serve(7, echo)
	r := l.run(time.Hour, func() {
		c := l.mustDial(7)
		_, _ = io.WriteString(c, "one")
		_, _ = io.ReadFull(c, make([]byte, 3))
		_ = c.Close()
	})
	for i, f := range r.At(ClientTap) {
		if f.Number != i+1 {
			t.Errorf("frame %d of the client's trace has the number %d", i+1, f.Number)
		}
	}
	byWire := map[uint64]int{}
	for _, f := range r.Frames {
		if f.Vantage == ClientTap && byWire[f.Wire] == 0 {
			byWire[f.Wire] = f.Number
		}
	}
	for _, f := range r.Frames {
		if f.Vantage == ServerTap && f.Number != byWire[f.Wire] {
			t.Errorf("#%d is %d at the server and %d at the client", f.Wire, f.Number, byWire[f.Wire])
		}
	}
	verdicts := map[trace.Fate]int{}
	for _, o := range r.Observations {
		if o.Verdict != nil {
			verdicts[o.Verdict.Fate]++
		}
	}
	if verdicts[trace.Dropped] != 1 || verdicts[trace.Duplicated] != 1 {
		t.Errorf("verdicts: %v", verdicts)
	}
}

// Concurrent writes are not mixed.
func TestWritesDoNotMix(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Client: HostConfig{SendBuffer: 8192}})
	const size = 100_000
	l.serve(7, func(c *Conn) {
		got, _ := io.ReadAll(c)
		if len(got) != 3*size {
			l.t.Errorf("%d octets arrived", len(got))
			return
		}
		for block := range 3 {
			if b := got[block*size : (block+1)*size]; bytes.Count(b, b[:1]) != size {
				l.t.Error("writes were mixed")
			}
		}
	})
	l.run(time.Hour, func() {
		c := l.mustDial(7)
		left := 3
		for i := range 3 {
			l.Go(func() {
				_, _ = c.Write(bytes.Repeat([]byte{'a' + byte(i)}, size))
				if left--; left == 0 {
					_ = c.Close()
				}
			})
		}
	})
}

// An application may keep its own goroutines and channels: time waits for them.
func TestOwnGoroutines(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	l.run(time.Hour, func() {
		results := make(chan int)
		go func() {
			sum := 0
			for i := range 50_000_000 {
				sum += i & 1
			}
			results <- sum
		}()
		l.Go(func() { l.Sleep(time.Second) })
		if <-results; l.Elapsed() != 0 {
			l.t.Errorf("%v passed while an application was at work", l.Elapsed())
		}
	})
}

// Frames that a network delivers may be crafted: parsing never panics, and what
// is taken for a segment lies within the frame.
func FuzzParse(f *testing.F) {
	f.Add(forgedSYN())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, frame []byte) {
		s, ok := parse(frame)
		if ok && (s.payload < 0 || s.payload > len(frame)-54) {
			t.Errorf("%d octets of payload in a frame of %d", s.payload, len(frame))
		}
		_, _, _ = senderOf(frame)
		_ = forHost(frame, linkAddress(network.ClientToServer))
	})
}
