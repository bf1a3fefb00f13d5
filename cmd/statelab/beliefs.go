package main

import (
	"fmt"
	"slices"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// numbers are those of the beliefs that a lesson refutes.
func numbers(all []trace.Refutation) []int {
	var out []int
	for _, r := range all {
		out = append(out, r.N)
	}
	return out
}

// beliefs say what a performance refutes, and by which of its frames and rows.
func (p *performance) beliefs(lang explain.Lang) ([]render.Belief, error) {
	found, err := trace.Refute(p.events(vantageClient), p.refutes)
	if err != nil {
		return nil, err
	}
	return told(lang, found, notSeenByRule)
}

// told are beliefs as a page tells them. Of one that the run does not refute it says
// that, and why.
func told(lang explain.Lang, found []trace.Refuted, notSeen trace.Text) (out []render.Belief, err error) {
	for i := range found {
		text, ok := explain.MisconceptionText(found[i].N)
		if !ok {
			return nil, fmt.Errorf("no belief has the number %d", found[i].N)
		}
		why := lang.Of(notSeen)
		if found[i].Shown() {
			why = refutedBy(lang, &found[i])
		}
		out = append(out, render.Belief{Text: lang.Of(text), Why: why})
	}
	return out, nil
}

var (
	notSeenByRule = trace.Text{
		En: "not to be seen in this run: the rules have changed its course",
		Ko: "이번 실행에서는 볼 수 없습니다. 규칙이 흐름을 바꾸었습니다",
	}
	notSeen = trace.Text{En: "not to be seen in this run", Ko: "이번 실행에서는 볼 수 없습니다"}
)

// refuting passes events on that come as they happen, and puts into all, when they have
// ended, what they say of each belief: the foot of a page is written after its rows.
func refuting(lang explain.Lang, events render.Events, refutes []trace.Refutation, all []render.Belief) render.Events {
	return func(yield func(trace.Event, error) bool) {
		var run []trace.Event
		for e, err := range events {
			if err == nil {
				run = append(run, e.Clone())
			}
			if !yield(e, err) {
				return
			}
		}
		found, err := trace.Refute(func(yield func(trace.Event, error) bool) {
			for _, e := range run {
				if !yield(e, nil) {
					return
				}
			}
		}, refutes)
		var said []render.Belief
		if err == nil {
			said, err = told(lang, found, notSeen)
		}
		if err != nil {
			yield(trace.Event{}, err)
			return
		}
		copy(all, said)
	}
}

// refutedBy names the frames and rows that refute a belief, and says why.
func refutedBy(lang explain.Lang, r *trace.Refuted) string {
	var frames, times []string
	for i := range r.Events {
		e := &r.Events[i]
		switch at := fmt.Sprintf("%.5f", e.At.Sub(r.Start).Seconds())[:7]; { // as in the ladder
		case e.Frame > 0:
			frames = appendNew(frames, fmt.Sprint(e.Frame))
		case !slices.Contains(times, at):
			times = append(times, at)
		}
	}
	inFrames := trace.Text{En: plural(len(frames), "frame ", "frames ") + strings.Join(frames, ", "), Ko: "프레임 " + strings.Join(frames, ", ")}
	atTimes := trace.Text{En: "at " + strings.Join(times, ", ") + " s", Ko: strings.Join(times, ", ") + "초"}
	where := inFrames
	switch {
	case len(frames) == 0:
		where = atTimes
	case len(times) > 0: // other moments than those of the frames
		where = trace.Text{En: inFrames.En + ", and " + atTimes.En, Ko: inFrames.Ko + " 그리고 " + atTimes.Ko}
	}
	return lang.Of(where) + ": " + lang.Of(r.Why(r.Events))
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
