package render

import (
	"cmp"
	"slices"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Network names the network and the stack.
func (r *report) Network() string { return safe(r.o.Network) }

// Version is the program's.
func (r *report) Version() string { return safe(r.o.version()) }

// Left is how many rows had no room.
func (r *report) Left() int { return r.left }

// htmlHead is a lane's head.
type htmlHead struct {
	N       int
	Edge    string
	Name    trace.Text
	Address trace.Text
}

// Heads name the lanes, from left to right.
func (r *report) Heads() []htmlHead {
	var out []htmlHead
	for i, lane := range r.order {
		l := r.lanes[lane]
		h := htmlHead{
			N: lane, Edge: "middle",
			Name:    inTwo(func(s speaker) string { return s.lane(l) }),
			Address: inTwo(func(s speaker) string { return s.address(l) }),
		}
		switch i {
		case 0:
			h.Edge = "left"
		case len(r.order) - 1:
			h.Edge = "right"
		}
		out = append(out, h)
	}
	return out
}

// Totals count what was seen.
func (r *report) Totals() trace.Text {
	if r.totals == nil {
		return trace.Text{}
	}
	return inTwo(func(s speaker) string { return totalsText(s, r.totals) })
}

// htmlConnection is a row of the table of connections.
type htmlConnection struct {
	Stream, Number, First int
	Client, Server        string
	States, Again         string
	Sent, Received        int64
	RTT                   string
	Story, Ending         trace.Text
	Verdict, Findings     trace.Text
}

// Connections are those that are shown.
func (r *report) Connections() []htmlConnection {
	var out []htmlConnection
	for i := range r.conns {
		c := &r.conns[i]
		h := htmlConnection{
			Stream: c.Stream, Number: r.o.number(c.Stream), First: c.First, Client: c.Key.Client.String(), Server: c.Key.Server.String(),
			States: endStates(c), Again: sentAgain(c),
			Sent: c.Bytes[tcpstate.Client], Received: c.Bytes[tcpstate.Server],
			Ending:   inTwo(func(s speaker) string { return safe(r.explainer(s).Ending(c)) }),
			Verdict:  inTwo(func(s speaker) string { return explain.Verdict(s.lang, c) }),
			Findings: inTwo(func(s speaker) string { return findingsText(s, c.Standing()) }),
		}
		if c.Handshake.HasRTT {
			h.RTT = spanText(c.Handshake.RTT)
		}
		out = append(out, h)
	}
	return out
}

// AgainSeen reports whether findings name more segments than were seen twice.
func (r *report) AgainSeen() bool {
	for i := range r.conns {
		if again, named := retransmissions(&r.conns[i]); named > again && again > 0 {
			return true
		}
	}
	return false
}

// Several reports whether there is a choice of connections.
func (r *report) Several() bool { return len(r.conns) > 1 }

func (r *report) explainer(s speaker) *explain.Explainer {
	if s.lang == explain.Korean {
		return r.x[1]
	}
	return r.x[0]
}

// htmlFinding is what was found under one name.
type htmlFinding struct {
	Name, Severity string
	Label, Gravity trace.Text
	Count          int
	First          []htmlPlace
	More           bool
	Why            trace.Text
}

// htmlPlace is a frame, or a time where that has no number.
type htmlPlace struct {
	Frame int
	At    trace.Text
}

func places(all []found) []htmlPlace {
	out := make([]htmlPlace, 0, len(all))
	for _, f := range all {
		out = append(out, htmlPlace{f.frame, inTwo(func(s speaker) string { return s.where(f.frame, f.since) })})
	}
	return out
}

// Findings lists them, the gravest first.
func (r *report) Findings() []htmlFinding {
	var out []htmlFinding
	for name, x := range r.found {
		if x.count == 0 {
			continue // it stands under the name of what denies it
		}
		grave := explain.SeverityOf(name).String()
		out = append(out, htmlFinding{
			Name: safe(name), Severity: grave, Count: x.count, First: places(x.first), More: x.count > len(x.first),
			Label:   inTwo(func(s speaker) string { return s.finding(name, 0) }),
			Gravity: inTwo(func(s speaker) string { return explain.Label(s.lang, "severity."+grave) }),
			Why:     inTwo(func(s speaker) string { return explain.WhyItMatters(s.lang, name) }),
		})
	}
	slices.SortFunc(out, func(a, b htmlFinding) int {
		return cmp.Or(cmp.Compare(explain.SeverityOf(a.Name), explain.SeverityOf(b.Name)), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// htmlExchange is a row of the table of HTTP exchanges.
type htmlExchange struct {
	Stream, Asked, Answered int // connection; frames
	Request, Response       string
	Wait                    string
	Bytes                   int64
	Fields                  []trace.Text
}

// maxExchanges bounds the page's table of exchanges.
const maxExchanges = 1000

// Exchanges are the HTTP exchanges.
func (r *report) Exchanges() []htmlExchange {
	var out []htmlExchange
	for _, x := range r.o.chosen(r.web.all[:min(len(r.web.all), maxExchanges)]) {
		h := htmlExchange{Stream: r.o.number(x.Stream)}
		if m := x.Request; m != nil {
			h.Request, h.Asked = brief(messageText(speaker{}, m)), frameOfMessage(m)
			h.Fields = append(h.Fields, linesInTwo(func(s speaker) []string { return briefly(stateLines(s, m)) })...)
		}
		if m := x.Response; m != nil {
			h.Response, h.Answered, h.Bytes = brief(messageText(speaker{}, m)), frameOfMessage(m), m.BodyBytes
			h.Fields = append(h.Fields, linesInTwo(func(s speaker) []string { return briefly(stateLines(s, m)) })...)
		}
		if s, ok := x.Split(); ok {
			h.Wait = partText(s.Wait)
		}
		out = append(out, h)
	}
	return out
}

// frameOfMessage is the frame that made a message whole.
func frameOfMessage(m *http1.Message) int {
	return cmp.Or(m.CompletedBy, m.LastFrame)
}

// htmlBelief is what a lesson refutes.
type htmlBelief struct{ Text, Why trace.Text }

// Beliefs are what the ladder refutes.
func (r *report) Beliefs() []htmlBelief {
	var out []htmlBelief
	for i, b := range r.o.Beliefs {
		text, why := trace.Text{En: safe(b.Text), Ko: safe(b.Text)}, trace.Text{En: safe(b.Why), Ko: safe(b.Why)}
		if other := r.o.Other; other != nil && i < len(other.Beliefs) {
			o := other.Beliefs[i]
			if r.o.Lang == explain.Korean {
				text.En, why.En = safe(o.Text), safe(o.Why)
			} else {
				text.Ko, why.Ko = safe(o.Text), safe(o.Why)
			}
		}
		out = append(out, htmlBelief{text, why})
	}
	return out
}
