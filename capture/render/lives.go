package render

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Lives tells each connection's life as it happens, a line for every change of
// state of either end: what a server's log would say if it knew the states. It
// holds what is open, and nothing of what is over. With Options.Explain each kind of
// change is explained where it happens first.
func Lives(w io.Writer, events Events, o Options) error {
	l := lives{w: w, o: o, say: o.speaker(), known: map[pair]*life{}, over: map[pair]ended{}, explainer: o.explainer(o.Lang), explained: map[string]bool{}}
	for ev, err := range events {
		if err != nil {
			return err
		}
		if o.Explain {
			l.explainer.Observe(&ev)
		}
		if err := l.tell(&ev); err != nil {
			return err
		}
	}
	return nil
}

// pair names one end of a connection by its addresses.
type pair struct{ here, there string }

// life is what is remembered of one end while it is open.
type life struct {
	n     int
	state tcpstate.State
	doubt bool   // that state was told as assumed
	facts string // of its memory, when it was last reported
}

// ended is a number of an end that is over, and since when.
type ended struct {
	n  int
	at time.Time
}

// lateness is how long after the end of one end of a connection its other end may be
// seen for the first time: whoever looks for it may rest, and has the processor with
// others.
const lateness = 10 * time.Second

type lives struct {
	w     io.Writer
	o     Options
	say   speaker
	known map[pair]*life
	// over are the numbers of ends that are over, by their peers' pairs: a peer may
	// be seen later, and shares the number.
	over      map[pair]ended
	ended     []pair // of over, the oldest first
	count     int
	explainer *explain.Explainer
	explained map[string]bool // what has been said of a change
	// skipped: what the sign for states that nobody saw means has been said.
	skipped bool
}

func (l *lives) tell(ev *trace.Event) error {
	if ev.Stream >= 0 && !l.o.shows(ev.Stream) {
		return nil
	}
	switch ev.Kind {
	case trace.KindState:
		return l.state(ev)
	case trace.KindSegment:
		return l.settled(ev)
	case trace.KindMemory:
		if x := l.known[pairOf(ev)]; x != nil {
			x.facts = facts(ev.Memory)
		}
	case trace.KindNote:
		text := l.say.of(ev.Note.Text)
		if x := l.known[pairOf(ev)]; x != nil {
			text = fmt.Sprintf("%s  %s", l.name(x), text)
		}
		return l.put(ev, safe(text)) // whole: it may be what went by, octet for octet
	case trace.KindStore:
		return l.line(ev, explain.AccessForms(l.o.Lang, ev.Access)[0])
	case trace.KindGap:
		return l.line(ev, l.say.f(wordMissing, explain.Count(ev.N, "frame")))
	default:
	}
	return nil
}

func pairOf(ev *trace.Event) pair { return pair{ev.From.Addr.String(), ev.To.Addr.String()} }

// of finds the life of an end; the two ends of a connection share a number: the
// connection's own where it is called by it (Options.ByStream), else in the order
// in which they appear.
func (l *lives) of(p pair, stream int) *life {
	x := l.known[p]
	if x == nil {
		x = &life{}
		other := l.known[pair{p.there, p.here}]
		switch {
		case other != nil:
			x.n = other.n
		case l.over[p].n > 0:
			x.n = l.over[p].n
			delete(l.over, p)
		case l.o.ByStream && stream >= 0:
			x.n = stream + 1
		default:
			l.count++
			x.n = l.count
		}
		l.known[p] = x
	}
	return x
}

// end forgets an end, and keeps its number for a peer that has not been seen yet.
func (l *lives) end(p pair, n int, at time.Time) {
	delete(l.known, p)
	peer := pair{p.there, p.here}
	if l.known[peer] == nil {
		l.over[peer] = ended{n, at}
		l.ended = append(l.ended, peer)
	}
}

// expire forgets the numbers that no peer will want any more.
func (l *lives) expire(now time.Time) {
	for len(l.ended) > 0 {
		p := l.ended[0]
		if o, ok := l.over[p]; ok && now.Sub(o.at) <= lateness {
			return
		}
		delete(l.over, p)
		l.ended = l.ended[1:]
	}
}

// name is a life's number for the reader.
func (l *lives) name(x *life) string { return fmt.Sprintf("#%d", l.o.number(x.n-1)) }

