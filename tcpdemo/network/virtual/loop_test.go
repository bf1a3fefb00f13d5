package virtual

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"statelab/capture"
)

// A frame to the host's own address never meets the wire or its rules, and
// the host's tap, not the other one's, shows it leave and arrive.
func TestOwnAddress(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, "drop all frames")
	const port = 5000
	l.run(time.Hour, func() {
		self := netip.AddrPortFrom(l.Client().Addr(), port)
		c, err := l.Client().Dial(t.Context(), self, port)
		if err != nil {
			l.t.Errorf("dial: %v", err)
			return
		}
		if _, err := io.WriteString(c, "echo"); err != nil {
			l.t.Error(err)
		}
		got := make([]byte, 4)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "echo" {
			l.t.Errorf("read %q, %v", got, err)
		}
	})
	frames := l.Recording().Frames
	if len(frames) == 0 {
		t.Fatal("no frames")
	}
	for _, f := range frames {
		if f.Vantage != ClientTap {
			t.Errorf("a frame at the tap of the %s", f.Vantage)
		}
	}
	for i := 0; i < len(frames); i += 2 {
		out, in := frames[i], frames[i+1]
		if out.Direction != capture.Outbound || in.Direction != capture.Inbound || out.Wire != in.Wire || !out.Time.Equal(in.Time) {
			t.Errorf("frames %d and %d: %v %v, wire %d %d, %v later", i, i+1, out.Direction, in.Direction, out.Wire, in.Wire, in.Time.Sub(out.Time))
		}
	}
}
