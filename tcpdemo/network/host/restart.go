package host

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"syscall"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/sockstate"
)

// callRestart is what takes a host's power away, on a timeline.
const callRestart = "restart"

// CanRestart tells why Restart cannot be done here: for want of rights, or on another
// system than Linux, where the error is errors.ErrUnsupported.
func CanRestart() error { return canForget() }

// sockets are those that a host's programs have open.
type sockets struct {
	conns     map[*Conn]bool
	listeners map[*Listener]bool
}

// Restart takes the host's power away and gives it back, as far as its network goes:
// every connection and listening socket that was opened here is forgotten without a
// word on the wire, and calls that wait in them return net.ErrClosed. What still comes
// for one of them is answered with RST (RFC 9293 §3.5.1: half-open connections). A
// connection that no program has accepted yet is reset at once. The machine goes on,
// and with it its clock, its ports and all that others have opened.
func (h *Host) Restart() error {
	if err := canForget(); err != nil {
		return fmt.Errorf("restart of the %s: %w", h.member.Name(), err)
	}
	h.net.hurry()
	h.mu.Lock()
	lost := h.sockets
	h.sockets = sockets{}
	for l := range lost.listeners {
		l.lost = true
	}
	h.mu.Unlock()

	var errs []error
	for l := range lost.listeners {
		l.closed.Store(true)
		h.ending(l.TCPListener)
		h.forgotten(l.conn, tcpstate.Listen)
		errs = append(errs, l.TCPListener.Close())
	}
	for _, c := range slices.SortedFunc(maps.Keys(lost.conns), func(a, b *Conn) int {
		return cmp.Or(a.conn.Local.Compare(b.conn.Local), a.conn.Remote.Compare(b.conn.Remote))
	}) {
		h.forgotten(c.conn, h.ending(c.TCPConn))
		errs = append(errs, c.lose())
	}
	return errors.Join(append(errs, h.forgetWaiting(lost))...)
}

// ending tells whoever watches the sockets that the end of this one is reported here, and
// returns its state.
func (h *Host) ending(c syscall.Conn) tcpstate.State {
	info, cookie, err := sockstate.Of(c)
	if err != nil {
		return tcpstate.Established // as far as anybody knows
	}
	h.net.over(cookie)
	return info.State
}

func (n *Network) over(cookie uint64) {
	if r := n.recording(); r != nil && r.watch != nil {
		r.watch.Over(cookie)
	}
}

// lose closes the connection as a machine does that has lost its power.
func (c *Conn) lose() error {
	c.lost.Store(true)
	c.closed.Store(true)
	return forget(c.TCPConn)
}

// forgetWaiting makes the system forget the connections in TIME-WAIT, which no program has
// open any more; what it knows of those that were lost is over.
func (h *Host) forgetWaiting(lost sockets) error {
	d, err := h.net.ask()
	if err != nil {
		return err
	}
	gone := map[trace.Conn]bool{}
	for c := range lost.conns {
		gone[c.conn] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns = slices.DeleteFunc(h.conns, func(k known) bool {
		if gone[k.conn] {
			return true
		}
		s, failed := d.Lookup(k.conn.Local, k.conn.Remote)
		if failed != nil || s.State != tcpstate.TimeWait {
			return false
		}
		h.net.over(s.Cookie)
		if failed = d.Forget(k.conn.Local, k.conn.Remote); failed != nil {
			if !errors.Is(failed, errors.ErrUnsupported) { // a kernel that cannot keeps them, and they are told
				err = errors.Join(err, failed)
			}
			return false
		}
		h.forgotten(k.conn, tcpstate.TimeWait)
		return true
	})
	return err
}

// forgotten notes that a socket is gone with its host's power.
func (h *Host) forgotten(conn trace.Conn, from tcpstate.State) {
	party := h.party(conn.Local)
	h.net.Report(trace.Observation{
		Kind: trace.ObservedState, From: from, To: tcpstate.Closed,
		Party: party, Conn: conn, Cause: trace.Cause{Kind: tcpstate.OnCall, Name: callRestart},
	})
	if conn.Remote != (netip.AddrPort{}) {
		h.net.Report(trace.Observation{Kind: trace.ObservedMemory, Party: party, Conn: conn, Memory: &trace.Memory{}})
	}
}

// opens notes that a program has a connection: one that Accept returns is not had where the
// listener's host has lost its power meanwhile.
func (h *Host) opens(c *Conn, of *Listener) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if of != nil && of.lost {
		return false
	}
	if h.sockets.conns == nil {
		h.sockets.conns = map[*Conn]bool{}
	}
	h.sockets.conns[c] = true
	return true
}

func (h *Host) closes(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sockets.conns, c)
}

func (h *Host) listensOn(l *Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sockets.listeners == nil {
		h.sockets.listeners = map[*Listener]bool{}
	}
	h.sockets.listeners[l] = true
}

func (h *Host) stopsListening(l *Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sockets.listeners, l)
}
