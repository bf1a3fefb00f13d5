package render

import (
	"io"
	"strings"
	"testing"
)

// TestLongCell: a value that is wider than its column is told on, and what there is
// no room for is its end.
func TestLongCell(t *testing.T) {
	t.Parallel()
	tx := newText(io.Discard, Options{})
	const record = `{"user":"jisoo","seen":"2026-01-01T00:00:00Z","name":"Jisoo Kim","email":"jisoo@example.com"}`
	lines := tx.cellLines(record, 30)
	if got := strings.ReplaceAll(strings.Join(lines, ""), " ", ""); got != strings.ReplaceAll(record, " ", "") || len(lines) < 4 {
		t.Errorf("%q is not all of it", lines)
	}
	for _, l := range lines {
		if cells(l) > 30 {
			t.Errorf("%q is too wide", l)
		}
	}
	long := tx.cellLines(strings.Repeat("abcdefghi,", 60), 30)
	if len(long) != maxCell || !strings.HasSuffix(long[maxCell-1], "…") || strings.Contains(strings.Join(long[:maxCell-1], ""), "…") {
		t.Errorf("%q: its end is to be left out", long)
	}
}
