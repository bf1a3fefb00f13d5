package httpdemo

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Strict sets a reader before a server that lets through no request that RFC
// 9112 tells a server to refuse, nor one over which two servers in a row could
// differ (§11.2). net/http takes several: Transfer-Encoding beside
// Content-Length, with the connection left open (§6.1); Transfer-Encoding in
// HTTP/1.0; LF alone; white space in odd places.
//
// Serve srv on the listener that is returned: it is the outermost, above TLS. A request that is
// refused is answered in its turn, after those before it, with the reason, and
// the connection is closed. header is how long the head of a request may take
// from its first octet on, which also bounds the wait of a client that sends
// one by drops; size is how long it may be, in octets.
func Strict(l net.Listener, srv *http.Server, header time.Duration, size int) net.Listener {
	next, state, ofConn := srv.Handler, srv.ConnState, srv.ConnContext
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(strictKey{}).(*strictConn); ok {
			c.answering.Store(true)
			if r.RequestURI == refusedTarget() {
				c.refusal.Load().answer(w)
				return
			}
			if r.TLS == nil {
				r.TLS = overTLS(c.Conn)
			}
			if r.ContentLength != 0 {
				r.Body = strictBody{r.Body, c, w.Header()}
			}
		}
		next.ServeHTTP(w, r)
	})
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if ofConn != nil {
			ctx = ofConn(ctx, c)
		}
		return context.WithValue(ctx, strictKey{}, c)
	}
	srv.ConnState = func(c net.Conn, s http.ConnState) {
		if strict, ok := c.(*strictConn); ok && s == http.StateHijacked {
			strict.tunnel.Store(true) // what follows is another protocol's
		}
		if state != nil {
			state(c, s)
		}
	}
	return strictListener{l, header, size}
}

// overTLS is the state of the TLS connection below others, nil where there is none:
// net/http looks at the outermost alone.
func overTLS(c net.Conn) *tls.ConnectionState {
	for {
		switch v := c.(type) {
		case interface{ ConnectionState() tls.ConnectionState }:
			s := v.ConnectionState()
			return &s
		case interface{ NetConn() net.Conn }:
			c = v.NetConn()
		default:
			return nil
		}
	}
}

type strictKey struct{}

// strictBody is a request's body, whose error is why the strict reader has refused it:
// net/http has others for that.
type strictBody struct {
	io.ReadCloser
	conn   *strictConn
	answer http.Header
}

// Read reads the body. What was refused behind it does not count here. The answer to
// one that was refused says that the connection closes (RFC 9112 §9.6).
func (b strictBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		if r := b.conn.refusal.Load(); r != nil && r.ko != "" {
			b.answer.Set("Connection", "close")
			err = &refusedBody{r}
		}
	}
	return n, err
}

// refusedBody is the error of a body that was refused. The rest does not come.
type refusedBody struct{ *Refusal }

func (r *refusedBody) Error() string { return r.Why + " (" + r.Section + ")" }

// Unwrap makes it a body that ended early.
func (r *refusedBody) Unwrap() error { return io.ErrUnexpectedEOF }

// refusedTarget is what net/http is asked for in the place of a request that is
// refused. No client can ask for it: it is random, and on no wire.
var refusedTarget = sync.OnceValue(func() string { return "/" + rand.Text() })

func (r *Refusal) answer(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Connection", "close")
	w.WriteHeader(r.Status)
	fmt.Fprintf(w, "%d %s: %s (%s)\n", r.Status, statusText(r.Status), r.Why, r.Section)
}

type strictListener struct {
	net.Listener
	header time.Duration
	size   int
}

func (l strictListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &strictConn{Conn: c, header: l.header, size: l.size}, nil
}
