package viewer

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// The smallest screen there is something to see on, in cells.
const (
	minWidth  = 40
	minHeight = 10
)

// Model is the viewer, a bubbletea model. It is not safe for concurrent use.
type Model struct {
	trace Trace
	look  look
	w, h  int
	stack []screen
	scan  *scan
	jobs  jobs
	// tick makes a command that waits; nil where nobody watches.
	tick func(time.Duration, func(time.Time) tea.Msg) tea.Cmd

	conns  map[int]*connection
	before map[int]*connection // parts of streams that were resumed
	shown  []int               // connections, as they stand in the table
	asked  map[int]bool        // those that were asked for beforehand; nil for all
	only   map[int]bool        // those that the filter chose; nil for all
	where  string
	sort   order
	// sorted is when the table was sorted last, sorting how long that took.
	sorted  time.Time
	sorting time.Duration
	mixed   bool // the rows are not in the order of their numbers
	found   map[string]*group
	totals  *trace.Totals
	gaps    int
	err     error // of the trace: what was before it is shown

	prompt *prompt
	note   string // what the last key came to, until the next
	bad    bool   // it is bad news
	sought string
	marks  []place
	frames frames
	closed bool
}

// Options say how a Model looks at first.
type Options struct {
	Render render.Options // Lang, ASCII and Color are read
	// Tick makes a command that sends a message after a while: tea.Tick.
	Tick func(time.Duration, func(time.Time) tea.Msg) tea.Cmd
}

// New returns a viewer of a trace. It begins to read when it is run.
func New(t Trace, o Options) *Model {
	m := &Model{
		trace: t, tick: o.Tick, look: look{o.Render.Lang, o.Render.Color, o.Render.ASCII},
		conns: map[int]*connection{}, before: map[int]*connection{}, found: map[string]*group{},
	}
	if t.Streams != nil {
		m.asked = setOf(t.Streams)
	}
	m.stack = []screen{&table{base: base{m: m}}}
	return m
}

// Close stops what is being read, and waits until it has stopped. The model
// shows nothing new afterwards.
func (m *Model) Close() {
	for _, j := range m.jobs.list {
		j.reading.Stop()
	}
	m.jobs.gate.Lock()
	m.jobs.closed = true
	m.jobs.gate.Unlock()
	if m.scan != nil {
		m.scan.close()
	}
}

// Err is what was wrong with the trace, if it could not be read to its end.
func (m *Model) Err() error { return m.err }

// Init begins to read.
func (m *Model) Init() tea.Cmd {
	j := &job{what: wordReading}
	m.jobs.list = append(m.jobs.list, j)
	m.scan = newScan(m.trace, j)
	cmd := tea.Batch(m.readOn(), m.watch())
	if m.trace.Where != "" {
		cmd = tea.Batch(cmd, m.filter(m.trace.Where))
	}
	return cmd
}

func (m *Model) readOn() tea.Cmd {
	return m.run(func() tea.Msg { return m.scan.batch() })
}

// Update takes a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		return m, m.redraw()
	case tea.KeyPressMsg:
		return m, m.press(keyName(msg), msg.Key().Text)
	case tea.PasteMsg:
		if m.prompt != nil {
			m.prompt.insert(msg.Content)
		}
	case looked:
		m.jobs.ticking = false
		if len(m.jobs.list) > 0 {
			return m, m.watch()
		}
	case scanned:
		return m, m.read(msg)
	case arrived:
		if m.done(msg.job) {
			return m, msg.take()
		}
	}
	return m, nil
}

// arrived is the result of a job: take puts it where it belongs.
type arrived struct {
	job  *job
	take func() tea.Cmd
}

// read takes a batch of the first reading.
func (m *Model) read(s scanned) tea.Cmd {
	for i := range s.conns {
		m.keep(s.conns[i])
	}
	for name, n := range s.counts {
		g := m.found[name]
		if g == nil {
			g = &group{name: name}
			m.found[name] = g
		}
		g.count += n
		g.places = append(g.places, s.places[name]...)
	}
	if s.totals != nil {
		m.totals = s.totals
	}
	m.gaps += s.gaps
	if s.err != nil {
		m.err = s.err
	}
	if !s.over {
		// Many connections are not sorted all the time; and not at all where they
		// come in the order that is asked for.
		if (m.mixed || m.sort != order{}) && time.Since(m.sorted) > 20*m.sorting {
			m.resort()
		}
		return m.readOn()
	}
	m.done(m.scan.job)
	m.resort()
	if t, ok := m.top().(*table); ok && len(m.shown) == 1 && len(m.trace.Streams) == 1 && len(m.stack) == 1 && t.cur.at == 0 {
		return t.enter() // that one was asked for
	}
	return nil
}

// keep takes what is known of a connection by now.
func (m *Model) keep(c connection) {
	old := m.conns[c.stream]
	switch {
	case old == nil && m.showsStream(c.stream):
		if n := len(m.shown); n > 0 && m.shown[n-1] > c.stream {
			m.mixed = true
		}
		m.shown = append(m.shown, c.stream)
	case old != nil && c.resumed && old.part != c.part:
		m.before[c.stream] = old
	}
	if before := m.before[c.stream]; before != nil {
		c.after(before)
	}
	m.conns[c.stream] = &c
}

// reading reports whether the first reading goes on.
func (m *Model) reading() bool { return m.scan != nil && slices.Contains(m.jobs.list, m.scan.job) }

func setOf(numbers []int) map[int]bool {
	set := map[int]bool{}
	for _, n := range numbers {
		set[n] = true
	}
	return set
}

func (m *Model) showsStream(n int) bool {
	return (m.asked == nil || m.asked[n]) && (m.only == nil || m.only[n])
}

// streams are the connections that were asked for and that the filter chose; nil
// for all.
func (m *Model) streams() []int {
	from := m.only
	if from == nil {
		from = m.asked
	}
	if from == nil {
		return nil
	}
	out := []int{}
	for n := range from {
		if m.showsStream(n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

func (m *Model) top() screen { return m.stack[len(m.stack)-1] }

// push shows a screen above the others.
func (m *Model) push(s screen) tea.Cmd {
	m.stack = append(m.stack, s)
	return s.open()
}

// pop goes back to the screen below.
func (m *Model) pop() {
	if len(m.stack) > 1 {
		m.top().shut()
		m.stack = m.stack[:len(m.stack)-1]
	}
}

// redraw lets every screen forget how it was drawn.
func (m *Model) redraw() tea.Cmd {
	var all []tea.Cmd
	for _, s := range m.stack {
		all = append(all, s.redraw())
	}
	return tea.Batch(all...)
}

// say tells the reader something until the next key.
func (m *Model) say(s string) tea.Cmd {
	m.note, m.bad = s, false
	return nil
}

// fail tells of what went wrong.
func (m *Model) fail(s string) tea.Cmd {
	m.note, m.bad = s, true
	return nil
}
