package virtual

import (
	"fmt"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Restart crashes the host and starts it again: every connection and listener
// is forgotten without a word on the wire, and calls that wait in them return
// net.ErrClosed. The address stays; initial sequence numbers are new. What is
// under way reaches the new start, which knows nothing of it (RFC 9293 §3.5.1:
// half-open connections).
func (h *Host) Restart() error {
	n := h.net
	if err := n.apps.ask(turn{op: opHost, detail: uint64(h.index) + 1}); err != nil {
		return fmt.Errorf("restart of the %s: %w", h.tap, err)
	}
	fresh, err := newMachine(h)
	if err != nil {
		return fmt.Errorf("restart of the %s: %w", h.tap, err)
	}
	n.mu.Lock()
	old := h.machine
	h.machine = fresh
	n.retired = append(n.retired, old)
	old.lookAll()
	for _, t := range old.live {
		old.changed(t, tcpstate.Closed, trace.Cause{Kind: tcpstate.OnCall, Name: callRestart})
	}
	old.live = nil
	old.dead = true
	n.mu.Unlock()
	old.stack.Close() // its endpoints wake whoever waits in them
	return nil
}
