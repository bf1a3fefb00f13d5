package httpdemo

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// compareClient keeps what a mechanism makes it keep, and counts bytes.
type compareClient struct {
	conn     net.Conn
	buf      *bufio.Reader
	counted  *countingReader
	bearer   bool
	nobody   bool
	cookies  []*http.Cookie
	token    string
	up, down int // of the last request
}

func (s *compareRunning) client(m compareMechanism) (*compareClient, error) {
	c := &compareClient{bearer: m.bearer, nobody: m.nobody}
	return c, c.reconnect(s)
}

func (c *compareClient) reconnect(s *compareRunning) error {
	conn, err := s.l.dial(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	if err != nil {
		return err
	}
	c.conn, c.counted = conn, &countingReader{r: conn}
	c.buf = bufio.NewReader(c.counted)
	return nil
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// send sends a request with what the client keeps, and keeps what it is given.
func (c *compareClient) send(method, target string) (int, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n", method, target)
	for i, cookie := range c.cookies {
		if i == 0 {
			b.WriteString("Cookie: ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(cookie.Name + "=" + cookie.Value)
	}
	if len(c.cookies) > 0 {
		b.WriteString("\r\n")
	}
	if c.token != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", c.token)
	}
	if method == http.MethodPost {
		b.WriteString("Content-Length: 0\r\n")
	}
	b.WriteString("\r\n")
	before := c.counted.n
	if _, err := io.WriteString(c.conn, b.String()); err != nil {
		return 0, err
	}
	r, err := http.ReadResponse(c.buf, nil)
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err
	}
	c.up, c.down = b.Len(), c.counted.n-before
	for _, cookie := range r.Cookies() {
		c.cookies = slices.DeleteFunc(c.cookies, func(old *http.Cookie) bool { return old.Name == cookie.Name })
		if cookie.MaxAge >= 0 {
			c.cookies = append(c.cookies, cookie)
		}
	}
	if c.bearer && strings.HasPrefix(target, "/login") {
		c.token = string(body)
	}
	return r.StatusCode, nil
}

func (c *compareClient) login(user string) error {
	if c.nobody {
		return nil
	}
	status, err := c.send(http.MethodPost, "/login?user="+user)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("login: %d", status)
	}
	return err
}

func (c *compareClient) me(want int) error {
	status, err := c.send(http.MethodGet, "/me")
	if err == nil && status != want {
		err = fmt.Errorf("the server answered %d, not %d", status, want)
	}
	return err
}

// holds is what the client keeps, in bytes.
func (c *compareClient) holds() (n int) {
	for _, cookie := range c.cookies {
		n += len(cookie.Name) + len(cookie.Value)
	}
	return n + len(c.token)
}
