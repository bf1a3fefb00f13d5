package host

import (
	"errors"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// A host that loses its power says nothing, and remembers nothing: the client learns of
// it when it speaks. Each end is told once, for what it is, and nobody's call is.
func TestRestart(t *testing.T) {
	t.Parallel()
	if err := CanRestart(); err != nil {
		t.Skip(err)
	}
	n := newNetwork(t, Options{})
	r, err := n.Record(t.Context(), RecordOptions{NoCapture: true, Memory: true, Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	l, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := addrPort(l.Addr())
	open := func() (net.Conn, net.Conn) {
		c, err := n.Client().Dial(t.Context(), at, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return c, s
	}
	client, server := open()
	closed, closing := open()
	_ = closing.Close() // the server's end goes to TIME-WAIT
	_, _ = closed.Read(make([]byte, 1))
	_ = closed.Close()
	for deadline := time.Now().Add(5 * time.Second); !n.Server().Waiting(); {
		if time.Now().After(deadline) {
			t.Fatal("there is no TIME-WAIT")
		}
	}
	waits := make(chan error, 2)
	go func() { _, err := server.Read(make([]byte, 1)); waits <- err }()
	go func() { _, err := l.Accept(); waits <- err }()
	if err := n.Server().Restart(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-waits; !errors.Is(err, net.ErrClosed) {
			t.Errorf("who waited got %v", err)
		}
	}
	if m := n.Server().Memory(); len(m.Entries) > 0 || n.Server().Waiting() {
		t.Errorf("the server remembers %v", m.Entries)
	}
	_, _ = server.Close(), l.Close() // its programs do not know yet
	again, err := n.Server().Listen(at.Port(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the client was told: %v", err)
	}
	if err := client.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Write([]byte("?")); err != nil {
		t.Error(err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("what it says is answered with %v", err)
	}
	defer again.Close()
	r.Stop()
	rec, err := r.Collect()
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string][]string{}
	for i, o := range rec.Observations {
		if o.Party.Role != trace.RoleServer || o.Party.Addr != at {
			continue
		}
		what := "listener"
		switch o.Conn.Remote {
		case addrPort(client.LocalAddr()):
			what = "open"
		case addrPort(closed.LocalAddr()):
			what = "waiting"
		}
		if o.Kind == trace.ObservedState && o.To == tcpstate.Closed {
			ends[what] = append(ends[what], o.From.String()+" "+o.Cause.Name)
		}
		if o.Kind == trace.ObservedCall && what == "open" && slices.Contains([]string{"close", "read"}, o.Call.Name) {
			t.Errorf("observation %d: %s() of a program that has lost its power", i, o.Call.Name)
		}
	}
	for what, want := range map[string][]string{
		"open": {"ESTABLISHED restart"}, "waiting": {"TIME-WAIT restart"}, "listener": {"LISTEN restart"},
	} {
		if got := ends[what]; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}
