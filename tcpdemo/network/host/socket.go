package host

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/sockstate"
)

// Host is the machine, as one of the parties.
type Host struct {
	net    *Network
	member trace.Participant // which, without an address
	addr   netip.Addr

	mu      sync.Mutex
	conns   []known // those opened here: for Memory
	sockets sockets
}

var _ network.Host = (*Host)(nil)

// Addr is the host's address.
func (h *Host) Addr() netip.Addr { return h.addr }

// Party is the host's lane on a timeline, without a port.
func (h *Host) Party() trace.Participant { return h.party(netip.AddrPortFrom(h.addr, 0)) }

func (h *Host) party(local netip.AddrPort) trace.Participant {
	p := h.member
	p.Addr = local
	return p
}

// Listen announces on a port of the host's address. backlog is the length of
// the accept queue, 0 for the system's default; on Windows it has no effect.
// Keep-alive is off for the connections that are accepted, and Nagle's
// algorithm as well.
func (h *Host) Listen(port uint16, backlog int) (net.Listener, error) {
	conn := trace.Conn{Local: netip.AddrPortFrom(h.addr, port)}
	told := port != 0
	if told { // who watches may see the socket before the call has returned
		h.call(conn, listenCall(port, backlog))
	}
	tcp, err := h.listen(conn.Local, backlog)
	if err != nil {
		if told {
			h.call(conn, trace.Call{Name: "listen", Result: errorText(err)})
		}
		return nil, err
	}
	conn.Local = addrPort(tcp.Addr())
	h.net.owns(h, conn.Local)
	if !told {
		h.call(conn, listenCall(conn.Local.Port(), backlog))
	}
	h.listens(conn)
	l := &Listener{TCPListener: tcp, host: h, conn: conn}
	h.listensOn(l)
	return l, nil
}

// listens notes that listen has succeeded: a SYN may come before the system is
// asked. Whoever watches the sockets has to see the listener all the same, to see its
// end.
func (h *Host) listens(conn trace.Conn) {
	if r := h.net.recording(); r != nil && r.watch != nil {
		r.watch.Hurry()
		r.report(trace.Observation{
			Kind: trace.ObservedState, From: tcpstate.Closed, To: tcpstate.Listen,
			Party: h.party(conn.Local), Conn: conn, Cause: trace.Cause{Kind: tcpstate.OnCall, Name: "listen"},
		})
	}
}

func listenCall(port uint16, backlog int) trace.Call {
	c := trace.Call{Name: "listen", Args: "port " + strconv.Itoa(int(port))}
	if backlog > 0 {
		c.Args += ", backlog " + strconv.Itoa(backlog)
	}
	return c
}

func (h *Host) listen(at netip.AddrPort, backlog int) (*net.TCPListener, error) {
	lc := net.ListenConfig{KeepAlive: -1}
	lc.SetMultipathTCP(false) // else a second, unseen listener stands beside it
	family := "tcp"
	if at.Addr().Is4() {
		family = "tcp4" // else 0.0.0.0 is [::] as well
	}
	h.net.hurry()
	l, held, err := h.net.listenHeld(at, backlog)
	if !held {
		l, err = lc.Listen(context.Background(), family, at.String())
	}
	if err != nil {
		return nil, err
	}
	tcp := l.(*net.TCPListener)
	if held {
		return tcp, nil
	}
	if backlog > 0 {
		if err := setBacklog(tcp, backlog); err != nil {
			_ = tcp.Close()
			return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: l.Addr(), Err: err}
		}
	}
	return tcp, nil
}

// Dial opens a connection. It refuses addresses that are not on loopback,
// unless Options.AllowRemote is set, with an error that wraps *RemoteError.
func (h *Host) Dial(ctx context.Context, to netip.AddrPort, local uint16) (network.Conn, error) {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	if err := h.net.permit(to.Addr()); err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	var conn trace.Conn
	d := net.Dialer{KeepAlive: -1, FallbackDelay: -1}
	d.SetMultipathTCP(false)
	from := netip.AddrPortFrom(h.source(to.Addr()), local)
	d.ControlContext = func(_ context.Context, _, _ string, raw syscall.RawConn) error {
		h.net.hurry()
		bound, err := bind(raw, from)
		conn = trace.Conn{Local: bound, Remote: to}
		if err == nil {
			h.net.owns(h, bound)
			h.call(conn, trace.Call{Name: "connect", Args: to.String()})
		}
		return err
	}
	if !bindsItself {
		d.LocalAddr = net.TCPAddrFromAddrPort(from)
	}
	c, err := d.DialContext(ctx, "tcp", to.String())
	if err != nil {
		if conn.Local.IsValid() { // otherwise it was not even tried
			h.call(conn, trace.Call{Name: "connect", Result: errorText(err)})
		}
		return nil, err
	}
	conn = trace.Conn{Local: addrPort(c.LocalAddr()), Remote: to}
	h.net.owns(h, conn.Local)
	h.call(conn, trace.Call{Name: "connect", Result: "connected"})
	tcp := c.(*net.TCPConn)
	h.opened(conn, trace.RoleClient, tcpstate.Closed, "connect", tcp)
	our := &Conn{TCPConn: tcp, host: h, conn: conn}
	h.opens(our, nil)
	return our, nil
}

