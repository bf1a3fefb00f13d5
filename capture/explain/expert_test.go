package explain_test

import (
	"testing"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
)

// TestEveryFindingMatters: each has a severity that was chosen, and a reason.
func TestEveryFindingMatters(t *testing.T) {
	t.Parallel()
	for _, name := range tcpstate.FindingNames() {
		for _, lang := range languages {
			if explain.WhyItMatters(lang, name) == "" {
				t.Errorf("%s has no reason in %v", name, lang)
			}
		}
		if !explain.SeverityChosen(name) {
			t.Errorf("nobody chose how grave %s is", name)
		}
	}
	if got := explain.WhyItMatters(explain.English, "no-such-finding"); got != "" {
		t.Errorf("an unknown finding matters: %q", got)
	}
}
