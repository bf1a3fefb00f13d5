package httpdemo

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
)

// client is the simplest client that HTTP allows: it writes a request on a
// connection and reads the response. It has no cookie jar and keeps nothing.
type client struct {
	conn net.Conn
	buf  *bufio.Reader
	host string
}

func newClient(conn net.Conn, host string) *client {
	return &client{conn: conn, buf: bufio.NewReader(conn), host: host}
}

// get requests a resource and returns the status and the body. last asks the
// server to close the connection after the response (RFC 9112 §9.6).
func (c *client) get(target string, last bool) (status int, body []byte, err error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+c.host+target, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("User-Agent", "statelab")
	req.Close = last
	if err := req.Write(c.conn); err != nil {
		return 0, nil, fmt.Errorf("request %s: %w", target, err)
	}
	resp, err := http.ReadResponse(c.buf, req)
	if err != nil {
		return 0, nil, fmt.Errorf("response to %s: %w", target, err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("body of %s: %w", target, err)
	}
	return resp.StatusCode, body, nil
}
