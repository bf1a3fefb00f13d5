package main

import "runtime/debug"

// inspectGC is how much garbage, in percent of what is in use, a trace's
// analysis may leave lying about. Go's own 100 would save a few percent of the
// time, and take a third more memory.
const inspectGC = 50

// spare keeps garbage few until the function that it returns is called, unless
// the user's GOGC says how much there may be.
func (e *env) spare() (restore func()) {
	if e.getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(inspectGC)
	return func() { debug.SetGCPercent(before) }
}
