package httpdemo_test

import (
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
)

// TestTooLateOnTheTimeline: a confirmation that comes too late is decided in the bank
// once, and each access names its table: there is no receipt, and the key is abandoned.
func TestTooLateOnTheTimeline(t *testing.T) {
	t.Parallel()
	var got []string
	late, confirmed := false, false
	for _, e := range performed(t, "transfer", 1).events {
		switch {
		case e.Kind == trace.KindNote && e.Note.Step:
			late = strings.Contains(e.Note.Text.En, "too late")
		case e.Kind == trace.KindMessage && e.Message.Request:
			confirmed = e.Message.Target == "/transfer/confirm"
		case e.Kind == trace.KindStore && late && confirmed:
			what := e.Access.Store + " " + e.Access.Op
			if !e.Access.Done() {
				what += " " + e.Access.Outcome
			}
			got = append(got, what)
		}
	}
	if want := []string{"memory read", "bank.receipt read absent", "bank.abandoned write", "bank commit", "memory write"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
