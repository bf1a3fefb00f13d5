package main

import (
	"testing"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo"
)

// What a side learns and forgets stands on the timeline where it happens, and
// not where the step ends.
func TestMemoryStandsWhereItHappens(t *testing.T) {
	t.Parallel()
	sc, _ := tcpdemo.Find("loss")
	p, err := performScenario(t.Context(), sc, defaultSeed, nil)
	if err != nil {
		t.Fatal(err)
	}
	var written, kept, freed, acked time.Time
	for e, err := range p.events(vantageClient) {
		switch {
		case err != nil:
			t.Fatal(err)
		case e.From.Role != trace.RoleClient && e.Kind != trace.KindArrival:
		case e.Kind == trace.KindCall && e.Call.Name == "write":
			written = e.At
		case e.Kind == trace.KindMemory && e.Memory.Bytes(trace.MemoryConnection) == 70 && kept.IsZero():
			kept = e.At
		case e.Kind == trace.KindMemory && !kept.IsZero() && freed.IsZero() && e.Memory.Bytes(trace.MemoryConnection) == 65:
			freed = e.At
		case e.Kind == trace.KindArrival && e.From.Role == trace.RoleServer && e.Segment.RelAck == 6 && acked.IsZero():
			acked = e.At
		}
	}
	if written.IsZero() || !kept.Equal(written) {
		t.Errorf("the client writes at %v and remembers the octets at %v", written, kept)
	}
	if acked.IsZero() || !freed.Equal(acked) {
		t.Errorf("they are acknowledged at %v and forgotten at %v", acked, freed)
	}
}

// A server's resource is there before anybody asks for it, and is told of once.
func TestApplicationMemoryStandsOnce(t *testing.T) {
	t.Parallel()
	l, _ := httpdemo.Find("stateless")
	p, err := performLesson(t.Context(), l, defaultSeed, nil)
	if err != nil {
		t.Fatal(err)
	}
	steps, changes, last, asked := 0, 0, 0, false
	for e, err := range p.events(vantageClient) {
		switch {
		case err != nil:
			t.Fatal(err)
		case e.Kind == trace.KindNote && e.Note.Step:
			steps++
		case e.Kind == trace.KindMessage:
			asked = true
		case e.Kind == trace.KindMemory && e.From.Role == trace.RoleServer:
			if n := e.Memory.Bytes(trace.MemoryResource); n != last {
				changes, last = changes+1, n
				if steps != 1 || asked {
					t.Errorf("the resource changes to %d B in step %d; asked for it: %v", n, steps, asked)
				}
			}
		}
	}
	if changes != 1 {
		t.Errorf("the resource changed %d times", changes)
	}
}
