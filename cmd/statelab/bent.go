package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"statelab/capture/trace"
	"statelab/tcpdemo"
)

// bent is what rules of the user's did to a lesson: in which steps it took
// another course than it takes without them.
type bent struct {
	steps []int
}

// hold holds what the lesson says against what happened. Its sentences are true
// of the lesson as it was written; so it runs once more without the user's rules,
// and what rests on a step that went otherwise is not told: the step's title says
// instead what it came to.
func (p *performance) hold(ctx context.Context, sc tcpdemo.Scenario, seed uint64) error {
	itself, err := performScenario(ctx, sc, seed, nil)
	if err != nil {
		return err
	}
	meant, err := tcpdemo.ReadCourse(itself.events(vantageClient))
	if err != nil {
		return err
	}
	is, err := tcpdemo.ReadCourse(p.events(vantageClient))
	if err != nil {
		return err
	}
	step := 0
	p.recording.Observations = slices.DeleteFunc(p.recording.Observations, func(o trace.Observation) bool {
		if o.Kind != trace.ObservedNote {
			return false
		}
		if o.Note.Step {
			step++
		}
		rest := tcpdemo.OnStates
		if o.Note.Segments {
			rest = tcpdemo.OnSegments
		}
		if o.Note.Amiss || is.Holds(step, rest, meant) {
			return false
		}
		if !slices.Contains(p.bent.steps, step) {
			p.bent.steps = append(p.bent.steps, step)
		}
		o.Note.Text = is.Heading(step)
		return !o.Note.Step
	})
	return nil
}

// warning says at a lesson's head that it does not go as it was meant to; empty
// where it does.
func (b *bent) warning() trace.Text {
	if len(b.steps) == 0 {
		return trace.Text{}
	}
	var numbers []string
	for _, n := range b.steps {
		numbers = append(numbers, strconv.Itoa(n))
	}
	list := strings.Join(numbers, ", ")
	return trace.Text{
		En: fmt.Sprintf("Your rule has changed the outcome of %s %s. Without it, the lesson shows this:", plural(len(numbers), "step", "steps"), list),
		Ko: fmt.Sprintf("사용자가 준 규칙이 %s단계의 결과를 바꾸었습니다. 규칙이 없을 때의 시나리오는 이렇습니다:", list),
	}
}
