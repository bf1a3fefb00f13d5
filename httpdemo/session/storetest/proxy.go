package storetest

import (
	"bytes"
	"net"
	"sync"
	"testing"
)

// Proxy stands between a store and its server, and can lose answers: what a client
// sends arrives, and nothing comes back.
type Proxy struct {
	listener        net.Listener
	network, server string

	mu    sync.Mutex
	write []byte     // see Lose; nil: nothing is lost
	mute  []net.Conn // those whose answers are lost
	all   sync.WaitGroup
}

// StartProxy starts a proxy for the server of that address, which ends with the test.
func StartProxy(t testing.TB, network, server string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, network: network, server: server}
	open := make(chan net.Conn)
	p.all.Go(func() {
		defer close(open)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open <- c
		}
	})
	p.all.Go(func() {
		var conns []net.Conn
		for c := range open {
			s, err := net.Dial(network, server)
			if err != nil {
				_ = c.Close()
				continue
			}
			conns = append(conns, c, s)
			p.join(c, s)
		}
		for _, c := range conns {
			_ = c.Close()
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.all.Wait()
	})
	return p
}

// Addr is where it listens, "127.0.0.1:port".
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Lose loses what is answered on a connection from when its client has sent those
// octets on: they begin a write.
func (p *Proxy) Lose(write string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write = []byte(write)
}

// Answer loses no more, and ends the connections on which it did.
func (p *Proxy) Answer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write = nil
	for _, c := range p.mute {
		_ = c.Close()
	}
	p.mute = nil
}

// join passes octets on between a client and the server, until one of them ends.
func (p *Proxy) join(client, server net.Conn) {
	var mu sync.Mutex
	muted := false
	pass := func(to, from net.Conn, each func([]byte) []byte) {
		defer client.Close()
		defer server.Close()
		b := make([]byte, 64<<10)
		for {
			n, err := from.Read(b)
			if _, failed := to.Write(each(b[:n])); err != nil || failed != nil {
				return
			}
		}
	}
	p.all.Go(func() {
		pass(server, client, func(b []byte) []byte {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.write != nil && bytes.Contains(b, p.write) {
				mu.Lock()
				muted = true
				mu.Unlock()
				p.mute = append(p.mute, client)
			}
			return b
		})
	})
	p.all.Go(func() {
		pass(client, server, func(b []byte) []byte {
			mu.Lock()
			defer mu.Unlock()
			if muted {
				return nil
			}
			return b
		})
	})
}
