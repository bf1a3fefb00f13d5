package main

import "runtime/debug"

// litter is how much garbage, in percent of what is in use, the analysis of a
// trace, and a server with its connections, may leave lying about. Go's own 100
// would save a twentieth of the time, and take a third more memory.
const litter = 33

// spare keeps garbage few until the function that it returns is called, unless
// the user's GOGC says how much there may be.
func (e *env) spare() (restore func()) {
	if e.getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(litter)
	return func() { debug.SetGCPercent(before) }
}
