package httpdemo

import (
	"errors"
	"os"
	"time"
)

// strictGrain is how much later than asked a response may time out: to set a deadline
// costs a fiftieth of what answering does.
const strictGrain = 100 * time.Millisecond

// SetReadDeadline is net/http's, which knows of no head until it is whole. It sets
// several for each request, of which most are never waited for: one is applied where
// it matters.
func (c *strictConn) SetReadDeadline(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.outer = t
	if !c.reading {
		return nil
	}
	return c.apply()
}

// SetWriteDeadline is net/http's, which moves it with each response. It is applied a
// little later than asked, and lasts for the next ones.
func (c *strictConn) SetWriteDeadline(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	if late := c.writing.Sub(t); late >= 0 && late <= strictGrain {
		return nil
	}
	if t.After(longAgo) {
		t = t.Add(strictGrain)
	}
	c.writing = t
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline sets both deadlines.
func (c *strictConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// longAgo is the deadline by which net/http takes back its Read that looks whether
// the client is still there.
var longAgo = time.Unix(1, 0)

// fetch reads the connection below until the deadline. begun says that what comes
// belongs to a head that has begun: its time runs.
func (c *strictConn) fetch(p []byte, begun bool) (int, error) {
	if err := c.wait(begun); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.deadlines.Lock()
	c.reading = false
	c.deadlines.Unlock()
	return n, err
}

// wait begins to read the connection below.
func (c *strictConn) wait(begun bool) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	switch {
	case !begun:
		c.inner = time.Time{}
	case c.inner.IsZero():
		c.inner = time.Now().Add(c.header)
	}
	if c.outer.Equal(longAgo) {
		return os.ErrDeadlineExceeded // taken back before it began
	}
	c.reading = true
	_ = c.apply() // the connection is closed: Read will say so
	return nil
}

// apply sets the deadline, where it is another than before: that of the head once one
// has begun, so that the client can be told, and net/http's otherwise, over which it
// closes without a word.
func (c *strictConn) apply() error {
	t := c.outer
	if c.ofHead() {
		t = c.inner
	}
	if t.Equal(c.applied) {
		return nil
	}
	c.applied = t
	return c.Conn.SetReadDeadline(t)
}

// late reports whether the head's own time is over.
func (c *strictConn) late() bool {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	return c.ofHead()
}

// ofHead reports whether the deadline is that of a head. A Read that net/http takes back
// ends in any case.
func (c *strictConn) ofHead() bool { return !c.inner.IsZero() && !c.outer.Equal(longAgo) }
