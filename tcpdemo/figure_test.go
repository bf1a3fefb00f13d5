package tcpdemo_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
)

// edgeOf returns the edge of the figure that an observed change took, nil if
// there is none. Where a call, a timer and a segment join the same two states,
// the reported cause tells them apart; sockets and stacks have names of their own
// for calls and timers, but not for what a segment carries.
func edgeOf(o *trace.Observation) *tcpstate.Edge {
	var found *tcpstate.Edge
	edges := tcpstate.Edges()
	for i := range edges {
		e := &edges[i]
		if e.From != o.From || e.To != o.To || e.On.Kind != o.Cause.Kind {
			continue
		}
		if e.On.Name == o.Cause.Name {
			return e
		}
		if found == nil && e.On.Kind != tcpstate.OnReceive {
			found = e
		}
	}
	return found
}

// beyond says why a change that no edge of the figure is may happen all the
// same; empty if it may not.
func beyond(o *trace.Observation) string {
	switch {
	case o.Cause.Name == "restart" && o.To == tcpstate.Closed:
		return "the host crashed: its control blocks are gone (RFC 9293 §3.5.1)"
	case o.From == tcpstate.Listen && o.To == tcpstate.Established:
		return "a SYN cookie: nothing was remembered in SYN-RECEIVED (RFC 4987 §3.6)"
	case selfAbort(o.From, o.To, o.Cause):
		return "the stack itself aborts: something arrived after the application had closed (RFC 1122 §4.2.2.13)"
	}
	return ""
}

// selfAbort reports whether a stack ended a closed connection because of a
// segment that was no RST.
func selfAbort(from, to tcpstate.State, cause trace.Cause) bool {
	return from >= tcpstate.FinWait1 && to == tcpstate.Closed && cause.Kind == tcpstate.OnReceive &&
		cause.Name != "RST" && !(from == tcpstate.LastAck && cause.Name == "ACK") && from != tcpstate.TimeWait
}

func edgeName(e *tcpstate.Edge) string {
	kind := [...]string{"call", "receive", "send", "timer", "poll"}[e.On.Kind]
	return fmt.Sprintf("%v→%v on %s %s", e.From, e.To, kind, e.On.Name)
}

// tour notes who took which edge.
type tour struct {
	mu    sync.Mutex
	taken map[string][]string // edge → by whom
}

// take follows what the stacks reported, and fails the test where that leaves
// the figure.
func (x *tour) take(t *testing.T, who string, r *network.Recording) {
	t.Helper()
	for _, e := range edgesTaken(t, who, r) {
		x.mu.Lock()
		if name := edgeName(e); !slices.Contains(x.taken[name], who) {
			x.taken[name] = append(x.taken[name], who)
		}
		x.mu.Unlock()
	}
}

// edgesTaken returns the edges that the stacks reported to have taken. The test
// fails where that leaves the figure, or takes an edge that nobody should.
func edgesTaken(t *testing.T, who string, r *network.Recording) []*tcpstate.Edge {
	t.Helper()
	var all []*tcpstate.Edge
	reborn := map[trace.Conn]bool{}
	for _, o := range r.Observations {
		switch {
		case o.Kind != trace.ObservedState || beyond(&o) != "":
			continue
		case o.From == tcpstate.TimeWait && o.Cause.Kind == tcpstate.OnReceive && o.Cause.Name == "SYN":
			reborn[o.Conn] = true
			continue
		case reborn[o.Conn]:
			// The stack deletes the old control block, and its listener makes a
			// new one: the figure has one edge for it.
			reborn[o.Conn], o.From = false, tcpstate.TimeWait
		}
		e := edgeOf(&o)
		if e == nil {
			t.Errorf("%s: %v: %v→%v by %q is no edge of the figure", who, o.Conn, o.From, o.To, o.Cause.Name)
			continue
		}
		if e.Unreachable != "" {
			t.Errorf("%s: %v: %s was taken, although %s", who, o.Conn, edgeName(e), e.Unreachable)
		}
		all = append(all, e)
	}
	return all
}

// untaken are the edges that a program could take on another stack, or that
// cannot be told from another one, each with the reason.
var untaken = map[string]string{
	"SYN-RECEIVED→FIN-WAIT-1 on call CLOSE": "a call that is given up in SYN-RECEIVED is aborted by this stack; Linux sends a FIN",
	"LISTEN→CLOSED on call ABORT":           "sockets have one call for CLOSE and ABORT of a listener: close",
	"SYN-SENT→CLOSED on call ABORT":         "sockets have one call for CLOSE and ABORT of a call: close",
	"CLOSING→CLOSED on call ABORT":          "this stack goes on with a close that has begun on both sides, SO_LINGER 0 or not",
	"LAST-ACK→CLOSED on call ABORT":         "this stack goes on with a close that has begun on both sides, SO_LINGER 0 or not",
	"TIME-WAIT→CLOSED on receive RST":       "this stack ignores a RST in TIME-WAIT, as RFC 1337 advises",
}

// Every edge of the figure is taken by the stacks of some scenario, or by one of
// the programs that walk them, or no program can take it.
func TestEveryEdgeIsTaken(t *testing.T) {
	t.Parallel()
	x := tour{taken: map[string][]string{}}
	t.Run("scenarios", func(t *testing.T) {
		for _, sc := range tcpdemo.Scenarios() {
			t.Run(sc.Name, func(t *testing.T) {
				t.Parallel()
				x.take(t, sc.Name, perform(t, sc.Name, 1))
			})
		}
		for _, sc := range walks() {
			t.Run(sc.Name, func(t *testing.T) {
				t.Parallel()
				x.take(t, "("+sc.Name+")", enact(t, sc, 1))
			})
		}
	})
	var figure, all, drawn, total int
	for _, e := range tcpstate.Edges() {
		name := edgeName(&e)
		by := x.taken[name]
		slices.Sort(by)
		total++
		if e.Figure {
			drawn++
		}
		reason, listed := untaken[name]
		switch {
		case listed && len(by) > 0:
			t.Errorf("%-45s is taken by %s, although %s", name, by, reason)
		case listed:
			t.Logf("%-45s (%s)", name, reason)
		case len(by) > 0:
			all++
			if e.Figure {
				figure++
			}
			t.Logf("%-45s %s", name, strings.Join(by, " "))
		case e.Unreachable != "":
			t.Logf("%-45s (no program can: %s)", name, e.Unreachable)
		default:
			t.Errorf("%-45s is taken by nobody", name)
		}
	}
	t.Logf("%d of the %d edges that Figure 5 draws, %d of all %d", figure, drawn, all, total)
}
