package viewer_test

import (
	"runtime"
	"testing"

	"statelab/capture"
	"statelab/capture/viewer"
)

// repeated yields n segments of one connection, whose frames are made as they
// are asked for.
func repeated(n int) func(*viewer.Reading) capture.Source {
	return func(*viewer.Reading) capture.Source {
		return func(yield func(capture.Frame, error) bool) {
			number := 0
			for made := newTalk(); number < n; made.frames = made.frames[:0] {
				a, b := &host{"10.0.0.1", 40001, 1 + uint32(number)*1000}, &host{"10.0.0.2", 9, 1}
				for range 64 {
					made.send(a, b, "A", string(make([]byte, 1000)), 0)
					number++
					f := made.frames[len(made.frames)-1]
					if f.Number = number; !yield(f, nil) {
						return
					}
				}
			}
		}
	}
}

// Twice as many frames take no more memory, wherever in them one is.
func TestMemory(t *testing.T) { // not parallel: it looks at the heap
	held := func(n int) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		tr := traceOf("x", nil, nil)
		tr.Frames = repeated(n)
		tr.Events = eventsOf(tr.Frames)
		s := show(t, tr, english, 100, 30).press("enter", "end", "pgdown", "end", "pgdown", "enter").has("1054 bytes")
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(s)
		return after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
	}
	few, many := held(20_000), held(60_000)
	if t.Logf("%d and %d KiB", few>>10, many>>10); many > few+few/4+1<<20 || few > 64<<20 {
		t.Errorf("20000 frames hold %d KiB, 60000 hold %d KiB", few>>10, many>>10)
	}
}
