package virtual

import (
	"io"
	"testing"
	"time"
)

func TestEcho(t *testing.T) {
	l := newLab(t, Config{Seed: 1})
	l.serve(7, echo)
	r := l.run(2*time.Minute, func() {
		c := l.mustDial(7)
		_, _ = io.WriteString(c, "hello")
		_, _ = io.ReadFull(c, make([]byte, 5))
		l.ReportMemory()
		_ = c.Close()
	})
	logTimeline(t, r)
}
