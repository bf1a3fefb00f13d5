package virtual

import (
	"net"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Listener is a listening socket of a host.
type Listener struct {
	socket
	addr net.Addr
}

var _ net.Listener = (*Listener)(nil)

// Addr returns the address it listens on.
func (l *Listener) Addr() net.Addr { return l.addr }

// Accept waits for a connection whose handshake is complete. Its dynamic type
// is *Conn.
func (l *Listener) Accept() (net.Conn, error) {
	if err := l.ask(opAccept); err != nil {
		return nil, opError("accept", "accept", nil, l.addr, err)
	}
	var c *Conn
	var at uint64
	err := l.await(waiter.ReadableEvents, nil, func(order uint64) tcpip.Error {
		ep, wq, err := l.endpoint.Accept(nil)
		if err == nil {
			at = order
			c = newConn(l.machine, l.adopt(ep.(*tcp.Endpoint)), wq)
		}
		return err
	})
	if err != nil {
		return nil, opError("accept", "accept", nil, l.addr, err)
	}
	c.returned(at, trace.Call{Name: callAccept, Result: c.remote.String()})
	return c, nil
}

// adopt returns what the network knows of an endpoint that was born of a
// listener.
func (l *Listener) adopt(ep *tcp.Endpoint) *tcb {
	local, _ := ep.GetLocalAddress()
	remote, _ := ep.GetRemoteAddress()
	n, m := l.net, l.machine
	n.mu.Lock()
	defer n.mu.Unlock()
	t := m.endpoints[ep]
	if t == nil {
		t = m.newTCB(ep, tcpstate.Listen, trace.Conn{Local: addrPort(local.Addr, local.Port), Remote: addrPort(remote.Addr, remote.Port)})
	}
	t.accepted = true
	if t.over {
		delete(m.endpoints, ep)
	}
	return t
}

// Close stops listening. Connections that nobody has accepted are reset.
func (l *Listener) Close() error {
	if err := l.close("listener"); err != nil {
		return opError("close", "close", nil, l.addr, err)
	}
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.machine.lookAll()
	return nil
}
