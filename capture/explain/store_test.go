package explain_test

import (
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// Every access is explained in both languages, each outcome in its own words.
func TestStoreAccess(t *testing.T) {
	t.Parallel()
	server := trace.Participant{Role: trace.RoleServer, N: 2}
	for _, lang := range []explain.Lang{explain.English, explain.Korean} {
		seen := map[string]bool{}
		for _, op := range []string{trace.StoreRead, trace.StoreWrite, trace.StoreDelete, trace.StoreList, trace.StoreCommit, trace.StoreRollback, "vacuum"} {
			for _, outcome := range []string{"", trace.StoreAbsent, trace.StoreConflict, trace.StoreUnavailable, trace.StoreRefused} {
				a := trace.Access{Store: "redis", Op: op, Key: "k\x1b1", Bytes: 212, Outcome: outcome}
				s := explain.New(lang).Explain(&trace.Event{Kind: trace.KindStore, From: server, Access: &a}).Sentence
				if strings.ContainsAny(s, "{}\x1b") || !strings.Contains(s, "redis") || !strings.Contains(s, "2") {
					t.Errorf("%v %s %s: %q", lang, op, outcome, s)
				}
				seen[s] = true
				forms := explain.AccessForms(lang, &a)
				for i, f := range forms {
					if strings.Contains(f, "\x1b") || outcome == "" != strings.Contains(f, "212 B") || i > 0 && len(f) > len(forms[i-1]) {
						t.Errorf("%v %s %s: %q", lang, op, outcome, forms)
					}
				}
			}
		}
		// Absent, conflict and unavailable say the same of every operation.
		if want := 7 + 3 + 7; len(seen) != want {
			t.Errorf("%v: %d sentences, want %d", lang, len(seen), want)
		}
	}
}

// A write that the store counts says what its revision is good for.
func TestStoreRevision(t *testing.T) {
	t.Parallel()
	a := trace.Access{Store: "memory", Op: trace.StoreWrite, Key: "3f2a", Bytes: 1, Revision: 7}
	s := explain.New(explain.English).Explain(&trace.Event{Kind: trace.KindStore, From: trace.Participant{Role: trace.RoleServer}, Access: &a}).Sentence
	const want = `The server's program leaves 1 byte in the store memory under 3f2a: it is remembered there when the request is over. ` +
		`Its revision is 7 now: whoever read an older one can no longer overwrite it unseen.`
	if s != want {
		t.Errorf("%q, want %q", s, want)
	}
	if got, want := explain.AccessForms(explain.Korean, &a)[0], "memory: 쓰기 3f2a 1 B, 리비전 7"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
