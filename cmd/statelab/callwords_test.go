package main

import (
	"net/netip"
	"regexp"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/tcpdemo"
)

// Whatever a call in a lesson comes to has Korean words, or is the same in every
// language.
func TestResultsOfCallsAreInKorean(t *testing.T) {
	t.Parallel()
	sameEverywhere := regexp.MustCompile(`^[0-9.:]*$`)
	for _, sc := range tcpdemo.Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			p, err := performScenario(t.Context(), sc, defaultSeed, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.recording.Observations {
				if o.Kind != trace.ObservedCall {
					continue
				}
				c := o.Call
				whole, _ := explain.CallResult(explain.Korean, c)
				if _, err := netip.ParseAddrPort(c.Result); err != nil && !sameEverywhere.MatchString(c.Result) && whole == c.Result {
					t.Errorf("%s() = %q is the same in Korean", c.Name, c.Result)
				}
				if args := explain.CallArgs(explain.Korean, c); c.Name == "listen" && args == c.Args {
					t.Errorf("%s(%s) is the same in Korean", c.Name, args)
				}
			}
		})
	}
}
