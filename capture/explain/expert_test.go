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

// TestDenies: a copy by the capture is no fast retransmission; a hole that was
// reported is no other.
func TestDenies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, beside, want string }{
		{tcpstate.FoundFastRetransmission, tcpstate.FoundDuplicateFrame, tcpstate.FoundDuplicateFrame},
		{tcpstate.FoundKeepAlive, tcpstate.FoundWindowProbe, tcpstate.FoundWindowProbe},
		{tcpstate.FoundRetransmission, tcpstate.FoundHoleReported, ""},
		{tcpstate.FoundDuplicateFrame, tcpstate.FoundDuplicateFrame, ""},
	} {
		got := explain.Denies(tt.name, []tcpstate.Finding{{Name: tt.name}, {Name: tt.beside}})
		if got != tt.want {
			t.Errorf("%s beside %s is denied by %q, want %q", tt.name, tt.beside, got, tt.want)
		}
	}
}
