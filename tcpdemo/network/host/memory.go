package host

import (
	"errors"
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/sockstate"
)

// mostRemembered bounds how many of a host's connections Memory can tell of.
const mostRemembered = 4096

// known is a connection that was opened here, and the state in which the system
// last had it.
type known struct {
	conn  trace.Conn
	state tcpstate.State
}

// remember notes a connection that was opened here.
func (h *Host) remember(c trace.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.conns) < mostRemembered {
		h.conns = append(h.conns, known{c, tcpstate.Established})
	}
}

// Memory returns what the system remembers, as this party, of the connections
// that were opened here, for as long as it does: also in TIME-WAIT. It is empty
// where the system does not tell (sockstate.Supported).
func (h *Host) Memory() trace.Memory {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all trace.Blocks
	h.lookUp(func(k known, _ tcpstate.State, m *trace.Memory) { all.Set(k.conn, *m) })
	return all.Memory()
}

// Blocks returns the same, connection by connection, as observations: a
// connection that was forgotten since they were last asked for has gone to CLOSED,
// and then has an empty memory.
func (h *Host) Blocks() []trace.Observation {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []trace.Observation
	asked := time.Now()
	h.lookUp(func(k known, now tcpstate.State, m *trace.Memory) {
		seen := trace.Observation{At: time.Now(), Asked: asked, Party: h.party(k.conn.Local), Conn: k.conn}
		asked = seen.At
		if now == tcpstate.Closed {
			end := seen
			end.Kind, end.From, end.To = trace.ObservedState, k.state, now
			end.Cause = trace.Cause{Kind: tcpstate.OnPoll, Name: "poll"}
			out = append(out, end)
		}
		seen.Kind, seen.Memory = trace.ObservedMemory, m
		out = append(out, seen)
	})
	return out
}

// Waiting reports whether the system still remembers, in TIME-WAIT, a connection
// that was opened here. Its timers are coarse: Linux's of 60 s may run out some
// seconds late.
func (h *Host) Waiting() bool {
	d, err := h.net.ask()
	if err != nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.conns, func(k known) bool {
		s, err := d.Lookup(k.conn.Local, k.conn.Remote)
		return err == nil && s.State == tcpstate.TimeWait
	})
}

// lookUp asks the system for each connection that was opened here, in which state it
// is now, and lets go of those that it has forgotten: they are CLOSED, and their
// memory is empty. The caller holds h.mu.
func (h *Host) lookUp(visit func(before known, now tcpstate.State, m *trace.Memory)) {
	d, err := h.net.ask()
	if err != nil {
		return
	}
	var kept []known
	for _, k := range h.conns {
		s, err := d.Lookup(k.conn.Local, k.conn.Remote)
		if errors.Is(err, sockstate.ErrNotFound) || err == nil && s.State == tcpstate.Closed {
			visit(k, tcpstate.Closed, &trace.Memory{})
			continue
		}
		if err == nil {
			visit(k, s.State, s.Memory())
			k.state = s.State
		}
		kept = append(kept, k)
	}
	h.conns = kept
}
