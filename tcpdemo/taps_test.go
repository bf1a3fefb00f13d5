package tcpdemo_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/pcapfile"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// side is one end of a connection, by its addresses.
type side struct{ local, remote netip.AddrPort }

// move is one change of state of a side, and when it happened or was seen.
type move struct {
	from, to tcpstate.State
	at       time.Time
	frame    int         // of the trace that shows it
	cause    trace.Cause // as the stack reported it
}

func (m move) String() string { return fmt.Sprintf("%v→%v", m.from, m.to) }

// reported returns what the stacks reported of each side: the truth. Listening
// sockets are left out: they are the end of no connection.
func reported(r *network.Recording) map[side][]move {
	all := map[side][]move{}
	for _, o := range r.Observations {
		if o.Kind == trace.ObservedState && o.Conn.Remote.IsValid() {
			s := side{o.Conn.Local, o.Conn.Remote}
			all[s] = append(all[s], move{from: o.From, to: o.To, at: o.At, cause: o.Cause})
		}
	}
	return all
}

// reread writes a tap's trace without comments and reads it back: what anybody
// with a capture would have.
func reread(t *testing.T, r *network.Recording, vantage string) []capture.Frame {
	t.Helper()
	var file bytes.Buffer
	w, err := pcapfile.NewWriter(&file, pcapfile.WriterOptions{Link: capture.LinkEthernet, Interface: vantage, Batch: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.At(vantage) {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	frames := written(t, file.Bytes())
	for i := range frames {
		frames[i].Vantage = vantage
		if frames[i].Wire != 0 || frames[i].Order != 0 || frames[i].Comment != "" {
			t.Fatal("a trace file holds more than bytes, times and directions")
		}
	}
	return frames
}

// watch lets an observer look at frames, in order of time, and returns the
// changes that it tells of each side, those of the given bases.
func watch(frames []capture.Frame, o tcpstate.ObserverOptions, bases ...tcpstate.Basis) map[side][]move {
	slices.SortStableFunc(frames, func(a, b capture.Frame) int { return a.Time.Compare(b.Time) })
	observer := tcpstate.NewObserver(o)
	decoder := decode.Decoder{VerifyChecksums: true}
	var p decode.Packet
	all := map[side][]move{}
	for _, f := range frames {
		decoder.Decode(&f, &p)
		if !p.TCP {
			continue
		}
		where := tcpstate.Sent
		if f.Direction == capture.Inbound {
			where = tcpstate.Received
		}
		reading := observer.Observe(&p.Segment, where)
		for _, c := range reading.Changes {
			if !slices.Contains(bases, c.Basis) {
				continue
			}
			s := side{reading.Conn.Key.Client, reading.Conn.Key.Server}
			if c.End == tcpstate.Server {
				s.local, s.remote = s.remote, s.local
			}
			all[s] = append(all[s], move{from: c.From, to: c.To, at: f.Time, frame: f.Number})
		}
	}
	return all
}

// excuses notes which rows of tcpstate.Invisible each scenario needs.
type excuses struct {
	mu   sync.Mutex
	rows map[string]map[string]int // scenario → change → how often
}

func (e *excuses) note(scenario string) func(move) {
	return func(m move) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.rows[scenario] == nil {
			e.rows[scenario] = map[string]int{}
		}
		e.rows[scenario][m.String()]++
	}
}

// From the traces of both taps alone, the observer tells each end's life exactly
// as the stack lived it, except for what tcpstate.Invisible lists.
func TestBothTapsTellWhatTheStacksDid(t *testing.T) {
	t.Parallel()
	used := excuses{rows: map[string]map[string]int{}}
	t.Run("scenarios", func(t *testing.T) {
		for _, sc := range slices.Concat(tcpdemo.Scenarios(), walks()) {
			t.Run(sc.Name, func(t *testing.T) {
				t.Parallel()
				for seed := range seeds() {
					r := enact(t, sc, seed)
					checkBothTaps(t, seed, r, used.note(sc.Name))
				}
			})
		}
	})
	for _, name := range slices.Sorted(maps.Keys(used.rows)) {
		t.Logf("%-20s %v", name, used.rows[name])
	}
}

func checkBothTaps(t *testing.T, seed uint64, r *network.Recording, excused func(move)) {
	t.Helper()
	frames := slices.Concat(reread(t, r, virtual.ClientTap), reread(t, r, virtual.ServerTap))
	told := watch(frames, tcpstate.ObserverOptions{BothTaps: true}, tcpstate.Inferred, tcpstate.Assumed)
	real := reported(r)
	for s := range told {
		if real[s] == nil {
			real[s] = []move{} // no stack had such an end
		}
	}
	for s, life := range real {
		if err := compare(life, told[s], excused); err != nil {
			t.Errorf("seed %d: %v → %v: %v", seed, s.local, s.remote, err)
		}
	}
}

// One tap alone never claims what did not happen: each change that it calls
// inferred is in the stack's own history of that end, in order, and not later
// than the frame that shows it.
func TestOneTapClaimsOnlyWhatHappened(t *testing.T) {
	t.Parallel()
	for _, sc := range slices.Concat(tcpdemo.Scenarios(), walks()) {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds() {
				r := enact(t, sc, seed)
				for _, tap := range taps {
					checkOneTap(t, seed, r, tap)
				}
			}
		})
	}
}

func checkOneTap(t *testing.T, seed uint64, r *network.Recording, tap string) {
	t.Helper()
	real, host, forged := reported(r), tapAddr[tap], forgeries(r)
	for s, claims := range watch(reread(t, r, tap), tcpstate.ObserverOptions{}, tcpstate.Inferred) {
		if forged[s] && s.local.Addr() != host {
			continue // what bears another's name cannot be told apart where it arrives
		}
		if err := believe(real[s], claims); err != nil {
			t.Errorf("seed %d, %s tap: %v → %v %v", seed, tap, s.local, s.remote, err)
		}
	}
}

var tapAddr = map[string]netip.Addr{virtual.ClientTap: virtual.ClientAddr, virtual.ServerTap: virtual.ServerAddr}

// forgeries returns the sides in whose names segments were put on the wire that
// no stack sent.
func forgeries(r *network.Recording) map[side]bool {
	injected := map[uint64]bool{}
	for _, o := range r.Observations {
		if o.Kind == trace.ObservedVerdict && o.Verdict.Fate == trace.Injected {
			injected[o.Verdict.Wire] = true
		}
	}
	all := map[side]bool{}
	var d decode.Decoder
	var p decode.Packet
	for _, f := range r.Frames {
		if d.Decode(&f, &p); p.TCP && injected[f.Wire] {
			all[side{p.Segment.Src, p.Segment.Dst}] = true
		}
	}
	return all
}
