package tcpdemo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"statelab/tcpdemo/network"
)

// EchoClient talks to an echo server over one connection. It is not safe for
// concurrent use.
type EchoClient struct {
	Conn network.Conn
	// Clock is the network's time; nil is the system's.
	Clock network.Clock
	// Timeout is how long one Exchange may take; 0 is for ever.
	Timeout time.Duration
}

// EchoMismatch is the error for an echo that is not what was sent.
type EchoMismatch struct {
	// Offset is the first octet that differs, from 0, in what was sent.
	Offset    int64
	Sent, Got byte
}

// Error returns the offset and both octets.
func (e *EchoMismatch) Error() string {
	return fmt.Sprintf("echo: octet %d came back as 0x%02x, 0x%02x was sent", e.Offset, e.Got, e.Sent)
}

// exchangePiece is how much Exchange sends before it reads: less than any socket
// buffers, so that the two ends never wait for each other.
const exchangePiece = 16 << 10

// Exchange sends octets, 16 KB at a time, and reads as many back. It returns
// what came back, also beside an error: an *EchoMismatch, io.ErrUnexpectedEOF
// where the server closed before it had echoed all, a timeout, or what the
// socket reports.
func (c *EchoClient) Exchange(octets []byte) ([]byte, error) {
	if c.Timeout > 0 {
		if err := c.Conn.SetDeadline(c.clock().Now().Add(c.Timeout)); err != nil {
			return nil, fmt.Errorf("echo: set the deadline: %w", err)
		}
	}
	echoed := make([]byte, 0, len(octets))
	for len(echoed) < len(octets) {
		piece := octets[len(echoed):min(len(echoed)+exchangePiece, len(octets))]
		if _, err := c.Conn.Write(piece); err != nil {
			return echoed, fmt.Errorf("echo: send: %w", err)
		}
		start := len(echoed)
		echoed = echoed[:start+len(piece)]
		n, err := io.ReadFull(c.Conn, echoed[start:])
		echoed = echoed[:start+n]
		if at := differs(piece[:n], echoed[start:]); at >= 0 {
			return echoed, &EchoMismatch{Offset: int64(start + at), Sent: piece[at], Got: echoed[start+at]}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return echoed, fmt.Errorf("echo: the server closed after %d of %d octets: %w", len(echoed), len(octets), io.ErrUnexpectedEOF)
		case err != nil:
			return echoed, fmt.Errorf("echo: receive: %w", err)
		}
	}
	return echoed, nil
}

// differs returns the first place where two slices of one length differ, or -1.
func differs(a, b []byte) int {
	if bytes.Equal(a, b) {
		return -1
	}
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// Finish sends FIN, reads what is still to come until the server's FIN, and
// closes. It returns how many octets still came.
func (c *EchoClient) Finish() (rest int64, err error) {
	if err := c.Conn.CloseWrite(); err != nil {
		return 0, errors.Join(fmt.Errorf("echo: send FIN: %w", err), c.Conn.Close())
	}
	rest, err = io.Copy(io.Discard, c.Conn)
	if err != nil {
		err = fmt.Errorf("echo: wait for the server's FIN: %w", err)
	}
	return rest, errors.Join(err, c.Conn.Close())
}

func (c *EchoClient) clock() network.Clock {
	if c.Clock == nil {
		return systemClock{}
	}
	return c.Clock
}

// Relay joins a connection to a pair of streams, as a person at a terminal
// needs it: what in yields is sent, what comes is written to out. At in's end
// it sends FIN and goes on receiving; it returns at the peer's FIN (a nil
// error), or at an error of the connection or of out. It does not close conn.
//
// A Read of in may still be waiting when Relay returns: nothing can end it but
// in itself. What that Read yields is lost.
func Relay(conn network.Conn, in io.Reader, out io.Writer) (sent, received int64, err error) {
	counted := &countingWriter{to: conn}
	go func() {
		// An error of the connection shows when it is read; at an error of in
		// there is no more to send.
		_, _ = io.Copy(counted, in)
		_ = conn.CloseWrite()
	}()
	received, err = io.Copy(out, struct{ io.Reader }{conn})
	if err != nil {
		err = fmt.Errorf("echo: receive: %w", err)
	}
	return counted.n.Load(), received, err
}

// countingWriter counts what it passes on.
type countingWriter struct {
	to io.Writer
	n  atomic.Int64
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.n.Add(int64(n))
	return n, err
}
