package host

import (
	"errors"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// What an application asks is told once, and what it got: a write's result as
// well as a read's, a close only the first time.
func TestCallsAreToldOnce(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	r, err := n.Record(t.Context(), RecordOptions{NoCapture: true})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan []string)
	go func() {
		var calls []string
		for o := range r.Observations() {
			if o.Kind == trace.ObservedCall {
				calls = append(calls, o.Call.Name+"("+o.Call.Args+") = "+o.Call.Result)
			}
		}
		told <- calls
	}()
	l, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := n.Client().Dial(t.Context(), addrPort(l.Addr()), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_ = c.Close()
		_ = l.Close()
	}
	r.Stop()
	calls := <-told
	for _, want := range []string{`write("hello") = `, "write() = 5 bytes", "close() = ", "close(listener) = "} {
		n := 0
		for _, got := range calls {
			if got == want {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s is told %d times in %q", want, n, calls)
		}
	}
}

// A read that the program takes back itself, as net/http does after each request,
// is not told: nothing has timed out. One that waited in vain is.
func TestRecalledReadIsNotTold(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	r, err := n.Record(t.Context(), RecordOptions{NoCapture: true})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan int)
	go func() {
		reads := 0
		for o := range r.Observations() {
			if o.Kind == trace.ObservedCall && o.Call.Name == "read" {
				reads++
			}
		}
		told <- reads
	}()
	c, _ := connect(t, n)
	for _, ahead := range []time.Duration{-time.Hour, 100 * time.Millisecond} {
		if err := c.SetReadDeadline(time.Now().Add(ahead)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
	}
	r.Stop()
	if reads := <-told; reads != 1 {
		t.Errorf("%d reads are told, want the one that timed out", reads)
	}
}

// A deadline that ends a Read is no end of the stream: who watches the sockets has
// nothing to hurry for, or would be hurried by each request that net/http serves.
func TestDeadlineIsNoEnd(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	l, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := n.Client().Dial(t.Context(), addrPort(l.Addr()), 0)
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	octet := make([]byte, 1)
	if err := server.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Read(octet); err == nil || ends(err) {
		t.Errorf("%v is taken for an end", err)
	}
	_ = server.SetReadDeadline(time.Time{})
	_ = client.Close()
	if _, err := server.Read(octet); !ends(err) {
		t.Errorf("%v is taken for none", err)
	}
}

// Who watches the sockets may see one listen before the call has returned: the
// call is told first all the same, and what came of it where it failed.
func TestListenIsToldBeforeItIsSeen(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{})
	free, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	port := addrPort(free.Addr()).Port()
	_ = free.Close()
	r, err := n.Record(t.Context(), RecordOptions{Port: port, NoCapture: true, Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan []string)
	go func() {
		var all []string
		for o := range r.Observations() {
			switch {
			case o.Kind == trace.ObservedCall && o.Call.Name == "listen":
				all = append(all, o.Call.Name+" "+o.Call.Args+o.Call.Result)
			case o.Kind == trace.ObservedState && o.To == tcpstate.Listen:
				all = append(all, "LISTEN")
			}
		}
		told <- all
	}()
	l, err := n.Server().Listen(port, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Server().Listen(port, 0); err == nil {
		t.Fatal("two sockets listen on one port")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r.Stop()
	call := "listen port " + strconv.Itoa(int(port))
	got := slices.DeleteFunc(<-told, func(s string) bool { return s == "LISTEN" && r.StatesErr() != nil })
	if len(got) == 0 || got[0] != call || !slices.Contains(got, "listen address already in use") {
		t.Errorf("told: %q, want %q first, and why the second fails", got, call)
	}
}

// TestListensOnOneFamily: 0.0.0.0 is every address of IPv4, and none of IPv6.
func TestListensOnOneFamily(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, Options{Server: netip.IPv4Unspecified(), AllowRemote: true})
	l, err := n.Server().Listen(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a := addrPort(l.Addr()).Addr(); a != netip.IPv4Unspecified() {
		t.Errorf("it listens on %v", a)
	}
}
