package explain

import (
	"maps"
	"slices"

	"statelab/capture/tcpstate"
)

// Label returns the words of a user interface for a key such as "role.client",
// "column.time" or "state.TIME-WAIT". Every key has both languages. A key that
// does not exist is returned as it is, so that the mistake can be seen.
func Label(lang Lang, key string) string {
	if t, ok := labels[key]; ok {
		return lang.Of(t)
	}
	return key
}

// LabelKeys returns every key of Label, sorted.
func LabelKeys() []string { return slices.Sorted(maps.Keys(labels)) }

// Gloss returns one line on what a connection state means, in words of RFC 9293
// §3.3.2.
func Gloss(lang Lang, s tcpstate.State) string { return Label(lang, "state."+s.String()) }

// labels are grouped by what stands before the point of their key; the part
// after it is the key of the thing itself: what its String method returns, or a
// name that is DESIGN.md's contract.
var labels = merge(roleLabels, columnLabels, memoryLabels, legendLabels, findingLabels, fateLabels,
	endingLabels, stateLabels, networkLabels, wordLabels, limitLabels, severityLabels)

func merge(groups ...map[string]text) map[string]text {
	all := map[string]text{}
	for _, g := range groups {
		maps.Copy(all, g)
	}
	return all
}
