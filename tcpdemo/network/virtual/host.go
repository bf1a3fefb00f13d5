package virtual

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// Host is a machine of the network. A wire of its own joins it to every other.
type Host struct {
	net     *Network
	index   int               // its place among the network's hosts
	member  trace.Participant // whose it is, without an address
	tap     string
	addr    netip.Addr
	config  HostConfig
	wires   []*wire // by the index of the host at the other end; nil for itself
	boots   uint64
	machine *machine // guarded by net.mu once the network is made
	diary   diary    // guarded by net.mu
}

var _ network.Host = (*Host)(nil)

// DefaultBacklog is the length of the accept queue where Listen is given 0.
const DefaultBacklog = 128

// Addr is the host's address.
func (h *Host) Addr() netip.Addr { return h.addr }

// Party is the host's lane on a timeline, without a port.
func (h *Host) Party() trace.Participant { return h.party(netip.AddrPortFrom(h.addr, 0)) }

func (h *Host) party(local netip.AddrPort) trace.Participant {
	p := h.member
	p.Addr = local
	return p
}

// open makes an endpoint that no port is bound to yet.
func (h *Host) open() (*machine, *tcp.Endpoint, *waiter.Queue, error) {
	h.net.mu.Lock()
	m := h.machine
	h.net.mu.Unlock()
	wq := new(waiter.Queue)
	ep, err := m.stack.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, wq)
	if err == nil && h.config.MSS != 0 {
		err = ep.SetSockOptInt(tcpip.MaxSegOption, h.config.MSS)
	}
	if err != nil {
		return nil, nil, nil, stackError(err)
	}
	return m, ep.(*tcp.Endpoint), wq, nil
}

func (h *Host) fullAddress(port uint16) tcpip.FullAddress {
	return tcpip.FullAddress{Addr: tcpip.AddrFrom4(h.addr.As4()), Port: port}
}

// Listen announces on a port of the host's address; 0 takes an ephemeral one.
// backlog is the length of the accept queue; 0 takes DefaultBacklog.
func (h *Host) Listen(port uint16, backlog int) (net.Listener, error) {
	local := netip.AddrPortFrom(h.addr, port)
	fail := func(call string, err error) (net.Listener, error) {
		return nil, opError("listen", call, nil, net.TCPAddrFromAddrPort(local), err)
	}
	if err := h.net.apps.ask(turn{op: opListen, detail: uint64(port)}); err != nil {
		return fail("listen", err)
	}
	m, ep, wq, err := h.open()
	if err != nil {
		return fail("socket", err)
	}
	// As package net does: a server that starts again is not kept waiting by its
	// old connections in TIME-WAIT.
	ep.SocketOptions().SetReuseAddress(true)
	if err := stackError(ep.Bind(h.fullAddress(port))); err != nil {
		ep.Close()
		return fail("bind", err)
	}
	if bound, err := ep.GetLocalAddress(); err == nil {
		local = addrPort(bound.Addr, bound.Port)
	}
	l := &Listener{addr: net.TCPAddrFromAddrPort(local)}
	l.net, l.machine, l.endpoint, l.queue = h.net, m, ep, wq
	h.net.mu.Lock()
	l.tcb = m.newTCB(ep, tcpstate.Closed, trace.Conn{Local: local})
	l.tcb.accepted = true
	h.net.mu.Unlock()
	backlog = or(max(backlog, 0), DefaultBacklog)
	record := l.begin(callListen, "port "+strconv.Itoa(int(local.Port()))+", backlog "+strconv.Itoa(backlog), 0)
	// The stack compares the queue's length with its capacity less one.
	l.calling(callListen, func() { err = stackError(ep.Listen(backlog + 1)) })
	if err != nil {
		record.end(errorText(err))
		ep.Close()
		return fail("listen", err)
	}
	return l, nil
}

