package host

import (
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// Conn is a TCP connection of the machine: a *net.TCPConn whose calls are put
// on the timeline while something is recorded.
type Conn struct {
	*net.TCPConn
	host   *Host
	conn   trace.Conn
	closed atomic.Bool
	// recalled: the program has ended its own Read, by a deadline in the past.
	recalled atomic.Bool
	// lost: its host has lost its power, and with it the programs whose calls would be told.
	lost atomic.Bool
}

var _ network.Conn = (*Conn)(nil)

func (c *Conn) recording() bool {
	r := c.host.net.recording()
	return r != nil && !r.opts.NoCalls && !c.lost.Load()
}

func (c *Conn) say(call trace.Call) {
	if !c.lost.Load() {
		c.host.call(c.conn, call)
	}
}

// Read reads what has arrived, waiting for the first octet.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	switch {
	case ends(err):
		c.host.net.hurry()
	case err != nil && c.recalled.Load():
		return n, err // nothing happened: net/http takes its call back after each request
	}
	if c.recording() {
		call := trace.Call{Name: "read", Args: quote(b[:n]), Result: bytesText(n), Bytes: n}
		if err != nil {
			call.Args, call.Result = "", errorText(err)
		}
		c.say(call)
	}
	return n, err
}

// ends reports whether a Read's error says that FIN or RST has come, or that the
// program has closed the connection: the deadline of a Read changes no state.
func ends(err error) bool { return err != nil && !errors.Is(err, os.ErrDeadlineExceeded) }

// SetReadDeadline sets the deadline of Read, by the system's clock.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.recalled.Store(!t.IsZero() && !t.After(time.Now()))
	return c.TCPConn.SetReadDeadline(t)
}

// SetDeadline sets the deadlines of Read and Write.
func (c *Conn) SetDeadline(t time.Time) error {
	c.recalled.Store(!t.IsZero() && !t.After(time.Now()))
	return c.TCPConn.SetDeadline(t)
}

// Write hands octets to the stack. The timeline has the call before the segments
// that it causes, and its result afterwards.
func (c *Conn) Write(b []byte) (int, error) {
	if !c.recording() {
		return c.TCPConn.Write(b)
	}
	c.say(trace.Call{Name: "write", Args: quote(b), Bytes: len(b)})
	n, err := c.TCPConn.Write(b)
	result := bytesText(n)
	if err != nil {
		result = errorText(err)
	}
	c.say(trace.Call{Name: "write", Result: result, Bytes: n})
	return n, err
}

// ReadFrom copies from r: by the system's own short cut where nothing is
// recorded.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	if !c.recording() {
		return c.TCPConn.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{c}, r)
}

// WriteTo copies to w, as ReadFrom does.
func (c *Conn) WriteTo(w io.Writer) (int64, error) {
	if !c.recording() {
		defer c.host.net.hurry()
		return c.TCPConn.WriteTo(w)
	}
	return io.Copy(w, struct{ io.Reader }{c})
}

// Close closes the connection. A second call does nothing, and is not told.
func (c *Conn) Close() error {
	if !c.closed.Swap(true) {
		c.host.closes(c)
		c.host.net.hurry()
		c.say(trace.Call{Name: "close"})
	}
	return c.TCPConn.Close()
}

// CloseWrite sends FIN after all that was written.
func (c *Conn) CloseWrite() error {
	c.host.net.hurry()
	c.say(trace.Call{Name: "shutdown", Args: "write"})
	return c.TCPConn.CloseWrite()
}

// SetLinger says what Close does with data that was not acknowledged yet: below
// 0, the default, it is sent in the background; 0 discards it and sends RST.
func (c *Conn) SetLinger(sec int) error {
	text := "SO_LINGER off"
	if sec >= 0 {
		text = "SO_LINGER " + strconv.Itoa(sec) + " s"
	}
	c.say(trace.Call{Name: "setsockopt", Args: text})
	return c.TCPConn.SetLinger(sec)
}

// SetNoDelay with false turns Nagle's algorithm on (RFC 9293 §3.7.4).
func (c *Conn) SetNoDelay(noDelay bool) error {
	text := "TCP_NODELAY off"
	if noDelay {
		text = "TCP_NODELAY on"
	}
	c.say(trace.Call{Name: "setsockopt", Args: text})
	return c.TCPConn.SetNoDelay(noDelay)
}

// SetKeepAliveConfig sets keep-alive probes (RFC 9293 §3.8.4).
func (c *Conn) SetKeepAliveConfig(k net.KeepAliveConfig) error {
	text := "SO_KEEPALIVE off"
	if k.Enable {
		text = "SO_KEEPALIVE on"
	}
	c.say(trace.Call{Name: "setsockopt", Args: text})
	return c.TCPConn.SetKeepAliveConfig(k)
}

// quote shows the beginning of octets that may come from anywhere.
func quote(b []byte) string {
	const most = 64
	return `"` + trace.EscapeBytes(b, most) + `"`
}

func bytesText(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}
