package tcpdemo_test

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// Whatever the wire does, what was sent comes back: TCP mends it. Each rule did
// what it says.
func TestEchoUnderRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule string
		fate trace.Fate
		n    int // verdicts; -1 for at least one
	}{
		{"drop 2nd data segment client→server once", trace.Dropped, 1},
		{"drop 1st data segment server→client twice", trace.Dropped, 2},
		{"drop 1st syn", trace.Dropped, 1},
		{"drop syn-ack twice", trace.Dropped, 2},
		{"drop 3rd", trace.Dropped, 1},
		{"drop 1st fin once", trace.Dropped, 1},
		{"delay 300ms 2nd data segment client→server", trace.Delayed, 1},
		{"duplicate 3rd data segment", trace.Duplicated, 1},
		{"swap 2,3 data segment client→server", trace.Swapped, 1},
		{"corrupt", trace.Corrupted, 1},
		{"corrupt 1st pure-ack client→server", trace.Corrupted, 1},
		{"cut 2s", trace.Dropped, -1},
		{"cut from 0s for 2s", trace.Dropped, -1},
		{"rate 1mbit queue 8kB", trace.QueueFull, -1},
		{"mtu 600 client→server", trace.TooBig, -1},
		{"loss 5%", trace.Dropped, -1},
		{"delay 50ms", trace.Delayed, 0},
	} {
		t.Run(test.rule, func(t *testing.T) {
			t.Parallel()
			for _, cooperative := range []bool{true, false} {
				verdicts := exchangeOn(t, virtual.Config{Seed: 3, Rules: network.MustParseRules(test.rule), Cooperative: cooperative})
				n := 0
				for _, v := range verdicts {
					if v.Fate == test.fate && v.Rule == test.rule {
						n++
					}
				}
				if n != test.n && (test.n >= 0 || n == 0) {
					t.Errorf("%d verdicts of %s, want %d: %+v", n, test.fate, test.n, verdicts)
				}
			}
		})
	}
}

// exchangeOn echoes 100 kB on a network of its own and returns what its wire
// did.
func exchangeOn(t *testing.T, config virtual.Config) []trace.Verdict {
	t.Helper()
	n, err := virtual.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	var ended []tcpdemo.EchoEnd
	done := false
	n.Go(func() {
		ln, err := n.Server().Listen(7, 0)
		if err != nil {
			t.Error(err)
			return
		}
		server := &tcpdemo.EchoServer{Clock: n, Idle: time.Minute, Observe: tcpdemo.EchoObserver{
			OnClose: func(_ tcpdemo.EchoSession, end tcpdemo.EchoEnd, _ error) { ended = append(ended, end) },
		}}
		n.Go(func() {
			if err := server.Serve(context.Background(), ln); err != nil {
				t.Errorf("Serve: %v", err)
			}
			done = true
		})
		exchangeAll(t, n, ln)
	})
	if err := n.Run(10 * time.Minute); err != nil {
		t.Errorf("Run: %v", err)
	}
	if !done || len(ended) != 1 || ended[0] != tcpdemo.EndEOF {
		t.Errorf("served: %v, ended: %v", done, ended)
	}
	var verdicts []trace.Verdict
	for _, o := range n.Recording().Observations {
		if o.Kind == trace.ObservedVerdict {
			verdicts = append(verdicts, *o.Verdict)
		}
	}
	return verdicts
}

func exchangeAll(t *testing.T, n *virtual.Network, ln net.Listener) {
	defer ln.Close()
	conn, err := n.Client().Dial(context.Background(), netip.AddrPortFrom(n.Server().Addr(), 7), 0)
	if err != nil {
		t.Errorf("dial: %v", err)
		return
	}
	client := &tcpdemo.EchoClient{Conn: conn, Clock: n, Timeout: 5 * time.Minute}
	sent := bytes.Repeat([]byte("all that was sent comes back\n"), 3500)
	if got, err := client.Exchange(sent); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d octets came back, %v", len(got), len(sent), err)
	}
	if rest, err := client.Finish(); rest != 0 || err != nil {
		t.Errorf("finish: %d, %v", rest, err)
	}
}
