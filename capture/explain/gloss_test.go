package explain_test

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
)

// A gloss stands beside two columns of values on a screen of 80 cells.
func TestGlossesAreShort(t *testing.T) {
	t.Parallel()
	const most = 26
	for _, name := range []string{
		"ISS", "IRS", "SND.UNA", "SND.NXT", "SND.WND", "RCV.NXT", "RCV.WND", "Snd.Wind.Shift", "Rcv.Wind.Shift", "Eff.snd.MSS",
		"cwnd", "ssthresh", "SRTT", "RTTVAR", "RTO", "send buffer", "receive buffer", "reorder queue",
	} {
		for _, lang := range []explain.Lang{explain.English, explain.Korean} {
			if gloss := explain.MemoryGloss(lang, name); gloss == "" || ansi.StringWidth(gloss) > most {
				t.Errorf("%s, %v: %q takes %d cells of 1 to %d", name, lang, gloss, ansi.StringWidth(gloss), most)
			}
		}
	}
	if got := explain.MemoryGloss(explain.English, "cart"); got != "" {
		t.Errorf("a cart is explained as %q", got)
	}
	for _, term := range explain.Terms() {
		for _, lang := range []explain.Lang{explain.English, explain.Korean} {
			if n := ansi.StringWidth(lang.Of(term.Words()) + ": " + lang.Of(term.Gloss)); n > 72 {
				t.Errorf("%s, %v: %d cells do not fit on the narrowest screen", term.Name, lang, n)
			}
		}
	}
}

func ExampleMemoryGloss() {
	fmt.Println(explain.MemoryGloss(explain.English, "SND.UNA"))
	fmt.Println(explain.MemoryGloss(explain.Korean, "RTO"))
	// Output:
	// oldest not yet ACKed
	// 재전송까지 기다릴 시간
}
