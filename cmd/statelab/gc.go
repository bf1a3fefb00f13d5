package main

import (
	"runtime"
	"runtime/debug"
)

// How much garbage, in percent of what is in use, may lie about: while a trace is
// analysed, and while a server runs with its connections. Go's own 100 would save a
// twentieth of the time, and take a third more memory.
const (
	traceLitter  = 70
	serverLitter = 33
)

// serving is how many bytes of garbage a server may leave lying about however
// little is in use: with a third of a few megabytes it would be collected hundreds
// of times a second.
const serving = 8 << 20

// spare keeps garbage few, in percent of what is in use, until the function that it
// returns is called, unless the user's GOGC says how much there may be. It lets as
// many bytes lie as least says.
func (e *env) spare(litter, least int) (restore func()) {
	if e.getenv("GOGC") != "" {
		return func() {}
	}
	// What is never touched is in no memory but the collector's reckoning.
	untouched := make([]byte, least*100/litter)
	before := debug.SetGCPercent(litter)
	return func() {
		debug.SetGCPercent(before)
		runtime.KeepAlive(untouched)
	}
}
