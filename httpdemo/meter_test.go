package httpdemo

import (
	"testing"
	"time"
)

// The meter must tell a server that forgets from one that does not; and it must
// be able to fail, which the second half of the test shows. Not parallel: it
// weighs the heap of the whole process.
func TestMeterTellsRememberingFromForgetting(t *testing.T) {
	const clients = 10_000
	plain, err := NewPlain(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	forgets, err := Measure(t.Context(), plain, clients)
	if err != nil {
		t.Fatal(err)
	}
	remembers, err := Measure(t.Context(), &Counting{Handler: plain}, clients)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("plain: %+d bytes (%.2f a client), counting: %+d bytes (%.1f a client)",
		forgets.Growth, forgets.PerClient(), remembers.Growth, remembers.PerClient())
	if got := forgets.PerClient(); got > 4 {
		t.Errorf("the plain server's heap grew by %.2f bytes a client; want nothing", got)
	}
	if got := remembers.PerClient(); got < 50 {
		t.Errorf("the counting server's heap grew by %.2f bytes a client; want at least an address and a time", got)
	}
}
