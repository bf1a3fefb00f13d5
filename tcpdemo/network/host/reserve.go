package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"
)

// Reserve takes a port at the addresses of some hosts, the one that is wanted or,
// where a program has that already, any other, and keeps it: nobody else can
// listen on it from now on, and these hosts can, once each. Nobody listens until
// they do. Close gives back what was not used.
//
// On Windows the port is only found to be free.
func (n *Network) Reserve(wanted uint16, hosts ...*Host) (uint16, error) {
	const tries = 20
	var addrs []netip.Addr
	for _, h := range hosts {
		if !slices.Contains(addrs, h.addr) {
			addrs = append(addrs, h.addr)
		}
	}
	for range tries {
		port, err := n.reserve(wanted, addrs)
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return port, err
		}
		wanted = 0
	}
	return 0, errors.New("no port is free")
}

// reserve takes one port at all of the addresses, or none.
func (n *Network) reserve(port uint16, addrs []netip.Addr) (uint16, error) {
	taken := map[netip.AddrPort]*os.File{}
	for _, a := range addrs {
		f, bound, err := hold(netip.AddrPortFrom(a, port))
		if err != nil {
			for _, f := range taken {
				_ = f.Close() // nothing was done with it
			}
			return 0, fmt.Errorf("reserve port %d: %w", port, err)
		}
		port = bound
		if f != nil {
			taken[netip.AddrPortFrom(a, bound)] = f
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for at, f := range taken {
		if n.held == nil {
			n.held = map[netip.AddrPort]*os.File{}
		}
		n.held[at] = f
	}
	return port, nil
}

// listenHeld listens on a port that was reserved; false if it was not.
func (n *Network) listenHeld(at netip.AddrPort, backlog int) (net.Listener, bool, error) {
	n.mu.Lock()
	f := n.held[at]
	delete(n.held, at)
	n.mu.Unlock()
	if f == nil {
		return nil, false, nil
	}
	defer f.Close() // the listener has a descriptor of its own
	if err := listenOn(f, backlog); err != nil {
		return nil, true, &net.OpError{Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(at), Err: err}
	}
	l, err := net.FileListener(f)
	return l, true, err
}

// release gives back the ports that nobody has listened on.
func (n *Network) release() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.held {
		_ = f.Close() // nothing was done with it
	}
	n.held = nil
}
