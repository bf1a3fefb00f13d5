package main

import (
	"strings"
	"testing"

	"statelab/httpdemo"
)

// TestNoLogoutNoBar: where there is no logout there is no number of minutes and no bar in
// the picture, and where it takes effect at once there are 0.
func TestNoLogoutNoBar(t *testing.T) {
	t.Parallel()
	atOnce := 0.0
	var b strings.Builder
	all := []httpdemo.Compared{{Mechanism: "nothing"}, {Mechanism: "session", Logout: &atOnce}}
	if err := compareSVG(&b, view{}, httpdemo.Lesson{}, all); err != nil {
		t.Fatal(err)
	}
	_, panel, _ := strings.Cut(b.String(), "Minutes until a logout takes effect")
	if strings.Count(panel, ">–</text>") != 1 || strings.Count(panel, ">0</text>") != 1 || strings.Count(panel, "<rect") != 1 {
		t.Errorf("the panel is\n%s", panel)
	}
}
