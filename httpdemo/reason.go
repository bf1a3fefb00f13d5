package httpdemo

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
)

// statusText is a status's name by RFC 9110 §15; net/http has those of before.
func statusText(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "Content Too Large" // §15.5.14
	case http.StatusRequestURITooLong:
		return "URI Too Long" // §15.5.15
	case http.StatusRequestedRangeNotSatisfiable:
		return "Range Not Satisfiable" // §15.5.17
	case http.StatusUnprocessableEntity:
		return "Unprocessable Content" // §15.5.21
	}
	return http.StatusText(status)
}

// Write writes what net/http answers. The first octets after a handler has begun, but
// for those of an interim response, are a status line: its reason phrase is the
// status's name (RFC 9112 §4).
func (c *strictConn) Write(p []byte) (int, error) {
	if !c.answering.Load() || isInterim(p) {
		return c.Conn.Write(p)
	}
	c.answering.Store(false)
	q := renamed(p)
	n, err := c.Conn.Write(q)
	return min(max(n+len(p)-len(q), 0), len(p)), err
}

// statusAt is where in a status line the status is: behind "HTTP/1.1 ".
const statusAt = 9

// isInterim reports whether a response is not the final one (RFC 9110 §15.2).
func isInterim(response []byte) bool {
	return len(response) > statusAt && response[statusAt] == '1' && !bytes.HasPrefix(response[statusAt:], []byte("101"))
}

// renamed is a response's beginning with the status's name in the place of net/http's.
func renamed(response []byte) []byte {
	line, rest, whole := bytes.Cut(response, []byte("\r\n"))
	if !whole || len(line) < statusAt+3 {
		return response
	}
	status, err := strconv.Atoi(string(line[statusAt : statusAt+3]))
	name, old := statusText(status), http.StatusText(status)
	if err != nil || name == old || string(line[statusAt+3:]) != " "+old {
		return response
	}
	return fmt.Appendf(nil, "%s%d %s\r\n%s", line[:statusAt], status, name, rest)
}
