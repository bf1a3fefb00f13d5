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

// remember notes a connection that was opened here.
func (h *Host) remember(c trace.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.conns) < mostRemembered {
		h.conns = append(h.conns, c)
	}
}

// Memory returns what the system remembers, as this party, of the connections
// that were opened here, for as long as it does: also in TIME-WAIT. It is empty
// where the system does not tell (sockstate.Supported).
func (h *Host) Memory() trace.Memory {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all trace.Blocks
	h.lookUp(func(c trace.Conn, m *trace.Memory) { all.Set(c, *m) })
	return all.Memory()
}

// Blocks returns the same, connection by connection, as observations: a
// connection that was forgotten since they were last asked for has an empty
// memory.
func (h *Host) Blocks() []trace.Observation {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []trace.Observation
	asked := time.Now()
	h.lookUp(func(c trace.Conn, m *trace.Memory) {
		now := time.Now()
		out = append(out, trace.Observation{Kind: trace.ObservedMemory, At: now, Asked: asked, Party: h.party(c.Local), Conn: c, Memory: m})
		asked = now
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
	return slices.ContainsFunc(h.conns, func(c trace.Conn) bool {
		s, err := d.Lookup(c.Local, c.Remote)
		return err == nil && s.State == tcpstate.TimeWait
	})
}

// lookUp asks the system for each connection that was opened here, and lets go
// of those that it has forgotten: their memory is empty. The caller holds h.mu.
func (h *Host) lookUp(visit func(trace.Conn, *trace.Memory)) {
	d, err := h.net.ask()
	if err != nil {
		return
	}
	var kept []trace.Conn
	for _, c := range h.conns {
		s, err := d.Lookup(c.Local, c.Remote)
		if errors.Is(err, sockstate.ErrNotFound) || err == nil && s.State == tcpstate.Closed {
			visit(c, &trace.Memory{})
			continue
		}
		kept = append(kept, c)
		if err == nil {
			visit(c, s.Memory())
		}
	}
	h.conns = kept
}