func (l *lives) state(ev *trace.Event) error {
	arrow := " → "
	if l.o.ASCII {
		arrow = " -> "
	}
	c := ev.State
	who := explain.Label(l.o.Lang, "role."+ev.From.Role.String())
	if !ev.To.Addr.IsValid() {
		return l.line(ev, fmt.Sprintf("%s %s  %s", who, ev.From.Addr, explain.StateName(l.o.Lang, c.To))+l.reason(ev))
	}
	p := pairOf(ev)
	l.expire(ev.At)
	if c.To == tcpstate.SynSent || c.To == tcpstate.SynReceived {
		delete(l.over, p) // it begins another connection
	}
	fresh := l.known[p] == nil && l.known[pair{p.there, p.here}] == nil && l.over[p].n == 0
	x := l.of(p, ev.Stream)
	if l.o.ByStream && ev.Stream >= 0 {
		x.n = ev.Stream + 1
	}
	if fresh {
		opener, other := ev.From.Addr, ev.To.Addr
		if ev.From.Role == trace.RoleServer {
			opener, other = other, opener
		}
		if err := l.line(ev, fmt.Sprintf("%s  %s%s%s", l.name(x), opener, arrow, other)); err != nil {
			return err
		}
	}
	x.state, x.doubt = c.To, c.Basis == tcpstate.Assumed
	way, unseen := arrow, c.Basis == tcpstate.Observed && (c.Edge == nil && c.Trigger.Kind != tcpstate.OnReceive || c.PassedOver())
	if unseen {
		way = " … "
		if l.o.ASCII {
			way = " .. "
		}
	}
	text := fmt.Sprintf("%s  %s  %s%s%s", l.name(x), who, explain.StateName(l.o.Lang, c.From), way, explain.StateName(l.o.Lang, c.To))
	switch c.Basis {
	case tcpstate.Inferred:
		text += " (" + l.say.of(wordInferred) + ")"
	case tcpstate.Assumed:
		if ev.Frame > 0 {
			text += " (" + l.say.f(wordByFrame, ev.Frame) + ")"
		} else {
			text += " (" + l.say.of(wordGuess) + ")"
		}
	case tcpstate.Observed:
	}
	if x.facts != "" {
		text += "  " + x.facts
	}
	if unseen && !l.skipped {
		l.skipped = true
		text += "\n(" + strings.TrimSpace(way) + ": " + l.say.of(wordUnseen) + ")"
	}
	if c.To == tcpstate.Closed {
		l.end(p, x.n, ev.At)
	}
	return l.line(ev, text+l.reason(ev))
}

// reason is a line that explains a change, where none like it has been explained.
func (l *lives) reason(ev *trace.Event) string {
	if !l.o.Explain {
		return ""
	}
	said := l.explainer.Explain(ev).String()
	if said == "" || l.explained[said] {
		return ""
	}
	l.explained[said] = true
	said = "· " + said
	if l.o.ASCII {
		said = asciify(said)
	}
	return "\n" + said
}

// settled tells what a segment proves of a state that was told as assumed. A
// segment comes before the changes that it makes.
func (l *lives) settled(ev *trace.Event) error {
	for _, p := range ev.Segment.Settled {
		whose, peer := ev.From, ev.To
		if p.End != ev.Segment.From {
			whose, peer = peer, whose
		}
		x := l.known[pair{whose.Addr.String(), peer.Addr.String()}]
		if x == nil || !x.doubt || x.state != p.State {
			continue
		}
		x.doubt = false
		who, state := explain.Label(l.o.Lang, "role."+whose.Role.String()), explain.StateName(l.o.Lang, p.State)
		if err := l.line(ev, fmt.Sprintf("%s  %s  %s", l.name(x), who, l.say.f(wordShown, state, ev.Frame, p.Frame))); err != nil {
			return err
		}
	}
	return nil
}

// wordUnseen says why states are missing: the system is asked again and again,
// and does not tell what was in between.
var wordUnseen = trace.Text{En: "what lay between was over when the system was next asked", Ko: "그 사이의 상태는 운영체제에 다시 물었을 때 이미 지나간 뒤였음"}

var (
	wordInferred = trace.Text{En: "inferred", Ko: "추론"}
	wordGuess    = trace.Text{En: "assumed", Ko: "가정"}
	wordByFrame  = trace.Text{En: "assumed, frame %d", Ko: "가정, 프레임 %d"}
	wordShown    = trace.Text{En: "%s, shown by frame %d; assumed since frame %d", Ko: "%s: 프레임 %d에서 확인, 프레임 %d부터 가정"}
)

// facts picks from a control block what tells how the connection fares, and is
// so for longer than the moment: what lay in its buffers may be gone by the time
// that its state changes.
func facts(m *trace.Memory) string {
	var out []string
	for _, e := range m.Entries {
		switch e.Name {
		case "SRTT":
			out = append(out, "RTT "+safe(e.Value))
		case "cwnd":
			out = append(out, "cwnd "+safe(e.Value)+" B")
		}
	}
	return strings.Join(out, ", ")
}

// line tells a sentence of ours, over several lines where it is long.
func (l *lives) line(ev *trace.Event, text string) error {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = safe(lines[i])
	}
	room := l.o.width() - len(livesClock+livesGap)
	return l.put(ev, strings.Split(ansi.Wordwrap(strings.Join(lines, "\n"), room, ""), "\n")...)
}

const livesClock, livesGap = "15:04:05.000", "  "

// put writes lines, the first with its time.
func (l *lives) put(ev *trace.Event, lines ...string) error {
	at := ev.At.Format(livesClock)
	for _, line := range lines {
		if _, err := fmt.Fprintf(l.w, "%s%s%s\n", at, livesGap, line); err != nil {
			return err
		}
		at = strings.Repeat(" ", len(at))
	}
	return nil
}
