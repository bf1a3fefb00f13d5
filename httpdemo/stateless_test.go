package httpdemo_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// perform runs a lesson on the virtual network.
func perform(t *testing.T, name string, seed uint64) (*network.Recording, []trace.Memory) {
	t.Helper()
	l, ok := httpdemo.Find(name)
	if !ok {
		t.Fatalf("no lesson %q", name)
	}
	config := network.Config{Seed: seed}
	for _, p := range l.Cast() {
		config.Hosts = append(config.Hosts, network.Member{Party: p})
	}
	n, err := virtual.New(config)
	if err != nil {
		t.Fatal(err)
	}
	var memories []trace.Memory
	crashed := false
	e := &httpdemo.Env{
		Now: n.Now, Sleep: n.Sleep, Go: n.Go, Rand: rand.NewChaCha8([32]byte{byte(seed)}),
		Report: func(o trace.Observation) {
			if o.Kind == trace.ObservedMemory {
				memories = append(memories, *o.Memory)
			}
			n.Report(o)
		},
	}
	for _, h := range n.Hosts() {
		e.Machines = append(e.Machines, httpdemo.Machine{
			Party: trace.Participant{Role: h.Party().Role, N: h.Party().N}, At: netip.AddrPortFrom(h.Addr(), 80), // as the cast has it
			Listen: func() (net.Listener, error) { return h.Listen(80, 0) },
			Dial:   func(ctx context.Context, to netip.AddrPort) (net.Conn, error) { return h.Dial(ctx, to, 0) },
			Restart: func() error {
				crashed = true
				return h.Restart()
			},
		})
	}
	ended := false
	n.Go(func() {
		if err := l.Run(t.Context(), e); err != nil {
			t.Error(err)
		}
		e.Close()
		ended = true
	})
	_ = n.Run(24 * time.Hour)
	if !ended {
		t.Error("the lesson did not end")
	}
	if crashed != l.Crashes {
		t.Errorf("it took a machine's power away: %v; it says: %v", crashed, l.Crashes)
	}
	r := n.Recording()
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	return r, memories
}

func messages(t *testing.T, r *network.Recording) (requests, responses [][]byte, connections int) {
	t.Helper()
	o := analyze.Options{Exact: true, VerifyChecksums: true}
	for e, err := range o.Run(func(yield func(capture.Frame, error) bool) {
		for _, f := range r.Frames {
			if !yield(f, nil) {
				return
			}
		}
	}, slices.Values(r.Observations)) {
		if err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case trace.KindMessage:
			whole := slices.Concat(e.Message.Head, e.Message.Body)
			if e.Message.Request {
				requests = append(requests, whole)
			} else {
				responses = append(responses, whole)
			}
		case trace.KindTotals:
			connections = e.Totals.Connections
		}
	}
	return requests, responses, connections
}

// The same request four times, on three connections, gets the same answer to
// the byte; and at no moment does either side's application remember anything
// of the conversation.
func TestStateless(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		r, memories := perform(t, "stateless", seed)
		requests, responses, connections := messages(t, r)
		if len(requests) != 4 || len(responses) != 4 || connections != 3 {
			t.Fatalf("seed %d: %d requests, %d responses, %d connections; want 4, 4, 3", seed, len(requests), len(responses), connections)
		}
		for i := 1; i < 4; i++ {
			if !bytes.Equal(requests[i], requests[0]) || !bytes.Equal(responses[i], responses[0]) {
				t.Errorf("seed %d: exchange %d differs from the first:\n%q\n%q", seed, i+1, requests[i], responses[i])
			}
		}
		if len(memories) != 2 {
			t.Errorf("seed %d: %d reports of memory, want the server's and the client's, which no exchange changes", seed, len(memories))
		}
		for _, m := range memories {
			if m.Bytes(trace.MemoryConversation) != 0 {
				t.Errorf("seed %d: somebody remembers %v", seed, m.Entries)
			}
		}
	}
}
