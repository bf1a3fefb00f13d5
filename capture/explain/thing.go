package explain

import (
	"strings"

	"statelab/capture/tcpstate"
)

// MemoryName returns an entry's name for a screen (trace.Entry.Name). What a
// standard names ("SND.UNA", "cwnd") and what came from outside stay as they
// are.
func MemoryName(lang Lang, name string) string {
	if t, ok := memoryNames[name]; ok {
		return lang.Of(t)
	}
	if timer, ok := strings.CutSuffix(name, " timer"); ok && lang == Korean {
		return CauseName(lang, timer) + " " + Label(lang, "legend.timer")
	}
	if n, ok := strings.CutSuffix(name, " TCBs"); ok && lang == Korean && isNumber(n) {
		return "TCB " + n + "개"
	}
	return name
}

// MemoryValue returns an entry's value for a screen (trace.Entry.Value).
func MemoryValue(lang Lang, value string) string {
	if lang != Korean {
		return value
	}
	if t, ok := memoryValues[value]; ok {
		return lang.Of(t)
	}
	for _, odd := range oddSamples {
		if d, ok := strings.CutSuffix(value, odd.En); ok {
			return d + odd.Ko
		}
	}
	for _, unit := range []string{" bytes", " byte"} {
		if n, ok := strings.CutSuffix(value, unit); ok && isNumber(n) {
			return n + "바이트"
		}
	}
	if n, limit, ok := strings.Cut(value, " of "); ok && isNumber(n) && isNumber(limit) {
		return limit + "개 중 " + n + "개"
	}
	return value
}

// CauseName returns what caused a change of state (trace.Cause.Name,
// tcpstate.Trigger.Name) for a screen: a call and a segment as they are, a timer
// by its name.
func CauseName(lang Lang, name string) string {
	if t, ok := causeNames[name]; ok {
		return lang.Of(t)
	}
	return name
}

// StateName returns a state for a screen: the name that RFC 9293 gives it, or
// that it is not known.
func StateName(lang Lang, s tcpstate.State) string {
	if s == tcpstate.Unknown {
		return Label(lang, "word.unknown")
	}
	return s.String()
}

// noHost is how a wire without rules begins to say why it dropped a frame.
const noHost = "no host has "

// VerdictReason returns why the wire did what it did (trace.Verdict.Rule) for a
// screen: the rule as it was written, or what no rule decided.
func VerdictReason(lang Lang, rule string) string {
	address, ok := strings.CutPrefix(rule, noHost)
	switch {
	case !ok:
		return Label(lang, "column.rule") + ": " + rule
	case lang == Korean:
		return "주소가 " + address + "인 호스트가 없음"
	}
	return rule
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
