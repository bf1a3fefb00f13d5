package tcpdemo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
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

// dial opens a connection from the client to a port of the server.
func (l *Lab) dial(port uint16) (network.Conn, error) {
	return l.Client.Dial(l.Ctx, netip.AddrPortFrom(l.Server.Addr(), port), 0)
}

// exchange sends a message and waits for it to come back.
func exchange(c net.Conn, message string) error {
	if _, err := io.WriteString(c, message); err != nil {
		return err
	}
	return receive(c, message)
}

// receive waits for a message of known text.
func receive(c net.Conn, want string) error {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("received %q, expected %q", got, want)
	}
	return nil
}

// collector is a server's program that keeps what it reads.
type collector struct {
	mu   sync.Mutex // on a real network the server runs beside the lesson
	text strings.Builder
}

// serve reads until the client closes, then it closes.
func (k *collector) serve(c network.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := c.Read(buffer)
		k.mu.Lock()
		k.text.Write(buffer[:n])
		k.mu.Unlock()
		if err != nil {
			_ = c.Close()
			return
		}
	}
}

// has checks all that was read so far.
func (k *collector) has(l *Lab, want string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if got := k.text.String(); got != want {
		return l.surprised(fmt.Errorf("the server's program has read %q, expected %q", got, want))
	}
	return nil
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
func (l *Lab) expect(what string, got, want error) error {
	if !errors.Is(got, want) {
		return l.surprised(fmt.Errorf("%s: %v, expected %v", what, got, want))
	}
	return nil
}

// amiss makes an error of what a lesson did not expect to be so.
func (l *Lab) amiss(so bool, what string, values ...any) error {
	if !so {
		return nil
	}
	return l.surprised(fmt.Errorf(what, values...))
}

// elsewhere takes an outcome that a lesson did not expect, and that more than its
// step has a part in. On a network that rules of the user's have bent, a note says
// what differs, and the step is told as it went; otherwise the error comes back.
func (l *Lab) elsewhere(err error, en, ko string) error {
	if !l.Bent {
		return err
	}
	l.Note(en, ko)
	return nil
}

// outlive waits for TIME-WAIT to pass: for 2 MSL, and where a stack's timer is
// coarse until it has run out as well. Linux's of 60 s may be 8 s late.
func (l *Lab) outlive() {
	l.Sleep(timeWait)
	for late := time.Duration(0); late < mostLate && l.Waiting != nil && l.Waiting() && l.Ctx.Err() == nil; late += pause {
		l.Sleep(pause)
	}
}

// surprised takes what a lesson did not expect. On a network that rules of the
// user's have bent, the timeline says so, and the lesson goes on; what it would
// have said of this step is not said. Otherwise it ends with the error.
func (l *Lab) surprised(err error) error {
	if !l.Bent {
		return err
	}
	l.say(trace.Note{Amiss: true, Text: trace.Text{
		En: "Not what this lesson expects here: your rule has changed the outcome.",
		Ko: "이 시나리오가 예상한 결과가 아닙니다. 사용자가 준 규칙이 결과를 바꾸었습니다.",
	}})
	l.silent = true
	return nil
}

// smallBufferOffered is a receive buffer, in bytes, that a SYN,ACK can offer
// whole: no later ACK enlarges the window then, and an ACK with another window
// is no duplicate (RFC 5681 §2).
const smallBufferOffered = 32 << 10

// How long lessons wait for things to happen, in the network's time.
const (
	pause    = 50 * time.Millisecond  // between two calls whose segments are not to cross
	closing  = 200 * time.Millisecond // long enough for four segments to cross
	timeWait = 61 * time.Second       // a second more than 2 MSL
	mostLate = 15 * time.Second       // that a stack's timer of 60 s is given
)
