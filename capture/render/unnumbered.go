package render

import (
	"strconv"
	"strings"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// Where several parties are watched, frames have the numbers of one party's trace;
// those that it did not see have none, and are told by their time.

var (
	wordInFrame = trace.Text{En: "in frame %d", Ko: "프레임 %d에서"}
	wordAtTime  = trace.Text{En: "at %s", Ko: "%s에"}
	wordSecond  = trace.Text{En: "%s s", Ko: "%s초"}
)

// inDays reports whether sinceText has written days, with their unit.
func inDays(since string) bool { return strings.HasSuffix(since, "d") }

// secondsText is a time since the trace began, with its unit.
func (s speaker) secondsText(d time.Duration) string {
	text := sinceText(d)
	if inDays(text) {
		return text
	}
	return s.f(wordSecond, text)
}

// secondsCell is secondsText in eight cells, in any language.
func secondsCell(d time.Duration) string {
	text := sinceText(d)
	if inDays(text) {
		return text
	}
	return text + "s"
}

// where names the frame in which something was, or its time where that has no number.
func (s speaker) where(frame int, since time.Duration) string {
	if frame > 0 {
		return s.f(wordInFrame, frame)
	}
	return s.f(wordAtTime, s.secondsText(since))
}

// frameCell is a frame's number in a table that has the time beside it.
func frameCell(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// framesCell is the numbers of an exchange's first and last frame in such a table.
func framesCell(s http1.Span) string {
	if s.LastFrame > s.FirstFrame && s.FirstFrame > 0 {
		return strconv.Itoa(s.FirstFrame) + "-" + strconv.Itoa(s.LastFrame)
	}
	return frameCell(s.FirstFrame)
}
