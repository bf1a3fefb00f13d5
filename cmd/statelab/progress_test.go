package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// A reading that lasts shows how far it has come, and what it shows is gone
// before the first output; a short one, and one that nobody watches, show
// nothing.
func TestProgress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		watched, long bool
		want          string
	}{
		{"long", true, true, "big"},
		{"short", true, false, ""},
		{"unwatched", false, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var screen bytes.Buffer
			p := newProgress(&env{stderr: &screen, watched: c.watched}, view{}, "big\x1b.pcap", strings.NewReader(strings.Repeat("x", 1000)))
			if c.long {
				p.began = p.began.Add(-time.Hour)
			}
			if _, err := io.ReadAll(p); err != nil {
				t.Fatal(err)
			}
			shown := screen.String()
			if c.want == "" && shown != "" || !strings.Contains(shown, c.want) {
				t.Errorf("shown: %q", shown)
			}
			if strings.Contains(shown, "big\x1b") {
				t.Errorf("a file's name came through: %q", shown)
			}
			var out bytes.Buffer
			w := p.before(&out)
			for range 2 {
				if _, err := io.WriteString(w, "row\n"); err != nil {
					t.Fatal(err)
				}
			}
			if after := screen.String(); c.want != "" && !strings.HasSuffix(after, "\r") {
				t.Errorf("the bar is left on the screen: %q", after[len(shown):])
			}
			if out.String() != "row\nrow\n" {
				t.Errorf("output %q", out.String())
			}
			quiet := screen.Len()
			if _, _ = p.Read(make([]byte, 1)); screen.Len() != quiet {
				t.Error("it shows itself again")
			}
		})
	}
}
