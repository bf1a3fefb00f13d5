package analyze

import (
	"net/netip"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// party returns who is at one end of a connection: the role that the network
// gave to the address, or else the part it plays in the connection.
func (o *Options) party(addr netip.AddrPort, end tcpstate.End) trace.Participant {
	if o.Party != nil {
		if p, ok := o.Party(addr); ok {
			return p
		}
	}
	if p, ok := o.Roles[addr.Addr()]; ok {
		p.Addr = addr
		return p
	}
	if end == tcpstate.Server {
		return trace.Participant{Role: trace.RoleServer, Addr: addr}
	}
	return trace.Participant{Role: trace.RoleClient, Addr: addr}
}

// peer returns who is at the other end of a connection that p reports, from where
// it is.
func (o *Options) peer(p trace.Participant, c trace.Conn) trace.Participant {
	remote := c.Remote
	if c.Local == remote {
		p.Addr = remote
		return p
	}
	if p.Role == trace.RoleServer {
		return o.party(remote, tcpstate.Client)
	}
	return o.party(remote, tcpstate.Server)
}

// addrOf returns the address of one end.
func addrOf(c *tcpstate.Conn, end tcpstate.End) netip.AddrPort {
	if end == tcpstate.Server {
		return c.Key.Server
	}
	return c.Key.Client
}

// parties returns the sender and the receiver of what end sends.
func (o *Options) parties(c *tcpstate.Conn, from tcpstate.End) (sender, receiver trace.Participant) {
	to := c.Peer(from)
	return o.party(addrOf(c, from), from), o.party(addrOf(c, to), to)
}
