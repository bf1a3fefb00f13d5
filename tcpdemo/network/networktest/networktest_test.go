package networktest_test

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/networktest"
)

// loopback is the smallest network: this machine's own, by itself.
type loopback struct{}

func (loopback) Addr() netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, 1}) }

func (l loopback) Listen(port uint16, _ int) (net.Listener, error) {
	return net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.AddrPortFrom(l.Addr(), port)))
}

func (l loopback) Dial(ctx context.Context, to netip.AddrPort, local uint16) (network.Conn, error) {
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(l.Addr(), local))}
	c, err := d.DialContext(ctx, "tcp4", to.String())
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

type system struct{}

func (system) Now() time.Time        { return time.Now() }
func (system) Sleep(d time.Duration) { time.Sleep(d) }
func (system) Go(f func())           { go f() }

// The suite holds of the stack that everyone knows.
func TestLoopback(t *testing.T) {
	networktest.Run(t, func(*testing.T) networktest.Lab {
		return networktest.Lab{Client: loopback{}, Server: loopback{}, Clock: system{}}
	})
}
