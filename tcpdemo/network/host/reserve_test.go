package host

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
)

// A port that was reserved is nobody else's, whoever asks, and the host's own to
// listen on; nobody listens before that. A connection in TIME-WAIT does not take
// it away, and a program that listens does.
func TestReserve(t *testing.T) {
	t.Parallel()
	if !bindsItself {
		t.Skip("a port cannot be kept on " + runtime.GOOS)
	}
	n := newNetwork(t, Options{})
	port, err := n.Reserve(0, n.Client(), n.Server())
	if err != nil {
		t.Fatal(err)
	}
	at := netip.AddrPortFrom(n.Server().Addr(), port)
	refused := func(who string) {
		t.Helper()
		if c, err := net.Dial("tcp", at.String()); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v, %v", who, c, err)
		}
		if l, err := net.Listen("tcp", at.String()); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s: somebody else listens: %v, %v", who, l, err)
		}
	}
	refused("reserved")
	l, err := n.Server().Listen(port, 3)
	if err != nil {
		t.Fatal(err)
	}
	c, err := n.Client().Dial(t.Context(), at, 0)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close() // first: TIME-WAIT is at the port
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the server has closed, and something comes")
	}
	_ = c.Close()
	other := newNetwork(t, Options{})
	if got, err := other.Reserve(port, other.Server()); err != nil || got == port {
		t.Errorf("while a program listens on %d: %d, %v", port, got, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := other.Reserve(port, other.Server()); err != nil || got != port {
		t.Errorf("with a connection in TIME-WAIT on %d: %d, %v", port, got, err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := net.Listen("tcp", at.String())
	if err != nil {
		t.Fatalf("given back: %v", err)
	}
	_ = again.Close()
}
