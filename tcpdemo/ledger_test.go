package tcpdemo_test

import (
	"testing"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// remembered is how many bytes of connections a role reported last.
func (all evidence) remembered(r trace.Role) int {
	n := -1
	for _, e := range all.where(by(r)) {
		if e.Kind == trace.KindMemory {
			n = e.Memory.Bytes(trace.MemoryConnection)
		}
	}
	return n
}

// value is an entry of what a role reported last that it remembers.
func (all evidence) value(r trace.Role, name string) string {
	value := ""
	for _, e := range all.where(by(r)) {
		if e.Kind == trace.KindMemory {
			value = "none"
			for _, entry := range e.Memory.Entries {
				if entry.Name == name {
					value = entry.Value
				}
			}
		}
	}
	return value
}

// last is the state that an end of a connection was in last.
func (all evidence) last(r trace.Role, n int) tcpstate.State {
	states := all.path(r, n)
	if len(states) == 0 {
		return tcpstate.Unknown
	}
	return states[len(states)-1]
}

// sizes are the payloads of segments, in bytes.
func (all evidence) sizes() []int {
	var out []int
	for _, e := range all {
		out = append(out, e.Segment.Len)
	}
	return out
}

// bytesOf are the sizes of an application's calls of one name that returned.
func (all evidence) bytesOf(r trace.Role, name string) []int {
	var out []int
	for _, e := range all.where(by(r)) {
		if e.Kind == trace.KindCall && e.Call.Name == name && e.Call.Result != "" {
			out = append(out, e.Call.Bytes)
		}
	}
	return out
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
