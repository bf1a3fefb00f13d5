package explain_test

import (
	"fmt"
	"testing"

	"statelab/capture/explain"
)

// A count is told in the number that its noun asks for, and alone where no noun of
// ours follows.
func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "0 frames (0)", 1: "1 frame (1)", 2: "2 frames (2)",
	} {
		c := explain.Count(n, "frame")
		if got := fmt.Sprintf("%s (%d)", c, c); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
