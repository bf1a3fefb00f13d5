package httpdemo

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

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

// Secure makes a listener whose connections speak TLS. A client that speaks HTTP
// without it is told so, and not cut off in silence.
func Secure(l net.Listener, c *tls.Config) net.Listener { return secureListener{l, c} }

type secureListener struct {
	net.Listener
	config *tls.Config
}

func (l secureListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return secureConn{tls.Server(c, l.config)}, nil
}

type secureConn struct{ *tls.Conn }

func (c secureConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	var first tls.RecordHeaderError
	if errors.As(err, &first) && first.Conn != nil && plainHTTP(first.RecordHeader) {
		_, _ = io.WriteString(first.Conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"+
			"400 Bad Request: this port speaks TLS; the address begins with https://\n") // the client may have gone
	}
	return n, err
}

// plainHTTP reports whether the five octets that should begin a TLS record begin
// a request of HTTP instead.
func plainHTTP(header [5]byte) bool {
	return slices.ContainsFunc([]string{"GET /", "HEAD ", "POST ", "PUT /", "DELET", "OPTIO", "PATCH"}, func(s string) bool {
		return strings.HasPrefix(string(header[:]), s)
	})
}
