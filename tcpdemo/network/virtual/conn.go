package virtual

import (
	"bytes"
	"net"
	"os"
	"strconv"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/waiter"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// Conn is a TCP connection of a host. Its methods mean what those of
// *net.TCPConn mean, on the network's clock. It is safe for concurrent use.
type Conn struct {
	socket
	remote  net.Addr
	local   net.Addr
	readBy  deadline
	writeBy deadline
	writing queue // a Write is not mixed with another
}

var _ network.Conn = (*Conn)(nil)

func newConn(m *machine, t *tcb, wq *waiter.Queue) *Conn {
	c := &Conn{local: net.TCPAddrFromAddrPort(t.conn.Local), remote: net.TCPAddrFromAddrPort(t.conn.Remote)}
	c.net, c.machine, c.tcb, c.endpoint, c.queue = m.net, m, t, t.endpoint, wq
	return c
}

// LocalAddr returns the connection's own address.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

func (c *Conn) fail(op, call string, err error) error {
	return opError(op, call, c.local, c.remote, err)
}

// Read reads what has arrived, waiting for the first octet. It returns io.EOF
// after the peer's FIN.
func (c *Conn) Read(b []byte) (int, error) {
	if err := c.ask(opRead); err != nil {
		return 0, c.fail("read", "read", err)
	}
	if len(b) == 0 {
		return 0, nil
	}
	var n int
	var at uint64
	err := c.await(waiter.ReadableEvents, &c.readBy, func(order uint64) tcpip.Error {
		w := tcpip.SliceWriter(b)
		result, err := c.endpoint.Read(&w, tcpip.ReadOptions{})
		n, at = result.Count, order
		return err
	})
	switch {
	case err == nil:
		c.endpoint.ModerateRecvBuf(n)
		c.returned(at, trace.Call{Name: callRead, Args: quote(b[:n]), Result: bytesText(n), Bytes: n})
	case err == net.ErrClosed:
	case err == os.ErrDeadlineExceeded && c.readBy.interrupted():
		// Nothing happened: the program took its call back.
	case err == os.ErrDeadlineExceeded:
		c.returned(c.reserve(), trace.Call{Name: callRead, Result: errorText(err)})
	default:
		c.returned(at, trace.Call{Name: callRead, Result: errorText(err)})
	}
	return n, c.fail("read", "read", err)
}

// Write hands octets to the stack, waiting while the send buffer is full.
func (c *Conn) Write(b []byte) (int, error) {
	if err := c.ask(opWrite); err != nil {
		return 0, c.fail("write", "write", err)
	}
	if err := c.writing.enter(c.net); err != nil {
		return 0, c.fail("write", "write", err)
	}
	defer c.writing.leave(c.net)
	record := c.begin(callWrite, quote(b), len(b))
	var n int
	var err error
	var rest bytes.Reader
	for n < len(b) && err == nil {
		err = c.await(waiter.WritableEvents, &c.writeBy, func(uint64) tcpip.Error {
			rest.Reset(b[n:])
			written, err := c.endpoint.Write(&rest, tcpip.WriteOptions{})
			n += int(written)
			return err
		})
	}
	if err == nil {
		record.end(bytesText(n))
	} else {
		record.end(errorText(err))
	}
	return n, c.fail("write", "write", err)
}

// Close closes the connection. What was written is still sent, unless SetLinger
// said otherwise; octets that were not read make it send RST (RFC 2525 §2.17).
func (c *Conn) Close() error {
	return c.fail("close", "close", c.close(""))
}

// CloseWrite sends FIN after all that was written, and leaves the other
// direction open.
func (c *Conn) CloseWrite() error {
	if err := c.ask(opShutdown); err != nil {
		return c.fail("close", "shutdown", err)
	}
	record := c.begin(callShutdown, "write", 0)
	var err tcpip.Error
	c.calling(callShutdown, func() { err = c.endpoint.Shutdown(tcpip.ShutdownWrite) })
	if err != nil {
		record.end(errorText(stackError(err)))
	}
	return c.fail("close", "shutdown", stackError(err))
}

// SetDeadline sets both deadlines: by the network's clock, or by the system's,
// of which only the duration from now counts.
func (c *Conn) SetDeadline(t time.Time) error {
	return c.setDeadlines(t, &c.readBy, &c.writeBy)
}

// SetReadDeadline sets the deadline of Read; see SetDeadline.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.setDeadlines(t, &c.readBy)
}

