package httpdemo

import (
	"net"

	"golang.org/x/net/netutil"
)

// Limit makes a listener that holds at most the limit's number of connections
// open at one time; further ones wait in the accept queue.
func Limit(l net.Listener, lim Limits) net.Listener {
	return netutil.LimitListener(l, lim.withDefaults().Connections)
}

// Tap makes a listener whose connections show every byte as it goes by: seen
// is called with the client's address, whether the bytes came in, and the
// bytes, which are valid during the call only. Calls for one connection come in
// order; those for several may come at the same time.
func Tap(l net.Listener, seen func(client net.Addr, in bool, b []byte)) net.Listener {
	return tapListener{l, seen}
}

type tapListener struct {
	net.Listener
	seen func(net.Addr, bool, []byte)
}

func (l tapListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tapConn{c, l.seen}, nil
}

type tapConn struct {
	net.Conn
	seen func(net.Addr, bool, []byte)
}

// NetConn is the connection below.
func (c tapConn) NetConn() net.Conn { return c.Conn }

func (c tapConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.seen(c.RemoteAddr(), true, b[:n])
	}
	return n, err
}

func (c tapConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if n > 0 {
		c.seen(c.RemoteAddr(), false, b[:n])
	}
	return n, err
}
