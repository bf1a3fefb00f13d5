package viewer

import (
	"errors"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/trace"
)

// job is a reading that is on its way, and what it is for.
type job struct {
	reading Reading
	what    trace.Text
	more    int // how often the trace is read, beside the one time
}

// jobs are those on their way.
type jobs struct {
	list    []*job
	ticking bool
	// gate is held by what runs; closed, once nothing is to begin any more.
	gate   sync.RWMutex
	closed bool
}

// looked is the message that asks to draw the progress again.
type looked struct{}

// tickTime is how often progress is drawn.
const tickTime = 100 * time.Millisecond

// begin notes a job and makes the command that does it.
func (m *Model) begin(j *job, do func(*Reading) tea.Msg) tea.Cmd {
	m.jobs.list = append(m.jobs.list, j)
	return tea.Batch(m.run(func() tea.Msg { return do(&j.reading) }), m.watch())
}

// run makes a command that the model waits for when it is closed.
func (m *Model) run(do func() tea.Msg) tea.Cmd {
	return func() tea.Msg {
		m.jobs.gate.RLock()
		defer m.jobs.gate.RUnlock()
		if m.jobs.closed {
			return nil
		}
		return do()
	}
}

// watch draws the progress from time to time, while there is any.
func (m *Model) watch() tea.Cmd {
	if m.jobs.ticking || m.tick == nil {
		return nil
	}
	m.jobs.ticking = true
	return m.tick(tickTime, func(time.Time) tea.Msg { return looked{} })
}

// done strikes a job off. It reports whether its result is still wanted.
func (m *Model) done(j *job) bool {
	for i, other := range m.jobs.list {
		if other == j {
			m.jobs.list = append(m.jobs.list[:i:i], m.jobs.list[i+1:]...)
			return !j.reading.Stopped()
		}
	}
	return false
}

// drop stops a job, if there is one.
func (m *Model) drop(j *job) {
	if j != nil {
		j.reading.Stop()
		m.done(j)
	}
}

// progress says what is being read; empty for nothing.
func (m *Model) progress() string {
	if len(m.jobs.list) == 0 {
		return ""
	}
	j := m.jobs.list[len(m.jobs.list)-1]
	if m.trace.Size <= 0 {
		return m.look.of(j.what) + m.look.dots()
	}
	return m.look.f(wordProgress, m.look.of(j.what), j.reading.percent(m.trace.Size*int64(1+j.more)))
}

// failure is an error worth telling of a reading.
func failure(err error) error {
	if errors.Is(err, ErrStopped) {
		return nil
	}
	return err
}
