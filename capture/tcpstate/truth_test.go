package tcpstate_test

import (
	"os"
	"slices"
	"testing"

	"statelab/capture/tcpstate"
)

// lives is how many random connections the properties are tried on.
func lives() uint64 {
	if os.Getenv("STATELAB_SOAK") != "" {
		return 200_000
	}
	return 3_000
}

// TestBothTapsTellTheTruth: where both hosts are watched, the observer's
// histories are exactly those of the stacks.
func TestBothTapsTellTheTruth(t *testing.T) {
	t.Parallel()
	for seed := range lives() {
		m := runModel(seed)
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{BothTaps: true})
		var conn *tcpstate.Conn
		for i := range m.sights {
			m.sights[i].segment.Frame = i + 1
			r := o.Observe(&m.sights[i].segment, m.sights[i].where)
			checkChanges(t, seed, r)
			conn = r.Conn
		}
		if conn == nil || conn.Stream > 0 {
			continue
		}
		for who, end := range m.ends {
			got, want := conn.History[who], end.history
			if modelAddr[tcpstate.Client] != conn.Key.Client {
				got = conn.History[1-who]
			}
			if len(want) == 1 && len(got) == 0 {
				continue // nothing showed that it was there
			}
			if !m.strict && !slices.Contains(got, tcpstate.Established) {
				// Whether the crossing SYN,ACK was taken never showed.
				want = slices.DeleteFunc(slices.Clone(want), func(s tcpstate.State) bool { return s == tcpstate.Established })
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d: %s went through %v, the observer says %v", seed, tcpstate.End(who), want, got)
			}
		}
	}
}

// TestOneTapClaimsOnlyWhatIsTrue: seen from one place alone, a change that the
// observer calls inferred had happened when the segment that shows it was sent.
func TestOneTapClaimsOnlyWhatIsTrue(t *testing.T) {
	t.Parallel()
	for seed := range lives() {
		m := runModel(seed)
		for _, place := range []view{atClient, atServer, between} {
			o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
			var passed [2][]tcpstate.State // until the latest segment of each end that was seen
			for i := range m.sights {
				s := m.sights[i]
				where, ok := seenFrom(place, s)
				if !ok {
					continue
				}
				s.segment.Frame = i + 1
				if h := s.passed[s.from]; len(h) > len(passed[s.from]) {
					passed[s.from] = h
				}
				r := o.Observe(&s.segment, where)
				checkChanges(t, seed, r)
				for _, c := range r.Changes {
					if c.Basis != tcpstate.Inferred {
						continue
					}
					who := c.End
					if r.Conn.Key.Client != modelAddr[0] {
						who = who.Peer()
					}
					if who == s.from && !slices.Contains(passed[who], c.To) {
						t.Fatalf("seed %d, view %d, frame %d: %s is said to have been in %s, but only went through %v",
							seed, place, s.segment.Frame, who, c.To, passed[who])
					}
					if who != s.from && where != tcpstate.Received && c.To != tcpstate.SynSent {
						t.Fatalf("seed %d, view %d: a segment that %s sent is said to prove %s of its receiver", seed, place, s.from, c.To)
					}
				}
			}
		}
	}
}

// seenFrom says whether, and how, a sight is had from a place.
func seenFrom(place view, s sight) (tcpstate.Where, bool) {
	own := tcpstate.Client
	switch place {
	case atServer:
		own = tcpstate.Server
	case between:
		return tcpstate.Passing, s.where == tcpstate.Sent
	case atBoth:
		return s.where, true
	case atClient:
	}
	if s.where == tcpstate.Sent {
		return s.where, s.from == own
	}
	return s.where, s.from != own
}

// checkChanges holds that each change is an edge of the figure or comes with a
// finding that says why not.
func checkChanges(t *testing.T, seed uint64, r *tcpstate.Reading) {
	t.Helper()
	for _, c := range r.Changes {
		if c.From == c.To {
			t.Fatalf("seed %d: %s changes from %s to itself", seed, c.End, c.From)
		}
		if c.Edge != nil {
			if c.Edge.From != c.From || c.Edge.To != c.To {
				t.Fatalf("seed %d: %s→%s bears the edge %s→%s", seed, c.From, c.To, c.Edge.From, c.Edge.To)
			}
			continue
		}
		if !slices.ContainsFunc(r.Findings, func(f tcpstate.Finding) bool {
			switch f.Name {
			case tcpstate.FoundMidstream, tcpstate.FoundHalfOpen, tcpstate.FoundOffFigure, tcpstate.FoundNotArrived:
				return true
			}
			return false
		}) {
			t.Fatalf("seed %d: %s %s→%s is no edge, and nothing says why", seed, c.End, c.From, c.To)
		}
	}
}
