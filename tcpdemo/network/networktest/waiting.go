package networktest

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"statelab/tcpdemo/network"
)

// wait is how long the tests let something last, in the network's time.
const wait = 30 * time.Millisecond

// drain reads until the peer has closed.
func drain(c network.Conn) {
	defer c.Close()
	_, _ = io.Copy(io.Discard, c)
}

// expired reports an error that is not a deadline's.
func (b *bench) expired(what string, err error) {
	b.Helper()
	var timeout net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		b.Errorf("%s: %v, want a timeout that is os.ErrDeadlineExceeded", what, err)
	}
}

// A deadline ends a Read, and stays until it is moved.
func readDeadline(b *bench) {
	c, ok := b.connect(drain)
	if !ok {
		return
	}
	defer c.Close()
	began := b.Clock.Now()
	if err := c.SetReadDeadline(began.Add(wait)); err != nil {
		b.Errorf("SetReadDeadline: %v", err)
	}
	_, err := c.Read(make([]byte, 1))
	b.expired("read", err)
	if took := b.Clock.Now().Sub(began); took < wait {
		b.Errorf("the deadline came after %v, want %v", took, wait)
	}
	_, err = c.Read(make([]byte, 1))
	b.expired("read after the deadline", err)
	if _, err := c.Write([]byte("x")); err != nil {
		b.Errorf("a write under a read deadline: %v", err)
	}
}

// A deadline that is moved into the future, or taken away, lets calls wait
// again.
func deadlineMoves(b *bench) {
	c, ok := b.connect(func(c network.Conn) {
		defer c.Close()
		b.Clock.Sleep(wait)
		if _, err := c.Write([]byte("ab")); err != nil {
			b.Errorf("write: %v", err)
		}
		_, _ = io.Copy(io.Discard, c)
	})
	if !ok {
		return
	}
	defer c.Close()
	one := make([]byte, 1)
	c.SetDeadline(b.Clock.Now().Add(-time.Second))
	_, err := c.Read(one)
	b.expired("read after a deadline in the past", err)
	_, err = c.Write(one)
	b.expired("write after a deadline in the past", err)
	c.SetDeadline(b.Clock.Now().Add(time.Hour))
	if _, err := c.Read(one); err != nil || one[0] != 'a' {
		b.Errorf("read with an hour to go: %q, %v", one, err)
	}
	c.SetDeadline(time.Time{})
	if _, err := c.Read(one); err != nil || one[0] != 'b' {
		b.Errorf("read without a deadline: %q, %v", one, err)
	}
}

// A Write whose octets find no room ends at its deadline.
func writeDeadline(b *bench) {
	octets := make([]byte, 64<<20)
	clear(octets) // the system hands memory out when it is touched: before the peer's sleep begins
	c, ok := b.connect(func(c network.Conn) {
		defer c.Close()
		b.Clock.Sleep(5 * wait) // and does not read
	})
	if !ok {
		return
	}
	defer c.Close()
	c.SetLinger(0)
	c.SetWriteDeadline(b.Clock.Now().Add(wait))
	n, err := c.Write(octets)
	b.expired("write", err)
	if n <= 0 || n == len(octets) {
		b.Errorf("%d octets were written before the deadline", n)
	}
}

// After Close every call says that the connection is closed.
func closedConn(b *bench) {
	c, ok := b.connect(drain)
	if !ok {
		return
	}
	if err := c.Close(); err != nil {
		b.Errorf("close: %v", err)
	}
	_, readErr := c.Read(make([]byte, 1))
	_, writeErr := c.Write([]byte("x"))
	for call, err := range map[string]error{
		"read": readErr, "write": writeErr, "close": c.Close(), "CloseWrite": c.CloseWrite(), "SetDeadline": c.SetDeadline(time.Time{}),
	} {
		if !errors.Is(err, net.ErrClosed) {
			b.Errorf("%s after close: %v, want net.ErrClosed", call, err)
		}
	}
}

func closeWakesRead(b *bench) {
	c, ok := b.connect(drain)
	if !ok {
		return
	}
	b.start(func() {
		b.Clock.Sleep(wait)
		if err := c.Close(); err != nil {
			b.Errorf("close: %v", err)
		}
	})
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		b.Errorf("a read that was waiting: %v, want net.ErrClosed", err)
	}
}

// A close wakes an Accept that waits, and gives the port back. Any other
// program of the machine may take a port in the moment that it is free, so
// the port is asked for again a few times, another one each time.
func closeWakesAccept(b *bench) {
	var taken error
	for range 5 {
		if taken = b.listenAgain(); !errors.Is(taken, syscall.EADDRINUSE) {
			return
		}
	}
	b.Errorf("the port is not free after the listener was closed: %v", taken)
}

// listenAgain closes a listener under an Accept that waits, and returns why
// its port was then not to be had.
func (b *bench) listenAgain() error {
	ln, to, ok := b.listen()
	if !ok {
		return nil
	}
	b.start(func() {
		b.Clock.Sleep(wait)
		if err := ln.Close(); err != nil {
			b.Errorf("close: %v", err)
		}
	})
	for range 2 { // one that was waiting, and one after it
		c, err := ln.Accept()
		if !errors.Is(err, net.ErrClosed) {
			b.Errorf("accept: %v, want net.ErrClosed", err)
		}
		if err == nil {
			c.Close()
		}
	}
	again, err := b.Server.Listen(to.Port(), 0)
	if err != nil {
		if !errors.Is(err, syscall.EADDRINUSE) {
			b.Errorf("listen again: %v", err)
		}
		return err
	}
	again.Close()
	return nil
}

// The clock goes forwards, and Sleep lasts as long as it says.
func clock(b *bench) {
	began := b.Clock.Now()
	b.start(func() {
		b.Clock.Sleep(2 * wait)
		if took := b.Clock.Now().Sub(began); took < 2*wait {
			b.Errorf("Sleep(%v) in an application lasted %v", 2*wait, took)
		}
	})
	b.Clock.Sleep(wait)
	if took := b.Clock.Now().Sub(began); took < wait {
		b.Errorf("Sleep(%v) lasted %v", wait, took)
	}
}
