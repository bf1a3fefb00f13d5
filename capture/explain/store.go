package explain

import (
	"strconv"

	"statelab/capture/trace"
)

// AccessForms are an access to a store for a screen, whole and in short:
// "redis: write 3f2a… 212 B, revision 2".
func AccessForms(lang Lang, a *trace.Access) []string {
	op := a.Op
	if t, ok := storeOps[a.Op]; ok {
		op = lang.Of(t)
	}
	head := trace.Escape(a.Store) + ": " + trace.Escape(op)
	size, revision := "", ""
	if a.Bytes > 0 {
		size = " " + strconv.Itoa(a.Bytes) + " B"
	}
	if a.Revision > 0 {
		revision = ", " + lang.Of(revisionWord) + " " + strconv.FormatUint(a.Revision, 10)
	}
	if !a.Done() {
		size, revision = " → "+outcome(lang, a), ""
	}
	key := ""
	if a.Key != "" {
		key = " " + quoted(a.Key)
	}
	const shortKey = 10
	short := key
	if len(key) > shortKey {
		short = " " + trace.EscapeBytes([]byte(a.Key), shortKey)
	}
	return []string{head + key + size + revision, head + short + size + revision, head + short + size, head + size}
}

func outcome(lang Lang, a *trace.Access) string {
	if t, ok := storeOutcomes[a.Outcome]; ok {
		return lang.Of(t)
	}
	return trace.Escape(a.Outcome)
}

// store explains what an application did with a store.
func (x *Explainer) store(ev *trace.Event) Explanation {
	a := ev.Access
	values := args{
		"who": inSentence(x.lang, ev.From), "store": quoted(a.Store), "key": quoted(a.Key),
		"n": int64(a.Bytes), "op": quoted(a.Op), "revision": int64(a.Revision), "outcome": outcome(x.lang, a),
	}
	t, ok := storeSentences[a.Op]
	switch {
	case a.Outcome == trace.StoreAbsent:
		t = storeAbsentText
	case a.Outcome == trace.StoreConflict:
		t = storeConflictText
	case a.Outcome == trace.StoreUnavailable:
		t = storeUnavailableText
	case !a.Done() || !ok:
		t = storeOtherText
	}
	s := x.say(t, values)
	if a.Done() && a.Op == trace.StoreWrite && a.Revision > 0 {
		s = join(s, x.say(storeRevisionText, values))
	}
	return Explanation{Sentence: s}
}
