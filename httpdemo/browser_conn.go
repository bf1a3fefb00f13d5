package httpdemo

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"time"
)

// dial returns the connection to u's origin, a new one if there is none.
func (b *Browser) dial(u *url.URL) (c *wired, reused bool, err error) {
	origin := u.Scheme + "://" + u.Host
	if c, ok := b.open[origin]; ok && b.alive(c) {
		return c, true, nil
	}
	b.drop(u)
	at, err := b.find(u)
	if err != nil {
		return nil, false, err
	}
	conn, err := b.machine.Dial(b.ctx, at)
	if err != nil {
		return nil, false, err
	}
	if u.Scheme == "https" {
		config := b.TLS.Clone()
		config.ServerName = u.Hostname()
		conn = tls.Client(conn, config)
	}
	c = &wired{Conn: conn, buf: bufio.NewReader(conn)}
	b.open[origin] = c
	return c, false, nil
}

// alive reports whether the server has not closed a connection that was idle:
// then its FIN can be read, as EOF. One that was just used is taken to be open.
func (b *Browser) alive(c *wired) bool {
	now := b.env.Now()
	if now.Sub(c.used) < time.Second {
		return true
	}
	if c.SetReadDeadline(now.Add(time.Millisecond)) != nil {
		return false
	}
	_, err := c.buf.Peek(1)
	return errors.Is(err, os.ErrDeadlineExceeded) && c.SetReadDeadline(time.Time{}) == nil
}

// find returns where u's host is.
func (b *Browser) find(u *url.URL) (netip.AddrPort, error) {
	if at, ok := b.Names[u.Host]; ok {
		return at, nil
	}
	if at, err := netip.ParseAddrPort(u.Host); err == nil {
		return at, nil
	}
	a, err := netip.ParseAddr(u.Host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("host %q is not known", u.Host)
	}
	return netip.AddrPortFrom(a, 80), nil
}

func (b *Browser) drop(u *url.URL) {
	origin := u.Scheme + "://" + u.Host
	if c, ok := b.open[origin]; ok {
		_ = c.Close() // nothing more is wanted of it
		delete(b.open, origin)
	}
}

// Close closes the browser's connections. Its memory stays, as on a disk.
func (b *Browser) Close() {
	for _, origin := range slices.Sorted(maps.Keys(b.open)) { // in one order, so that a run can be repeated
		_ = b.open[origin].Close()
		delete(b.open, origin)
	}
}