// SetWriteDeadline sets the deadline of Write; see SetDeadline.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.setDeadlines(t, &c.writeBy)
}

func (c *Conn) setDeadlines(t time.Time, deadlines ...*deadline) error {
	if !t.IsZero() { // taking a deadline away needs no turn: it causes nothing
		if err := c.ask(opSet); err != nil {
			return c.fail("set", "setsockopt", err)
		}
	} else if err := c.gone(); err != nil {
		return c.fail("set", "setsockopt", err)
	}
	for _, d := range deadlines {
		d.reset(c.net, t)
	}
	return nil
}

// SetLinger says what Close does with data that was not acknowledged yet: below
// 0, the default, it is sent in the background; 0 discards it and sends RST; and
// more makes the stack drop it after so many seconds.
func (c *Conn) SetLinger(sec int) error {
	option := tcpip.LingerOption{Enabled: sec >= 0, Timeout: time.Duration(max(sec, 0)) * time.Second}
	text := "SO_LINGER off"
	if option.Enabled {
		text = "SO_LINGER " + strconv.Itoa(sec) + " s"
	}
	return c.set(text, func() { c.endpoint.SocketOptions().SetLinger(option) })
}

// SetNoDelay with false turns Nagle's algorithm on (RFC 9293 §3.7.4).
func (c *Conn) SetNoDelay(noDelay bool) error {
	text := "TCP_NODELAY off"
	if noDelay {
		text = "TCP_NODELAY on"
	}
	return c.set(text, func() { c.endpoint.SocketOptions().SetDelayOption(!noDelay) })
}

// SetKeepAliveConfig sets keep-alive probes (RFC 9293 §3.8.4). As in package
// net, zero values mean 15 s, 15 s and 9 probes, and negative ones leave the
// stack's own.
func (c *Conn) SetKeepAliveConfig(k net.KeepAliveConfig) error {
	idle := tcpip.KeepaliveIdleOption(or(k.Idle, 15*time.Second))
	interval := tcpip.KeepaliveIntervalOption(or(k.Interval, 15*time.Second))
	count := or(k.Count, 9)
	text := "SO_KEEPALIVE off"
	if k.Enable {
		text = "SO_KEEPALIVE on"
	}
	var err error
	if asked := c.set(text, func() {
		if idle > 0 {
			err = stackError(c.endpoint.SetSockOpt(&idle))
		}
		if interval > 0 && err == nil {
			err = stackError(c.endpoint.SetSockOpt(&interval))
		}
		if count > 0 && err == nil {
			err = stackError(c.endpoint.SetSockOptInt(tcpip.KeepaliveCountOption, count))
		}
		c.endpoint.SocketOptions().SetKeepAlive(k.Enable)
	}); asked != nil {
		return asked
	}
	return c.fail("set", "setsockopt", err)
}

// SetReadBuffer sets the size of the receive buffer in bytes; half of it is
// offered as window.
func (c *Conn) SetReadBuffer(size int) error {
	return c.set("SO_RCVBUF "+strconv.Itoa(size), func() { c.endpoint.SocketOptions().SetReceiveBufferSize(int64(size), true) })
}

// SetWriteBuffer sets the size of the send buffer in bytes.
func (c *Conn) SetWriteBuffer(size int) error {
	return c.set("SO_SNDBUF "+strconv.Itoa(size), func() { c.endpoint.SocketOptions().SetSendBufferSize(int64(size), true) })
}

// set changes an option, and the timeline says so.
func (c *Conn) set(text string, change func()) error {
	if err := c.ask(opSet); err != nil {
		return c.fail("set", "setsockopt", err)
	}
	c.begin(callSetsockopt, text, 0)
	change()
	c.net.mu.Lock() // what was changed is seen by whoever drives the network
	defer c.net.mu.Unlock()
	return nil
}

// quote shows the beginning of octets that may come from anywhere.
func quote(b []byte) string {
	const most = 64
	return `"` + trace.EscapeBytes(b, most) + `"`
}
