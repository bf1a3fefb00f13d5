package tcpstate

import (
	"fmt"
	"strings"
)

// MermaidDiagram returns RFC 9293's Figure 5 as a Mermaid state diagram, drawn
// from the same table that the observer uses, the notes' edges included. With
// all, the edges that only §3.10's prose gives are drawn too.
func MermaidDiagram(all bool) string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for s := Closed; s <= TimeWait; s++ {
		fmt.Fprintf(&b, "    state %q as %s\n", s, mermaidID(s))
	}
	fmt.Fprintf(&b, "    [*] --> %s\n", mermaidID(Closed))
	for _, e := range figure {
		if e.Figure || e.Source == sourceNote2 || all {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", mermaidID(e.From), mermaidID(e.To), e.Label())
		}
	}
	return b.String()
}

// mermaidID is a state's name as an identifier: hyphens would end it.
func mermaidID(s State) string { return strings.ReplaceAll(s.String(), "-", "_") }

// Label is the edge's label in the figure's manner: what happens, a slash, and
// what the end does: "rcv SYN / snd SYN,ACK".
func (e Edge) Label() string {
	label := e.On.Name
	switch e.On.Kind {
	case OnReceive:
		label = "rcv " + label
	case OnTimer:
		label = "timeout " + label
	case OnCall, OnSend, OnPoll:
	}
	if strings.HasPrefix(e.Note, "ACK of ") {
		label += strings.TrimPrefix(strings.SplitN(e.Note, ";", 2)[0], "ACK")
	}
	if strings.HasPrefix(e.Note, "passive OPEN") || strings.HasPrefix(e.Note, "active OPEN") {
		label = strings.SplitN(e.Note, ";", 2)[0]
	}
	if e.Action != "" {
		label += " / snd " + e.Action
	}
	return label
}
