package main

import (
	"runtime"
	"runtime/debug"
)

// litter is how much garbage, in percent of what is in use, the analysis of a
// trace, and a server with its connections, may leave lying about. Go's own 100
// would save a twentieth of the time, and take a third more memory.
const litter = 33

// How many bytes of garbage may lie about however little is in use: with a third of
// a few megabytes it would be collected hundreds of times a second, beside a server,
// and tens of times, beside a trace that is read.
const (
	serving = 16 << 20
	reading = 6 << 20
)

// spare keeps garbage few until the function that it returns is called, unless
// the user's GOGC says how much there may be. It lets as many bytes lie as least says.
func (e *env) spare(least int) (restore func()) {
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
