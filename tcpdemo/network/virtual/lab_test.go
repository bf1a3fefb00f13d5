package virtual

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// lab is a network in a test, with what tests do on it.
type lab struct {
	*Network
	t testing.TB
}

func newLab(t testing.TB, c Config, rules ...string) *lab {
	t.Helper()
	for _, text := range rules {
		r, err := network.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		c.Rules = append(c.Rules, r)
	}
	n, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return &lab{n, t}
}

func (l *lab) listen(port uint16, backlog int) net.Listener {
	l.t.Helper()
	ln, err := l.Server().Listen(port, backlog)
	if err != nil {
		l.t.Error(err)
	}
	return ln
}

func (l *lab) serve(port uint16, handle func(*Conn)) {
	l.t.Helper()
	ln := l.listen(port, 0)
	l.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			l.Go(func() { handle(c.(*Conn)) })
		}
	})
}

func echo(c *Conn) {
	_, _ = io.Copy(c, c)
	_ = c.Close()
}

func (l *lab) dial(port uint16) (*Conn, error) {
	c, err := l.Client().Dial(context.Background(), netip.AddrPortFrom(ServerAddr, port), 0)
	if err != nil {
		return nil, err
	}
	return c.(*Conn), nil
}

func (l *lab) mustDial(port uint16) *Conn {
	c, err := l.dial(port)
	if err != nil {
		l.t.Errorf("dial: %v", err)
		l.Sleep(time.Hour)
	}
	return c
}

// run runs the client's program and then all that is left.
func (l *lab) run(limit time.Duration, client func()) *network.Recording {
	l.t.Helper()
	l.Go(client)
	if err := l.Run(limit); err != nil {
		l.t.Errorf("Run: %v", err)
	}
	return l.Recording()
}

// timeline prints a recording as one would read it: a line an event.
func timeline(r *network.Recording) []string {
	type line struct {
		order uint64
		text  string
	}
	var lines []line
	start := DefaultStart
	for _, f := range r.Frames {
		text := fmt.Sprintf("%v %s %s #%d", f.Time.Sub(start), f.Vantage, f.Direction, f.Wire)
		if s, ok := parse(f.Data); ok {
			text += fmt.Sprintf(" %d>%d %s seq=%d ack=%d len=%d", s.src.Port(), s.dst.Port(), flagNames(s.flags), s.seq, s.ack, s.payload)
		}
		lines = append(lines, line{f.Order, text})
	}
	for _, o := range r.Observations {
		text := fmt.Sprintf("%v %s %v>%v", o.At.Sub(start), o.Party.Name(), o.Conn.Local.Port(), o.Conn.Remote.Port())
		switch o.Kind {
		case trace.ObservedState:
			text += fmt.Sprintf(" %v -> %v (%v %s #%d)", o.From, o.To, o.Cause.Kind, o.Cause.Name, o.Cause.Wire)
		case trace.ObservedCall:
			text += fmt.Sprintf(" %s(%s) = %s", o.Call.Name, o.Call.Args, o.Call.Result)
		case trace.ObservedVerdict:
			text += fmt.Sprintf(" %v #%d %s", o.Verdict.Fate, o.Verdict.Wire, o.Verdict.Rule)
		case trace.ObservedMemory:
			text += fmt.Sprintf(" remembers %d bytes in %d entries", o.Memory.Bytes(trace.MemoryConnection), len(o.Memory.Entries))
		case trace.ObservedNote, trace.ObservedGap, trace.ObservedTick:
			text += " note"
		}
		lines = append(lines, line{o.Order, text})
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.order, b.order) })
	var out []string
	for _, l := range lines {
		out = append(out, l.text)
	}
	return out
}

func logTimeline(t *testing.T, r *network.Recording) {
	t.Helper()
	if t.Failed() || testing.Verbose() {
		t.Log("\n" + strings.Join(timeline(r), "\n"))
	}
}

// bulk sends so many octets from the client to the server.
func bulk(l *lab, size int) {
	l.serve(7, func(c *Conn) {
		_, _ = io.Copy(io.Discard, c)
		_ = c.Close()
	})
	l.Go(func() {
		c, err := l.dial(7)
		if err != nil {
			return
		}
		_, _ = c.Write(make([]byte, size))
		_ = c.Close()
	})
}
