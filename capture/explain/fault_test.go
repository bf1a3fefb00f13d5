package explain_test

import (
	"errors"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// fault is what is wrong with a frame, in both languages.
type fault struct{ en, ko string }

func (f fault) Error() string       { return "decode TCP: " + f.en }
func (f fault) Fault() string       { return f.en }
func (f fault) KoreanFault() string { return f.ko }

// What is wrong with a frame is said to its end, in the language of the sentence,
// and not as an error of ours.
func TestFaultIsSaidWhole(t *testing.T) {
	t.Parallel()
	long := fault{"TCP header cut at byte 33: 13 of 20 bytes captured, and so on to the end", "바이트 33에서 TCP 헤더 잘림: 20바이트 가운데 13바이트만 캡처됨, 끝까지"}
	for _, c := range []struct {
		lang explain.Lang
		err  error
		want string
	}{
		{explain.English, long, long.en},
		{explain.Korean, long, long.ko},
		{explain.Korean, errors.New("no frame"), "no frame"},
	} {
		e := explain.New(c.lang).Explain(&trace.Event{Kind: trace.KindOther, Other: &trace.Other{Protocol: "TCP", Err: c.err}})
		if !strings.Contains(e.Sentence, c.want) || strings.Contains(e.Sentence, "decode") {
			t.Errorf("%v: %q, want %q in it", c.lang, e.Sentence, c.want)
		}
	}
}
