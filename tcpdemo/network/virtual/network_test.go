package virtual

import (
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"statelab/capture/trace"
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
		"7>3000 SYN,ACK", "dropped #2 no host has 02:00:00:00:00:66",
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
		_ = forHost(frame, linkAddress(0))
	})
}

// Close ends a Run that would never end.
func TestCloseEndsRun(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{})
	beats := make(chan struct{}, 1)
	l.Go(func() {
		for {
			l.Sleep(time.Millisecond)
			select {
			case beats <- struct{}{}:
			default:
			}
		}
	})
	ended := make(chan error)
	go func() { ended <- l.Run(1 << 62) }()
	<-beats
	if err := l.Run(time.Second); err == nil {
		t.Error("two Runs at once")
	}
	_ = l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Run = %v, want net.ErrClosed", err)
	}
}
