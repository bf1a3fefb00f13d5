package tcpdemo_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// frames makes a source of frames that are there.
func source(frames []capture.Frame) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for _, f := range frames {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// connections returns the summaries of a run as its places see it: both taps
// together, or the trace of one.
func connections(t *testing.T, r *network.Recording, view string) []*tcpstate.Conn {
	t.Helper()
	frames := r.Frames
	if view != "both" {
		frames = reread(t, r, view)
	}
	o := analyze.Options{VerifyChecksums: true, Exact: view == "both"}
	var all []*tcpstate.Conn
	until := map[int]time.Time{} // the last sight of each stream
	for e, err := range o.Run(source(frames), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Segment != nil && e.At.After(until[e.Stream]) {
			until[e.Stream] = e.At
		}
		if c := e.Connection; c != nil {
			if span := until[c.Stream].Sub(c.FirstTime); c.Span() != span {
				t.Errorf("stream %d spans %v, and says %v", c.Stream, span, c.Span())
			}
			all = append(all, c)
		}
	}
	return all
}

// transfer has the client send size octets by one call, to a server that first
// sleeps and then reads, and answers after a thought.
func transfer(size int, nap, thought time.Duration, c network.Config, rules ...string) tcpdemo.Scenario {
	c.Rules = network.MustParseRules(rules...)
	return tcpdemo.Scenario{Name: "transfer", Network: c, Limit: 10 * time.Minute, Run: func(l *tcpdemo.Lab) error {
		ln, err := l.Server.Listen(9, 0)
		if err != nil {
			return err
		}
		l.Go(func() {
			s, err := ln.Accept()
			if err != nil {
				return
			}
			l.Sleep(nap)
			_, _ = io.CopyN(io.Discard, s, int64(size))
			l.Sleep(thought)
			_, _ = s.Write([]byte("done"))
			_ = s.Close()
		})
		conn, err := l.Client.Dial(context.Background(), netip.AddrPortFrom(l.Server.Addr(), 9), 0)
		if err != nil {
			return err
		}
		if _, err := conn.Write(make([]byte, size)); err != nil {
			return err
		}
		if _, err := io.ReadAll(conn); err != nil {
			return err
		}
		return conn.Close()
	}}
}

func lesson(t *testing.T, name string) tcpdemo.Scenario {
	t.Helper()
	sc, ok := tcpdemo.Find(name)
	if !ok {
		t.Fatalf("no lesson %q", name)
	}
	return sc
}

// The verdict names what in fact limited a connection, where the cause is ours:
// a lesson's, or a rule's. From the receiver's end alone, a tail that was lost on
// its way looks like a sender that has not sent, so loss is judged elsewhere.
func TestVerdictsAreTheCauses(t *testing.T) {
	t.Parallel()
	everywhere, sender := []string{"both", "client", "server"}, []string{"both", "client"}
	near := network.Config{Delay: 5 * time.Millisecond}
	for _, c := range []struct {
		name     string
		scenario tcpdemo.Scenario
		stream   int
		views    []string
		kind     tcpstate.VerdictKind
		limit    tcpstate.Limit
		queued   bool
		least    float64 // of the span, is spent on it
	}{
		{name: "zero-window", scenario: lesson(t, "zero-window"), views: everywhere, limit: tcpstate.LimitWindow, least: 0.9},
		{name: "loss", scenario: lesson(t, "loss"), views: sender, limit: tcpstate.LimitLoss, least: 0.6},
		{name: "backoff: the SYN", scenario: lesson(t, "backoff"), views: sender, kind: tcpstate.VerdictNeverOpened, least: 1},
		{name: "backoff: data", scenario: lesson(t, "backoff"), stream: 1, views: sender, limit: tcpstate.LimitLoss, least: 0.9},
		{name: "keepalive", scenario: lesson(t, "keepalive"), views: everywhere, limit: tcpstate.LimitIdle, least: 0.95},
		{name: "half-close", scenario: lesson(t, "half-close"), views: everywhere, limit: tcpstate.LimitServer, least: 0.8},
		{name: "congestion", scenario: lesson(t, "congestion"), views: everywhere, limit: tcpstate.LimitPath, least: 0.5},
		{name: "refused", scenario: lesson(t, "refused"), views: everywhere, kind: tcpstate.VerdictRefused},
		{name: "handshake", scenario: lesson(t, "handshake"), views: everywhere, kind: tcpstate.VerdictShort},
		{name: "rate, and a queue that overflows", scenario: transfer(300_000, 0, 0, near, "rate 1mbit"), views: sender, limit: tcpstate.LimitLoss, queued: true, least: 0.5},
		{name: "rate", scenario: transfer(60_000, 0, 0, near, "rate 1mbit"), views: sender, limit: tcpstate.LimitPath, queued: true, least: 0.75},
		{name: "rate, from the receiver", scenario: transfer(60_000, 0, 0, near, "rate 1mbit"), views: []string{"server"}, limit: tcpstate.LimitPath, least: 0.75},
		{name: "delay", scenario: transfer(300_000, 0, 0, near, "delay 200ms"), views: everywhere, limit: tcpstate.LimitPath, least: 0.6},
		{name: "loss of 10 %", scenario: transfer(300_000, 0, 0, near, "loss 10%"), views: everywhere, limit: tcpstate.LimitLoss, least: 0.6},
		{name: "a server that thinks", scenario: transfer(1000, 0, 2*time.Second, near), views: everywhere, limit: tcpstate.LimitServer, least: 0.95},
		{
			name: "a server that reads late", scenario: transfer(300_000, 5*time.Second, 0, network.Config{Delay: 5 * time.Millisecond, Server: network.HostConfig{ReceiveBuffer: 20_000}}),
			views: everywhere, limit: tcpstate.LimitWindow, least: 0.9,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := enact(t, c.scenario, 1)
			for _, view := range c.views {
				conn := connections(t, r, view)[c.stream]
				v, says := conn.Verdict(), explain.Verdict(explain.English, conn)
				t.Logf("%-6s %s [%s]", view, says, explain.SpentText(explain.English, conn))
				if v.Kind != c.kind || c.kind == tcpstate.VerdictLimited && v.Limit != c.limit || v.Queued != c.queued {
					t.Errorf("seen from %s: %v %v, queued %v; the cause is %v %v, queued %v", view, v.Kind, v.Limit, v.Queued, c.kind, c.limit, c.queued)
				}
				if v.For.Seconds() < c.least*v.Span.Seconds() {
					t.Errorf("seen from %s: %v of %v", view, v.For, v.Span)
				}
			}
		})
	}
}

