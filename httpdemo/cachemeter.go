package httpdemo

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"sync"
)

// cacheCount is what has gone over the connections to one server, as payload of
// TCP, in octets.
type cacheCount struct {
	requests, up, down int
}

func (c cacheCount) bytes() int { return c.up + c.down }

// cacheMeter counts what goes to a server and back, whoever asks.
type cacheMeter struct {
	at netip.AddrPort

	mu  sync.Mutex
	sum cacheCount
}

// reset returns what was counted since the last time.
func (m *cacheMeter) reset() cacheCount {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.sum
	m.sum = cacheCount{}
	return c
}

// meter counts what the machines' connections to the server carry from now on.
func (m *cacheMeter) meter(e *Env) {
	for i := range e.Machines {
		dial := e.Machines[i].Dial
		e.Machines[i].Dial = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			c, err := dial(ctx, to)
			if err != nil || to != m.at {
				return c, err
			}
			return &cacheMetered{c, m}, nil
		}
	}
}

type cacheMetered struct {
	net.Conn
	meter *cacheMeter
}

func (c *cacheMetered) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	c.meter.sum.down += n
	return n, err
}

// Write counts a request for each head: clients of a lesson write it at once.
func (c *cacheMetered) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	c.meter.sum.up += n
	c.meter.sum.requests += bytes.Count(b[:n], []byte(" HTTP/1.1\r\n"))
	return n, err
}

// dialer is Dial for a client of net/http, which names addresses as text.
func (m *Machine) dialer() func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, _, address string) (net.Conn, error) {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return nil, err
		}
		return m.Dial(ctx, to)
	}
}
