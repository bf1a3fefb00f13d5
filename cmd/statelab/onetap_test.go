package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"statelab/capture/analyze"
	"statelab/capture/http1"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/httpdemo"
)

// timing is when an exchange was, and how long its parts took.
type timing struct {
	first, last int
	started     time.Time
	split       http1.Split
	whole       bool
}

// timings are those of the exchanges of the client's connections.
func timings(t *testing.T, events render.Events) (all []timing) {
	t.Helper()
	var pairing http1.Pairing
	var exchanges []*http1.Exchange
	for e, err := range events {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != trace.KindMessage || e.From.Role != trace.RoleClient && e.To.Role != trace.RoleClient {
			continue
		}
		if x, fresh := pairing.Add(e.Stream, e.Message); fresh {
			exchanges = append(exchanges, x)
		}
	}
	for _, x := range exchanges {
		one := timing{started: x.Started()}
		one.first, one.last = x.Span().FirstFrame, x.Span().LastFrame
		one.split, one.whole = x.Split()
		all = append(all, one)
	}
	return all
}

// TestOneTapForAnExchange: what a lesson tells of an exchange is what the client's
// own trace says of it, to the microsecond: no part of it was timed elsewhere.
func TestOneTapForAnExchange(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, l := range httpdemo.Lessons() {
		if l.Run == nil {
			continue
		}
		p := performed(t, l)
		own := slices.Clone(p.recording.At(vantageClient))
		for i := range own {
			own[i].Wire, own[i].Vantage = 0, "" // a file does not have them
		}
		file := timings(t, analyze.Options{Roles: p.roles, VerifyChecksums: true}.Run(frames(own), nil))
		demo := timings(t, p.events(vantageClient))
		if len(file) != len(demo) {
			t.Errorf("%s: the client's trace holds %d exchanges of the client's, the lesson tells %d", l.Name, len(file), len(demo))
			continue
		}
		for i := range demo {
			if demo[i] != file[i] {
				t.Errorf("%s, exchange %d:\n    %+v in the lesson,\n    %+v in the client's trace", l.Name, i+1, demo[i], file[i])
			}
			compared++
		}
	}
	if compared < 100 {
		t.Errorf("only %d exchanges were compared", compared)
	}
}

// TestTapIsNamed: what a program reads of a lesson says whose trace the numbers are
// of: the client's, as many as it holds, and another party's where it saw nothing.
func TestTapIsNamed(t *testing.T) {
	t.Parallel()
	l, _ := httpdemo.Find("session")
	p, err := performLesson(t.Context(), l, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := render.JSON(&out, p.events(vantageClient), render.Options{Tap: vantageClient}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tap       string
		TapFrames int `json:"tap_frames"`
		HTTP      []struct {
			Tap     string
			Request struct{ Frame int }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if own := len(p.recording.At(vantageClient)); got.Tap != "client" || got.TapFrames != own {
		t.Errorf("tap %q with %d frames; the client's trace has %d", got.Tap, got.TapFrames, own)
	}
	others := 0
	for i, x := range got.HTTP {
		if x.Tap == "attacker" {
			others++
		}
		if (x.Tap == "client") != (x.Request.Frame > 0) {
			t.Errorf("exchange %d: frame %d of tap %q", i+1, x.Request.Frame, x.Tap)
		}
	}
	if others == 0 {
		t.Error("the attacker's exchanges are not told")
	}
}
