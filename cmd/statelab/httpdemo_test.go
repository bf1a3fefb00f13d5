package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"statelab/capture/trace"
	"statelab/httpdemo"
)

// TestLessonIsIntroducedFirst: who starts a lesson reads what to look at while it
// runs, however long that takes; unless rules bend it, which its head tells.
func TestLessonIsIntroducedFirst(t *testing.T) {
	t.Parallel()
	for _, rules := range [][]string{nil, {"delay 1ms"}} {
		f := lessonFlags{viewFlags: viewFlags{view: "ladder", format: "text", out: "-", color: "never", theme: "light"}, net: "virtual", seed: "1", at: vantageClient, rules: rules}
		var out bytes.Buffer
		e := &env{stdout: &out, stderr: &out, getenv: func(string) string { return "" }, width: 80}
		v, err := f.resolve(e)
		if err != nil {
			t.Fatal(err)
		}
		seen := ""
		err = httpLesson(t.Context(), e, &out, v, &f, httpdemo.Lesson{
			Name: "waiting", Title: trace.Text{En: "Its title", Ko: "제목"}, Look: trace.Text{En: "what to look at", Ko: "볼 것"},
			Run: func(context.Context, *httpdemo.Env) error {
				seen = out.String()
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(seen, "Its title") && strings.Contains(seen, "what to look at"); got != (rules == nil) {
			t.Errorf("rules %v: before it ran there stood %q", rules, seen)
		}
		if n := strings.Count(out.String(), "Its title"); n != 1 {
			t.Errorf("rules %v: the title stands %d times", rules, n)
		}
	}
}
