package networktest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"

	"statelab/tcpdemo/network"
)

// payload is n octets that repeat only after 65,521.
func payload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % 65521 * 31 >> 3)
	}
	return b
}

// echoBack sends back what comes until the peer's FIN, and closes.
func (b *bench) echoBack(c network.Conn) {
	if _, err := io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c}); err != nil {
		b.Errorf("the server's copy: %v", err)
	}
	if err := c.Close(); err != nil {
		b.Errorf("the server's close: %v", err)
	}
}

// exchange sends octets in pieces, reads each piece back, and reads EOF after
// CloseWrite.
func (b *bench) exchange(c network.Conn, octets []byte) {
	defer c.Close()
	for piece := 1; len(octets) > 0; piece = piece*3 + 1 {
		sent := octets[:min(piece, len(octets))]
		octets = octets[len(sent):]
		if n, err := c.Write(sent); n != len(sent) || err != nil {
			b.Errorf("write of %d octets: %d, %v", len(sent), n, err)
			return
		}
		got := make([]byte, len(sent))
		if n, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, sent) {
			b.Errorf("read %d of %d octets, equal: %v, %v", n, len(sent), bytes.Equal(got, sent), err)
			return
		}
	}
	if err := c.CloseWrite(); err != nil {
		b.Errorf("CloseWrite: %v", err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		b.Errorf("read after all was echoed: %d, %v, want EOF", n, err)
	}
}

// Octets arrive in order and complete, and a stream ends where FIN says.
func echo(b *bench) {
	if c, ok := b.connect(b.echoBack); ok {
		b.exchange(c, payload(100_000))
	}
}

func manyConnections(b *bench) {
	const n = 8
	ln, to, ok := b.listen()
	if !ok {
		return
	}
	b.start(func() {
		defer ln.Close()
		for range n {
			c, err := ln.Accept()
			if err != nil {
				b.Errorf("accept: %v", err)
				return
			}
			b.start(func() { b.echoBack(c.(network.Conn)) })
		}
	})
	for i := range n {
		b.start(func() {
			c, err := b.Client.Dial(context.Background(), to, 0)
			if err != nil {
				b.Errorf("dial: %v", err)
				return
			}
			b.exchange(c, payload(1000*i))
		})
	}
}

// Both ends agree on who they are.
func addresses(b *bench) {
	ln, to, ok := b.listen()
	if !ok {
		return
	}
	defer ln.Close()
	if to.Addr() != b.Server.Addr() || to.Port() == 0 {
		b.Errorf("the listener is at %v, the server at %v", to, b.Server.Addr())
	}
	client, err := b.Client.Dial(context.Background(), to, 0)
	if err != nil {
		b.Errorf("dial: %v", err)
		return
	}
	defer client.Close()
	server, err := ln.Accept()
	if err != nil {
		b.Errorf("accept: %v", err)
		return
	}
	defer server.Close()
	if got := addrPort(client.RemoteAddr()); got != to || addrPort(server.LocalAddr()) != to {
		b.Errorf("the server is %v to the client and %v to itself, want %v", got, server.LocalAddr(), to)
	}
	local := addrPort(client.LocalAddr())
	if local.Addr() != b.Client.Addr() || local != addrPort(server.RemoteAddr()) {
		b.Errorf("the client is %v to itself and %v to the server", local, server.RemoteAddr())
	}
}

// Dial takes the local port that it is given.
func localPort(b *bench) {
	ln, to, ok := b.listen()
	if !ok {
		return
	}
	defer ln.Close()
	free, err := b.Client.Listen(0, 0)
	if err != nil {
		b.Errorf("listen: %v", err)
		return
	}
	port := addrPort(free.Addr()).Port()
	free.Close()
	c, err := b.Client.Dial(context.Background(), to, port)
	if err != nil {
		b.Errorf("dial from port %d: %v", port, err)
		return
	}
	defer c.Close()
	if got := addrPort(c.LocalAddr()).Port(); got != port {
		b.Errorf("dialled from port %d, want %d", got, port)
	}
}

// After its FIN an end still hears; after the peer's it may still speak (RFC
// 9293 §3.6).
func halfClose(b *bench) {
	c, ok := b.connect(func(c network.Conn) {
		defer c.Close()
		if got, err := io.ReadAll(c); string(got) != "question" || err != nil {
			b.Errorf("the server read %q, %v", got, err)
		}
		if _, err := c.Write([]byte("answer")); err != nil {
			b.Errorf("write after the peer's FIN: %v", err)
		}
	})
	if !ok {
		return
	}
	defer c.Close()
	c.Write([]byte("question"))
	if err := c.CloseWrite(); err != nil {
		b.Errorf("CloseWrite: %v", err)
	}
	if _, err := c.Write([]byte("more")); !errors.Is(err, syscall.EPIPE) {
		b.Errorf("write after one's own FIN: %v, want EPIPE", err)
	}
	if got, err := io.ReadAll(c); string(got) != "answer" || err != nil {
		b.Errorf("the client read %q, %v", got, err)
	}
}

// A port where nobody listens answers RST (RFC 9293 §3.10.7.1).
func refused(b *bench) {
	ln, to, ok := b.listen()
	if !ok {
		return
	}
	ln.Close()
	c, err := b.Client.Dial(context.Background(), to, 0)
	if err == nil {
		c.Close()
	}
	var op *net.OpError
	if !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &op) || op.Op != "dial" || op.Timeout() {
		b.Errorf("dial %v: %v, want a *net.OpError of dial with ECONNREFUSED", to, err)
	}
}

// Close with linger 0 sends RST, which the peer's call reports.
func reset(b *bench) {
	c, ok := b.connect(func(c network.Conn) {
		defer c.Close()
		n, err := c.Read(make([]byte, 1))
		if n != 0 || !errors.Is(err, syscall.ECONNRESET) {
			b.Errorf("the server read %d octets, %v, want ECONNRESET", n, err)
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
			b.Errorf("write after RST: %v, want EPIPE or ECONNRESET", err)
		}
	})
	if !ok {
		return
	}
	if err := c.SetLinger(0); err != nil {
		b.Errorf("SetLinger: %v", err)
	}
	if err := c.Close(); err != nil {
		b.Errorf("close: %v", err)
	}
}

func portInUse(b *bench) {
	ln, at, ok := b.listen()
	if !ok {
		return
	}
	defer ln.Close()
	if again, err := b.Server.Listen(at.Port(), 0); !errors.Is(err, syscall.EADDRINUSE) {
		b.Errorf("listening twice on %v: %v, want EADDRINUSE", at, err)
		if err == nil {
			again.Close()
		}
	}
}

func dialCancelled(b *bench) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c, err := b.Client.Dial(ctx, netip.AddrPortFrom(b.Server.Addr(), 9), 0)
	if !errors.Is(err, context.Canceled) {
		b.Errorf("dial with a cancelled context: %v", err)
	}
	if err == nil {
		c.Close()
	}
}
