package main

import (
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
// of the lesson as it was written; so it ran once more without the user's rules,
// and what rests on a step that went otherwise is not told: the step's title says
// instead what it came to. That the lesson is over is true of any course. rest is what a title or a note rests on.
func (p *performance) hold(itself *performance, rest func(*trace.Note) tcpdemo.Rest) error {
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
		if o.Note.Amiss {
			p.bent.at(step)
			return false
		}
		if o.Note.Text == lessonPast || is.Holds(step, rest(o.Note), meant) {
			return false
		}
		p.bent.at(step)
		o.Note.Text = is.Heading(step)
		return !o.Note.Step
	})
	return nil
}

// at notes a step that took another course. What came before the first one has
// no title, and its number is none.
func (b *bent) at(step int) {
	if step > 0 && !slices.Contains(b.steps, step) {
		b.steps = append(b.steps, step)
	}
}

// ofScenario is what a TCP lesson's title or note rests on.
func ofScenario(n *trace.Note) tcpdemo.Rest {
	if n.Segments {
		return tcpdemo.OnSegments
	}
	return tcpdemo.OnStates
}

// ofLesson is what those of an HTTP lesson rest on.
func ofLesson(*trace.Note) tcpdemo.Rest { return tcpdemo.OnMessages }

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