// Dial opens a connection from the given local port; 0 takes an ephemeral one.
// The context's deadline counts as the duration that is left of it, in the
// network's time.
func (h *Host) Dial(ctx context.Context, to netip.AddrPort, local uint16) (network.Conn, error) {
	c, err := h.dial(ctx, to, local)
	if err == nil {
		return c, nil
	}
	var source net.Addr
	if c != nil && c.tcb.conn.Local.Port() != 0 {
		source = net.TCPAddrFromAddrPort(c.tcb.conn.Local)
	}
	call := callConnect
	if errors.Is(err, errBind) {
		call, err = "bind", errors.Unwrap(err)
	}
	return nil, opError("dial", call, source, net.TCPAddrFromAddrPort(to), err)
}

// errBind marks an error of binding the local port.
var errBind = errors.New("bind")

type bindError struct{ error }

func (e bindError) Is(target error) bool { return target == errBind }
func (e bindError) Unwrap() error        { return e.error }

func (h *Host) dial(ctx context.Context, to netip.AddrPort, local uint16) (*Conn, error) {
	if err := h.net.apps.ask(turn{op: opDial, detail: uint64(to.Port())<<16 | uint64(local)}); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !to.Addr().Unmap().Is4() {
		return nil, &net.AddrError{Err: "the virtual network speaks IPv4 only", Addr: to.String()}
	}
	m, ep, wq, err := h.open()
	if err != nil {
		return nil, err
	}
	if local != 0 {
		if err := stackError(ep.Bind(h.fullAddress(local))); err != nil {
			ep.Close()
			return nil, bindError{err}
		}
	}
	h.net.mu.Lock()
	t := m.newTCB(ep, tcpstate.Closed, trace.Conn{Local: netip.AddrPortFrom(h.addr, local), Remote: to})
	t.accepted = true
	h.net.mu.Unlock()
	c := newConn(m, t, wq)
	record := c.begin(callConnect, to.String(), 0)
	var started tcpip.Error
	c.calling(callConnect, func() {
		started = ep.Connect(tcpip.FullAddress{Addr: tcpip.AddrFrom4(to.Addr().Unmap().As4()), Port: to.Port()})
		c.local = record.bind(ep)
	})
	if _, ok := started.(*tcpip.ErrConnectStarted); !ok {
		err = stackError(started)
	} else {
		err = c.establish(ctx)
	}
	if err != nil {
		record.end(errorText(err))
		c.closed.Store(true)
		c.calling(callClose, ep.Close)
		return c, err
	}
	record.end("connected")
	return c, nil
}

// bind enters the local address that connecting gave the socket, and returns it.
func (c callRecord) bind(ep *tcp.Endpoint) net.Addr {
	s := c.socket
	bound, err := ep.GetLocalAddress()
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	if err == nil && bound.Port != 0 {
		s.tcb.conn.Local = addrPort(s.machine.host.fullAddress(0).Addr, bound.Port)
		o := &s.net.record.observations[c.index]
		o.Conn, o.Party = s.tcb.conn, s.machine.host.party(s.tcb.conn.Local)
	}
	return net.TCPAddrFromAddrPort(s.tcb.conn.Local)
}

// establish waits until the handshake is complete, has failed, or is not wanted
// any more.
func (c *Conn) establish(ctx context.Context) error {
	var limit deadline
	if at, ok := ctx.Deadline(); ok {
		limit.reset(c.net, at)
		defer limit.reset(c.net, time.Time{})
	}
	cancelled := context.AfterFunc(ctx, func() { c.queue.Notify(waiter.EventErr) })
	defer cancelled()
	var unwanted error
	err := c.await(waiter.WritableEvents, &limit, func(uint64) tcpip.Error {
		if unwanted = ctx.Err(); unwanted != nil {
			return nil
		}
		switch state := c.endpoint.EndpointState(); {
		case state == tcp.StateSynSent, state == tcp.StateSynRecv, state == tcp.StateConnecting:
			return &tcpip.ErrWouldBlock{}
		case closed(state):
			if err := c.endpoint.LastError(); err != nil {
				return err
			}
			return &tcpip.ErrConnectionAborted{}
		}
		return nil
	})
	if limit.over() && err != nil {
		return context.DeadlineExceeded
	}
	if unwanted != nil {
		return unwanted
	}
	return err
}
