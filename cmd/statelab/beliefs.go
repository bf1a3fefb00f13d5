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
	var out []render.Belief
	for i := range found {
		text, ok := explain.MisconceptionText(found[i].N)
		if !ok {
			return nil, fmt.Errorf("no belief has the number %d", found[i].N)
		}
		out = append(out, render.Belief{Text: lang.Of(text), Why: refutedBy(lang, &found[i])})
	}
	return out, nil
}

// refutedBy names the frames and rows that refute a belief, and says why.
func refutedBy(lang explain.Lang, r *trace.Refuted) string {
	if !r.Shown() {
		return lang.Of(trace.Text{
			En: "not to be seen in this run: the rules have changed its course",
			Ko: "이번 실행에서는 볼 수 없습니다. 규칙이 흐름을 바꾸었습니다",
		})
	}
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
