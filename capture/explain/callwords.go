package explain

import (
	"strings"

	"statelab/capture/trace"
)

// ListenerArgs are the arguments of a close that is a listening socket's and
// not a connection's (trace.Call.Args).
const ListenerArgs = "listener"

// CallArgs returns a call's arguments for a screen. What the application itself
// wrote or dialled stays as it is.
func CallArgs(lang Lang, c *trace.Call) string {
	switch {
	case lang != Korean || strings.HasPrefix(c.Args, `"`):
		return c.Args
	case c.Name == "listen":
		return strings.NewReplacer("port ", "포트 ", "backlog ", "백로그 ").Replace(c.Args)
	case c.Name == "setsockopt":
		return optionInKorean(c.Args)
	}
	if t, ok := callArgs[c.Name+" "+c.Args]; ok {
		return lang.Of(t)
	}
	return c.Args
}

// optionInKorean writes the value of a socket's option, whose name stays.
func optionInKorean(s string) string {
	name, value, ok := strings.Cut(s, " ")
	if !ok {
		return s
	}
	switch seconds, timed := strings.CutSuffix(value, " s"); {
	case timed && isNumber(seconds):
		return name + " " + seconds + "초"
	case value == "on":
		return name + " 켬"
	case value == "off":
		return name + " 끔"
	}
	return s
}

// CallResult returns what a call came to for a screen (trace.Call.Result),
// whole, and as short as it can be said.
func CallResult(lang Lang, c *trace.Call) (whole, short string) {
	if t, ok := callResults[c.Result]; ok {
		return lang.Of(t.whole), lang.Of(t.short)
	}
	whole = c.Result
	if c.Name == "read" || c.Name == "write" {
		whole = MemoryValue(lang, c.Result) // a number of bytes
	}
	return whole, whole
}
