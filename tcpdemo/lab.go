package tcpdemo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"statelab/tcpdemo/network"
)

// The ports that lessons use.
const (
	EchoPort    = 7  // RFC 862
	discardPort = 9  // RFC 863
	daytimePort = 13 // RFC 867
	sortPort    = 2000
)

// listen announces on a port of the server and runs handle for each connection,
// as a server does: one program a connection.
func (l *Lab) listen(port uint16, handle func(network.Conn)) (net.Listener, error) {
	listener, err := l.Server.Listen(port, 0)
	if err != nil {
		return nil, err
	}
	l.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return // the listener was closed, or the host rebooted
			}
			l.Go(func() { handle(c.(network.Conn)) })
		}
	})
	return listener, nil
}

// serveEcho starts the echo server: the same that `tcp serve` runs on real
// sockets.
func (l *Lab) serveEcho(port uint16) (net.Listener, error) {
	listener, err := l.Server.Listen(port, 0)
	if err != nil {
		return nil, err
	}
	server := &EchoServer{Clock: l}
	l.Go(func() { _ = server.Serve(l.Ctx, listener) }) // how each connection ended is on the timeline
	return listener, nil
}

// discard is RFC 863's service on one connection: it reads until the client
// closes, then it closes.
func discard(c network.Conn) {
	_, _ = io.Copy(io.Discard, c) // how it ended is on the timeline
	_ = c.Close()
}

// hold keeps a connection open and reads nothing.
func hold(network.Conn) {}

// dial opens a connection from the client to a port of the server.
func (l *Lab) dial(port uint16) (network.Conn, error) {
	return l.Client.Dial(l.Ctx, netip.AddrPortFrom(l.Server.Addr(), port), 0)
}

// exchange sends a message and waits for as many bytes to come back.
func exchange(c net.Conn, message string) error {
	if _, err := io.WriteString(c, message); err != nil {
		return err
	}
	got := make([]byte, len(message))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != message {
		return fmt.Errorf("the echo of %q was %q", message, got)
	}
	return nil
}

// silent reports an error if anything more comes from the peer.
func (l *Lab) silent(c net.Conn) error {
	if err := c.SetReadDeadline(l.Now().Add(settling)); err != nil {
		return err
	}
	n, err := c.Read(make([]byte, 1))
	if n > 0 {
		return errors.New("more came than was sent")
	}
	return expect("a read of nothing", err, os.ErrDeadlineExceeded)
}

// left takes what another program has left in c. It does not wait: a lesson lets
// enough of the network's time pass before.
func left[T any](c <-chan T, what string) (T, error) {
	select {
	case v := <-c:
		return v, nil
	default:
		var none T
		return none, fmt.Errorf("%s had not come yet", what)
	}
}

// expect makes an error of an outcome that a lesson did not expect.
func expect(what string, got, want error) error {
	if !errors.Is(got, want) {
		return fmt.Errorf("%s: %v, expected %v", what, got, want)
	}
	return nil
}

// How long lessons wait for things to happen, in the network's time.
const (
	pause    = 50 * time.Millisecond  // between two calls whose segments are not to cross
	closing  = 200 * time.Millisecond // long enough for four segments to cross
	timeWait = 61 * time.Second       // a second more than 2 MSL
)
