package host

import (
	"errors"
	"os"
	"testing"
	"time"

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
