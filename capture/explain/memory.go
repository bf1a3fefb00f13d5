package explain

import (
	"strings"

	"statelab/capture/trace"
)

// memory explains what a party remembers, by kind: connection state and
// conversation state are different things, and only the latter makes a server
// stateful.
func (x *Explainer) memory(ev *trace.Event) Explanation {
	m := ev.Memory
	values := args{"who": inSentence(x.lang, ev.From), "heap": m.Heap}
	heap := ""
	if m.HeapMeasured {
		heap = x.say(heapText, values)
	}
	var list []string
	sum := 0
	for kind := range trace.MemoryResource + 1 {
		count := 0
		for _, e := range m.Entries {
			if e.Kind == kind {
				count++
			}
		}
		if count == 0 {
			continue
		}
		n := m.Bytes(kind)
		sum += n
		list = append(list, x.phrase(memoryPartText, args{"n": n, "kind": Label(x.lang, "memory."+kind.String())}))
	}
	if len(list) == 0 && m.HeapMeasured {
		return Explanation{Sentence: heap}
	}
	if len(list) == 0 {
		return Explanation{Sentence: x.say(forgetsText, values)}
	}
	values["list"] = strings.Join(list, ", ")
	return Explanation{Sentence: join(x.say(remembersText, values), heap), Arithmetic: x.memorySum(m, sum), Section: memorySection(m)}
}

// memorySum adds the kinds up, where there is more than one.
func (x *Explainer) memorySum(m *trace.Memory, sum int) string {
	var parts []string
	for kind := range trace.MemoryResource + 1 {
		if n := m.Bytes(kind); n != 0 {
			parts = append(parts, x.phrase(numberText, args{"n": n}))
		}
	}
	if len(parts) < 2 {
		return ""
	}
	return x.phrase(memorySumText, args{"sum": sum, "parts": strings.Join(parts, " + ")})
}

// memorySection: the control block is RFC 9293's own subject; what a
// conversation leaves is what RFC 9110 calls HTTP free of.
func memorySection(m *trace.Memory) string {
	var connection, conversation bool
	for _, e := range m.Entries {
		connection = connection || e.Kind == trace.MemoryConnection
		conversation = conversation || e.Kind == trace.MemoryConversation
	}
	switch {
	case connection && conversation:
		return "RFC 9293 §3.3.1; RFC 9110 §3.3"
	case connection:
		return "RFC 9293 §3.3.1"
	case conversation:
		return "RFC 9110 §3.3"
	}
	return ""
}
