package httpdemo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
)

// on are the requests that come to a server, or its responses, in order.
func (r *run) on(server string, request bool) (all []trace.Event) {
	for _, e := range r.events {
		if e.Kind != trace.KindMessage || e.Message.Request != request {
			continue
		}
		if at := e.From; !request && at.Addr.String() == server {
			all = append(all, e)
		} else if at := e.To; request && at.Addr.String() == server {
			all = append(all, e)
		}
	}
	return all
}

// Where the lesson's servers are on the virtual network.
const (
	cacheOrigin = "10.0.0.2:80"
	cacheHop    = "10.0.0.3:80"
)

// stepped are the notes that begin a step, with the index of the event.
func (r *run) stepped() (at []int) {
	for i, e := range r.events {
		if e.Kind == trace.KindNote && e.Note.Step {
			at = append(at, i)
		}
	}
	return at
}

// within is the part of a run in one step, counted from 0.
func (r *run) within(step int) *run {
	at := append(r.stepped(), len(r.events))
	return &run{events: r.events[at[step]:at[step+1]]}
}

// TestCacheLesson holds the frames on each wire against RFC 9111: who was asked,
// what came back, and how many octets.
func TestCacheLesson(t *testing.T) {
	t.Parallel()
	r := performed(t, "cache", 1)
	value := func(e trace.Event, name string) string {
		v, _ := e.Message.Get(name)
		return v
	}
	for step, c := range []struct {
		origin  []int    // statuses on the origin's wire
		hop     []int    // and on the cache's
		age     []string // Age of the cache's answers
		cookies int      // different ones given to the browsers
	}{
		{[]int{200, 200, 200, 200}, nil, nil, 0},
		{[]int{200}, []int{200}, []string{"0"}, 0},
		{nil, []int{200}, []string{"10"}, 0},
		{[]int{304}, []int{200}, []string{"0"}, 0},
		{nil, []int{200}, []string{"0"}, 0},
		{[]int{204, 200}, []int{204, 200}, []string{"", "0"}, 0},
		{nil, []int{304}, []string{"0"}, 0},
		{[]int{200, 200}, []int{200, 200}, []string{"", ""}, 2},
		{[]int{200, 200, 200}, []int{200, 200, 200, 200}, []string{"0", "0", "", ""}, 1},
		{[]int{200, 200}, []int{200, 200}, []string{"", ""}, 2},
	} {
		part := r.within(step)
		var origin, hop []int
		var ages []string
		cookies := map[string]bool{}
		for _, e := range part.on(cacheOrigin, false) {
			origin = append(origin, e.Message.Status)
			if e.Message.Status == 304 && len(e.Message.Body) != 0 {
				t.Errorf("step %d: 304 with a body of %d bytes", step, len(e.Message.Body))
			}
		}
		for _, e := range part.on(cacheHop, false) {
			hop = append(hop, e.Message.Status)
			ages = append(ages, value(e, "Age"))
			if c := value(e, "Set-Cookie"); c != "" {
				cookies[c] = true
			}
		}
		if !slices.Equal(origin, c.origin) || !slices.Equal(hop, c.hop) || !slices.Equal(ages, c.age) || len(cookies) != c.cookies {
			t.Errorf("step %d: the origin answered %v, the cache %v with Age %q and %d cookies; want %+v", step, origin, hop, ages, len(cookies), c)
		}
	}
}

// TestCacheSaves holds the lesson's own count of what went over the origin's wire
// against the frames.
func TestCacheSaves(t *testing.T) {
	t.Parallel()
	r := performed(t, "cache", 2)
	octets := func(from, to int) (up, down int) {
		for step := from; step <= to; step++ {
			part := r.within(step)
			for _, e := range part.on(cacheOrigin, true) {
				up += len(e.Message.Head) + len(e.Message.Body)
			}
			for _, e := range part.on(cacheOrigin, false) {
				down += len(e.Message.Head) + len(e.Message.Body)
			}
		}
		return up, down
	}
	var notes []string
	for _, e := range r.events {
		if e.Kind == trace.KindNote && strings.HasPrefix(e.Note.Text.En, "On the origin's wire") {
			notes = append(notes, e.Note.Text.En)
		}
	}
	if len(notes) != 2 {
		t.Fatalf("counts: %q", notes)
	}
	up0, down0 := octets(0, 0)
	up1, down1 := octets(1, 4)
	for i, want := range []string{count(4, up0, down0), count(2, up1, down1)} {
		if !strings.HasSuffix(notes[i], want) {
			t.Errorf("%q, but the frames have %s", notes[i], want)
		}
	}
	if up1+down1 >= up0+down0 {
		t.Errorf("with the cache %d bytes, without %d", up1+down1, up0+down0)
	}
}

func count(requests, up, down int) string {
	return fmt.Sprintf(": %d requests, %d bytes in, %d bytes out.", requests, up, down)
}
