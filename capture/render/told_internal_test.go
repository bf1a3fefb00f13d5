package render

import "testing"

// TestUnchanged: two entries of one name in a table are two, not one told twice;
// a later table leaves each out where its own value is as it was.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	told := &Told{}
	block := []string{"ESTABLISHED"}
	if told.unchanged("TCB", 1, block) || told.unchanged("TCB", 2, block) {
		t.Error("in the first table something is left out as told before")
	}
	if !told.unchanged("TCB", 1, block) || told.unchanged("TCB", 2, []string{"TIME-WAIT"}) {
		t.Error("in the second table not that which is the same is left out")
	}
}
