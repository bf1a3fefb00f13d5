package host

import (
	"testing"

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
