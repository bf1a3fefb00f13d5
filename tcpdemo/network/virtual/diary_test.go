package virtual

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// A host's memory is told of at the moment at which it changes, not when it is
// asked for.
func TestChanges(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{Rules: network.MustParseRules("drop 1st data segment client→server once")})
	l.serve(7, echo)
	var told []trace.Observation
	l.run(time.Hour, func() {
		c, err := l.Client().Dial(context.Background(), netip.AddrPortFrom(ServerAddr, 7), 5000)
		if err != nil {
			l.t.Error(err)
			return
		}
		l.Sleep(time.Second)
		told = append(told, l.Client().Changes()...)
		_, _ = c.Write([]byte("hello"))
		l.Sleep(100 * time.Millisecond) // the retransmission timer has 200
		told = append(told, l.Client().Changes()...)
		_, _ = c.Read(make([]byte, 5))
		l.Sleep(time.Second)
		told = append(told, l.Client().Changes()...)
		_ = c.Close()
		l.Sleep(2 * time.Minute)
		told = append(told, l.Client().Changes()...)
	})
	type change struct {
		bytes int
		at    time.Duration
	}
	var got []change
	start := told[0].At
	for i, o := range told {
		if i > 0 && o.Order <= told[i-1].Order {
			t.Errorf("change %d has its place before the one before it", i)
		}
		got = append(got, change{o.Memory.Bytes(trace.MemoryConnection), o.At.Sub(start)})
	}
	const ms = time.Millisecond
	want := []change{
		{65, 0},                            // the SYN,ACK
		{70, 1000 * ms},                    // five octets are lost, and kept
		{65, 1220 * ms},                    // their acknowledgment: the echo comes and is read after it
		{0, 2220*ms + 20*ms + time.Minute}, // TIME-WAIT is over
	}
	if !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
}
