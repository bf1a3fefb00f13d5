package explain

import (
	"strings"

	"statelab/capture/trace"
)

// call explains what an application asked of its socket. Sockets are POSIX's;
// the sections are those of RFC 9293's own calls, OPEN, SEND, RECEIVE, CLOSE
// and ABORT (§3.9.1).
func (x *Explainer) call(ev *trace.Event) Explanation {
	c := ev.Call
	values := args{"who": inSentence(x.lang, ev.From), "call": callLine(x.lang, c)}
	known, section := callText(c)
	if t, ok := x.callNow(ev); ok {
		known = t
	}
	if t, errSection, ok := callError(c); ok {
		if c.Name == "read" && isEOF(c) {
			t = x.endOfStream(ev)
		}
		if errSection == "" {
			errSection = section
		}
		return Explanation{Sentence: x.say(t, values), Section: errSection}
	}
	return Explanation{Sentence: x.say(known, values), Section: section}
}

// callLine writes a call as a program would: write("hello") → 5 bytes.
func callLine(lang Lang, c *trace.Call) string {
	args := CallArgs(lang, c)
	short := quoted(args)
	if strings.HasPrefix(args, `"`) && strings.HasSuffix(args, `"`) && !strings.HasSuffix(short, `"`) {
		short += `"` // the end of a text that was cut
	}
	line := quoted(c.Name) + "(" + short + ")"
	if result, _ := CallResult(lang, c); result != "" {
		line += " → " + quoted(result)
	}
	return line
}

// callText chooses the sentence for a call that did not fail.
func callText(c *trace.Call) (text, string) {
	switch c.Name {
	case "listen":
		return listenText, "RFC 9293 §3.9.1.1"
	case "connect":
		if c.Result == "" {
			return connectingText, "RFC 9293 §3.9.1.1"
		}
		return connectText, "RFC 9293 §3.9.1.1"
	case "accept":
		if c.Result == "" {
			return acceptingText, ""
		}
		return acceptText, ""
	case "write":
		if c.Result == "" {
			return writingText, "RFC 9293 §3.9.1.2"
		}
		return writeText, "RFC 9293 §3.9.1.2"
	case "read":
		if c.Result == "" && c.Bytes == 0 {
			return readingText, "RFC 9293 §3.9.1.3"
		}
		return readText, "RFC 9293 §3.9.1.3"
	case "shutdown":
		return shutdownText, "RFC 9293 §3.6.1"
	case "close":
		if c.Args == ListenerArgs {
			return closeListenerText, "RFC 9293 §3.10.4"
		}
		return closeText, "RFC 9293 §3.9.1.4; §3.6.1"
	case "setsockopt":
		return setsockoptText, ""
	case "restart":
		return restartText, "RFC 9293 §3.5.1"
	}
	return otherCallText, ""
}

func isEOF(c *trace.Call) bool {
	return strings.EqualFold(c.Result, "eof") || strings.EqualFold(c.Result, "0 bytes")
}

// callError recognises the results that are worth a lesson, in the spelling of
// Go and of the C library.
func callError(c *trace.Call) (text, string, bool) {
	result := strings.ToLower(c.Result)
	says := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(result, p) {
				return true
			}
		}
		return false
	}
	switch {
	case c.Name == "read" && isEOF(c):
		return eofText, "RFC 9293 §3.9.1.3; §3.6", true
	case says("aborted"):
		return errAbortedText, "RFC 9293 §3.9.1.6", true
	case says("refused"):
		return errRefusedText, "RFC 9293 §3.5.3", true
	case says("reset by peer", "connection reset"):
		return errResetText, "RFC 9293 §3.5.3", true
	case says("broken pipe"):
		return errPipeText, "RFC 9293 §3.9.1.2", true
	case says("deadline", "i/o timeout"):
		return errDeadlineText, "", true
	case says("timed out", "timeout"):
		return errTimeoutText, "RFC 9293 §3.8.3", true
	case says("in use"):
		return errInUseText, "RFC 9293 §3.6.1", true
	case says("unreachable", "no route"):
		return errUnreachableText, "RFC 9293 §3.9.2.2", true
	case says("closed network connection", "bad file descriptor"):
		return errClosedText, "", true
	case says("would block", "temporarily unavailable"):
		return errWouldBlockText, "", true
	}
	return text{}, "", false
}
