package render

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// A spooled array is printed as encoding/json prints it, from nothing to more
// than a chunk holds.
func TestSpool(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3000} {
		doc := struct {
			List []map[string]string `json:"list"`
		}{List: []map[string]string{}}
		var s spool
		for i := range n {
			one := map[string]string{"a": strings.Repeat("<é", i%50), "b": strings.Repeat("x", i)}
			doc.List = append(doc.List, one)
			s.add(one)
		}
		want, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got := bytes.NewBufferString("{\n  \"list\": ")
		if err := s.writeTo(got); err != nil {
			t.Fatal(err)
		}
		if got.WriteString("\n}"); got.String() != string(want) {
			t.Errorf("%d elements are not printed as encoding/json prints them", n)
		}
	}
	var bad spool
	bad.add(func() {})
	if err := bad.writeTo(&bytes.Buffer{}); err == nil {
		t.Error("what cannot be printed is no error")
	}
}

// Exchanges come out in order while few wait, and none waits for ever for the
// one before it.
func TestTake(t *testing.T) {
	t.Parallel()
	var x exchanges
	message := func(stream int, request bool) {
		m := http1.Message{Request: request, Method: "GET", Target: "/", Status: 200, Exchange: 1}
		x.add(&trace.Event{Kind: trace.KindMessage, Stream: stream, Message: &m})
	}
	message(0, true)
	message(1, true)
	message(1, false)
	if done := x.take(); len(done) != 0 {
		t.Errorf("%d exchanges came out before the first was over", len(done))
	}
	message(0, false)
	if done := x.take(); len(done) != 2 || done[0].Stream != 0 || done[1].Stream != 1 {
		t.Errorf("%d exchanges came out, want streams 0 and 1", len(done))
	}
	message(2, true)
	taken := 0
	for stream := 3; stream < 3*maxOpen; stream++ {
		message(stream, true)
		message(stream, false)
		taken += len(x.take())
		if len(x.all) > maxOpen+1 {
			t.Fatalf("%d exchanges wait", len(x.all))
		}
	}
	if taken < maxOpen {
		t.Errorf("%d exchanges came out", taken)
	}
}
