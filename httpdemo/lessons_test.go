package httpdemo_test

import (
	"bytes"
	"net/http"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo/network"
)

// run is what happened in a lesson on the virtual network.
type run struct {
	events   []trace.Event
	memories []trace.Observation
}

// perform runs a lesson with a seed, and reads what happened from its frames.
func performed(t *testing.T, name string, seed uint64) run {
	t.Helper()
	r, _ := perform(t, name, seed)
	out := run{}
	for _, o := range r.Observations {
		if o.Kind == trace.ObservedMemory {
			out.memories = append(out.memories, o)
		}
	}
	for e, err := range (&analyze.Options{Exact: true, VerifyChecksums: true, Bodies: 1 << 20}).Run(frames(r), slices.Values(r.Observations)) {
		if err != nil {
			t.Fatal(err)
		}
		out.events = append(out.events, e.Clone())
	}
	return out
}

func frames(r *network.Recording) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for _, f := range r.Frames {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// statuses are those of the responses on the wire, in order.
func (r *run) statuses() (all []int) {
	for _, e := range r.events {
		if e.Kind == trace.KindMessage && !e.Message.Request {
			all = append(all, e.Message.Status)
		}
	}
	return all
}

// most is the most that a party has remembered of one kind, in bytes.
func (r *run) most(p trace.Participant, k trace.MemoryKind) (most int) {
	for _, o := range r.memories {
		if o.Party.Role == p.Role && o.Party.N == p.N {
			most = max(most, o.Memory.Bytes(k))
		}
	}
	return most
}

// TestLessonsRepeat: two runs with one seed have the same bytes on every wire;
// another seed has others.
func TestLessonsRepeat(t *testing.T) {
	t.Parallel()
	for _, l := range httpdemo.Lessons() {
		if l.Run == nil {
			continue // it is on no network
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			if l.Random {
				t.Log("TLS takes its randomness from the system: no two runs have the same bytes")
				return
			}
			var prints [][]byte
			for _, seed := range []uint64{1, 1, 2} {
				r, _ := perform(t, l.Name, seed)
				var b bytes.Buffer
				for _, f := range r.Frames {
					b.WriteString(f.Vantage)
					b.WriteString(f.Time.String())
					b.Write(f.Data)
				}
				prints = append(prints, b.Bytes())
			}
			if !bytes.Equal(prints[0], prints[1]) {
				t.Error("the same seed gave other bytes")
			}
			if bytes.Equal(prints[0], prints[2]) {
				t.Error("another seed gave the same bytes")
			}
		})
	}
}

// TestLessonsRefute: what a lesson claims to refute is on its timeline.
func TestLessonsRefute(t *testing.T) {
	t.Parallel()
	for _, l := range httpdemo.Lessons() {
		if l.Run == nil {
			continue // it is on no network
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			r := performed(t, l.Name, 3)
			found, err := trace.Refute(func(yield func(trace.Event, error) bool) {
				for _, e := range r.events {
					if !yield(e, nil) {
						return
					}
				}
			}, l.Refutes)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if !f.Shown() {
					t.Errorf("%d is not refuted", f.N)
				}
			}
		})
	}
}

func TestVending(t *testing.T) {
	t.Parallel()
	r := performed(t, "vending", 1)
	if got, want := r.statuses(), []int{200, 200, 422, 402}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	if n := r.most(httpdemo.Server, trace.MemoryConversation); n != 0 {
		t.Errorf("the machine remembered %d bytes of its buyers", n)
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	r := performed(t, "api", 1)
	if got, want := r.statuses(), []int{200, 401, 200, 200, 401}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	for _, p := range []trace.Participant{httpdemo.Server1, httpdemo.Server2} {
		if n := r.most(p, trace.MemoryConversation); n != 0 {
			t.Errorf("%s remembered %d bytes of its clients", p.Name(), n)
		}
	}
	challenges := 0
	for _, e := range r.events {
		if e.Kind == trace.KindMessage && e.Message.Status == http.StatusUnauthorized {
			if _, ok := e.Message.Get("WWW-Authenticate"); ok {
				challenges++
			}
		}
	}
	if challenges != 2 {
		t.Errorf("%d of two 401 responses have a challenge (RFC 9110 §15.5.2)", challenges)
	}
}

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	r := performed(t, "keep-alive", 1)
	if got, want := r.statuses(), []int{200, 401, 200}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	var streams []int
	for _, e := range r.events {
		if e.Kind == trace.KindMessage && e.Message.Request {
			streams = append(streams, e.Stream)
		}
	}
	if want := []int{0, 0, 1}; !slices.Equal(streams, want) {
		t.Errorf("requests came on connections %v, want %v", streams, want)
	}
}

// TestTransfer: the statuses of the steps, and balances that change at the
// confirmation and nowhere else.
func TestTransfer(t *testing.T) {
	t.Parallel()
	r := performed(t, "transfer", 1)
	refused := 0
	for _, s := range r.statuses() {
		if s == http.StatusConflict {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("%d forms were refused, want the stale one, the late one, and three of conversations that a crash has ended", refused)
	}
	var seen []string
	for _, o := range r.memories {
		for _, e := range o.Memory.Entries {
			if e.Name == "balance alex" && (len(seen) == 0 || seen[len(seen)-1] != e.Value) {
				seen = append(seen, e.Value)
			}
		}
	}
	// Of five crashes, the last comes when the money has moved.
	if want := []string{"50000", "53000", "56000"}; !slices.Equal(seen, want) {
		t.Errorf("alex had %v, want %v", seen, want)
	}
	if r.most(httpdemo.Server, trace.MemoryConversation) == 0 {
		t.Error("the session is not in the ledger")
	}
	for step := 5; step < 8; step++ { // the power goes: after as many answers as steps were taken
		if got, want := r.within(step).statuses(), append(slices.Repeat([]int{200}, step-3), 409); !slices.Equal(got, want) {
			t.Errorf("step %d: statuses %v, want %v", step, got, want)
		}
	}
}
