package main

import (
	"fmt"
	"net/netip"
	"testing"

	"statelab/capture/trace"
)

// Of the sockets of a machine, a capture that names no port tells those of which
// a frame was captured; each until it is forgotten.
func TestPassing(t *testing.T) {
	t.Parallel()
	at := func(port uint16) trace.Participant {
		return trace.Participant{Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)}
	}
	state := func(from, to trace.Participant) trace.Event {
		return trace.Event{Kind: trace.KindState, From: from, To: to}
	}
	memory := func(from, to trace.Participant, entries ...trace.Entry) trace.Event {
		return trace.Event{Kind: trace.KindMemory, From: from, To: to, Memory: &trace.Memory{Entries: entries}}
	}
	all := []trace.Event{
		state(at(22), trace.Participant{}), // a listener
		memory(at(50), at(22), trace.Entry{Bytes: 17}),
		state(at(40), at(80)),
		{Kind: trace.KindSegment, From: at(40), To: at(80)},
		state(at(80), at(40)), // passes
		state(at(40), at(80)), // passes
		state(at(50), at(22)),
		{Kind: trace.KindNote},
		memory(at(40), at(80)), // passes, and is the last
		state(at(40), at(80)),
		state(at(80), at(40)), // passes
		{Kind: trace.KindTotals},
	}
	var told []int
	next := 0
	source := func(yield func(trace.Event, error) bool) {
		for next = range all {
			if !yield(all[next], nil) {
				return
			}
		}
	}
	for _, err := range passing(source) {
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, next)
	}
	if got := fmt.Sprint(told); got != "[3 4 5 7 8 10 11]" {
		t.Errorf("told %s", got)
	}
}