// Each nanosecond of a connection is spent on one thing, whatever the wire does.
func TestSpentAddsUp(t *testing.T) {
	t.Parallel()
	for _, sc := range slices.Concat(tcpdemo.Scenarios(), walks()) {
		if sc.Name == "many" {
			continue // a thousand connections of the same kind
		}
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range max(4, seeds()/10) {
				var rules []network.Rule
				if seed > 0 {
					rules = randomRules(t, rand.New(rand.NewPCG(seed, uint64(len(sc.Name)))))
				}
				r, _ := attempt(t, sc, seed, rules...)
				for _, view := range []string{"both", "client", "server"} {
					for _, c := range connections(t, r, view) {
						checkSpent(t, c)
					}
				}
			}
		})
	}
}

func checkSpent(t *testing.T, c *tcpstate.Conn) {
	t.Helper()
	sum := time.Duration(0)
	for l, d := range c.Spent() {
		if d < 0 {
			t.Errorf("stream %d: %v on %v", c.Stream, d, tcpstate.Limit(l))
		}
		sum += d
	}
	if sum != c.Span() {
		t.Errorf("stream %d: %v is spent of %v: %v", c.Stream, sum, c.Span(), c.Spent())
	}
	for _, end := range []tcpstate.End{tcpstate.Client, tcpstate.Server} {
		d := c.Direction(end)
		if a := d.Again; a.Fast+a.Timeout+a.Spurious != a.Segments {
			t.Errorf("stream %d: %+v do not add up", c.Stream, a)
		}
		if d.Busy > c.Span() || d.Limited > c.Spent()[tcpstate.LimitWindow] || d.Closed > c.Span() {
			t.Errorf("stream %d: busy %v, limited %v, closed %v of %v", c.Stream, d.Busy, d.Limited, d.Closed, c.Span())
		}
	}
}
