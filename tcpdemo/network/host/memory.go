package host

import (
	"errors"

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
// that were opened here, for as long as it does: also in TIME-WAIT. With more
// than one, each is one entry, named by its peer. It is empty where the system
// does not tell (sockstate.Supported).
func (h *Host) Memory() trace.Memory {
	d, err := h.net.ask()
	if err != nil {
		return trace.Memory{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []trace.Memory
	var kept []trace.Conn
	var socks []sockstate.Socket
	for _, c := range h.conns {
		s, err := d.Lookup(c.Local, c.Remote)
		if errors.Is(err, sockstate.ErrNotFound) || err == nil && s.State == tcpstate.Closed {
			continue // CLOSED: forgotten
		}
		kept = append(kept, c)
		if err == nil {
			socks = append(socks, s)
			all = append(all, *s.Memory())
		}
	}
	h.conns = kept
	if len(all) == 1 {
		return all[0]
	}
	var m trace.Memory
	for i, one := range all {
		m.Entries = append(m.Entries, trace.Entry{
			Kind: trace.MemoryConnection, Name: "TCB " + socks[i].Remote.String(),
			Value: socks[i].State.String(), Bytes: one.Bytes(trace.MemoryConnection),
		})
	}
	return m
}
