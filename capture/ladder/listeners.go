package ladder

import (
	"net/netip"

	"statelab/capture/tcpstate"
)

// listeners are the sockets that listen.
type listeners struct {
	open map[netip.AddrPort]bool // as their hosts report
	seen map[netip.AddrPort]bool // addresses that have come from LISTEN, as the rows have shown
}

// report takes a change of state of a socket without a peer.
func (l *listeners) report(at netip.AddrPort, to tcpstate.State) {
	if at.Addr().IsUnspecified() {
		at = anywhere(at)
	}
	if to == tcpstate.Listen {
		l.open[at] = true
	} else {
		delete(l.open, at)
	}
}

// at reports whether somebody is known to listen at an address: there, or at every
// address of its host.
func (l *listeners) at(addr netip.AddrPort) bool { return l.open[addr] || l.open[anywhere(addr)] }

// anywhere is the port of addr at any address.
func anywhere(addr netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.Addr{}, addr.Port())
}
