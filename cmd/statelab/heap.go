package main

import "runtime"

// heap is what the process has on its heap, in bytes, when nothing is left to
// collect.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