// source is the address to dial from: the host's own, unless the other is not
// reached from there; then the system chooses.
func (h *Host) source(to netip.Addr) netip.Addr {
	switch {
	case h.addr.Is4() == to.Is4() && h.addr.IsLoopback() == to.IsLoopback():
		return h.addr
	case to.Is4():
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// opened notes a connection that was accepted, or that a connect has made. Its
// handshake is over, whether or not the system was asked in time: the timeline has
// that, unless a reset has ended it since.
func (h *Host) opened(conn trace.Conn, role trace.Role, from tcpstate.State, call string, c *net.TCPConn) {
	h.remember(conn)
	r := h.net.recording()
	if r == nil {
		return
	}
	if info, _, err := sockstate.Of(c); err == nil && info.State == tcpstate.Closed {
		return
	}
	r.report(trace.Observation{
		Kind: trace.ObservedState, From: from, To: tcpstate.Established,
		Party: h.party(conn.Local), Conn: conn, Cause: trace.Cause{Kind: tcpstate.OnCall, Name: call},
	})
	r.expect(conn, role, c) // after the report: an end comes behind its beginning
}

// call puts an application's call on the timeline.
func (h *Host) call(conn trace.Conn, c trace.Call) {
	if r := h.net.recording(); r != nil {
		r.report(trace.Observation{Kind: trace.ObservedCall, Party: h.party(conn.Local), Conn: conn, Call: &c})
	}
}

// Listener is a listening socket of the machine. Accept's dynamic type is
// *Conn.
type Listener struct {
	*net.TCPListener
	host   *Host
	conn   trace.Conn
	closed atomic.Bool
	lost   bool // with its host's power; guarded by the host's mutex
}

// Accept waits for a connection.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	l.host.net.hurry()
	conn := trace.Conn{Local: addrPort(c.LocalAddr()), Remote: addrPort(c.RemoteAddr())}
	our := &Conn{TCPConn: c, host: l.host, conn: conn}
	if !l.host.opens(our, l) {
		return nil, errors.Join(net.ErrClosed, our.lose())
	}
	// Before the call: its stack had opened the connection, and accept shows it.
	l.host.opened(conn, trace.RoleServer, tcpstate.Listen, "accept", c)
	l.host.call(conn, trace.Call{Name: "accept", Result: conn.Remote.String()})
	return our, nil
}

// Close stops listening. A second call does nothing, and is not told.
func (l *Listener) Close() error {
	if !l.closed.Swap(true) {
		l.host.stopsListening(l)
		l.host.net.hurry()
		l.host.call(l.conn, trace.Call{Name: "close", Args: "listener"})
	}
	return l.TCPListener.Close()
}

func addrPort(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		ap := tcp.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

// errorText is what a timeline shows of an error: the cause alone, in words
// that are the same on every system.
func errorText(err error) string {
	for _, e := range []struct {
		err  error
		text string
	}{
		{io.EOF, "EOF"},
		{net.ErrClosed, "use of closed network connection"},
		{os.ErrDeadlineExceeded, "i/o timeout"},
		{context.Canceled, "operation was canceled"},
		{context.DeadlineExceeded, "i/o timeout"},
		{syscall.ECONNREFUSED, "connection refused"},
		{syscall.ECONNRESET, "connection reset by peer"},
		{syscall.ETIMEDOUT, "connection timed out"},
		{syscall.EPIPE, "broken pipe"},
		{syscall.EADDRINUSE, "address already in use"},
	} {
		if errors.Is(err, e.err) {
			return e.text
		}
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err.Error()
	}
	return err.Error()
}
