package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"statelab/capture/tcpstate"
	"statelab/docs"
)

// Every field that a program can meet in our JSON is named in the guide, in
// both languages.
func TestDocsNameEveryField(t *testing.T) {
	t.Parallel()
	fields := map[string]bool{}
	collect := func(args ...string) {
		t.Helper()
		values := 0
		for dec := json.NewDecoder(strings.NewReader(output(t, args...))); ; {
			var v any
			if err := dec.Decode(&v); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("statelab %s: %v", strings.Join(args, " "), err)
			}
			values++
			addFields(fields, v)
		}
		if values == 0 {
			t.Fatalf("statelab %s printed nothing", strings.Join(args, " "))
		}
	}
	trace := filepath.Join(t.TempDir(), "http.pcapng")
	output(t, "http", "demo", "stateless", "-w", trace, "-o", filepath.Join(t.TempDir(), "ladder.txt"))
	collect("inspect", trace, "--format", "json")
	collect("inspect", trace, "--format", "jsonl")
	collect("inspect", trace, "--view", "summary", "--format", "json")
	collect("http", "demo", "stateless", "--format", "events")
	collect("tcp", "demo", "old-duplicate", "--format", "events")
	collect("tcp", "demo", "corrupt", "--format", "events")
	collect("tcp", "demo", "loss", "--rule", "delay 5ms", "--format", "events")
	collect("tcp", "demo", "--list", "--format", "json")
	collect("doctor", "--format", "json")
	for _, name := range tcpstate.FindingNames() {
		fields[name] = true
	}
	for _, lang := range []string{"en", "ko"} {
		text, err := docs.Guide(lang, "json")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range slices.Sorted(maps.Keys(fields)) {
			if !strings.Contains(text, "`"+f+"`") {
				t.Errorf("guide/%s/json.md does not name the field %q", lang, f)
			}
		}
	}
}

// counted are the objects whose keys are no fields, but what is counted.
var counted = []string{"findings", "others", "closed", "methods", "statuses"}

// addFields adds the names of all fields in v.
func addFields(fields map[string]bool, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			fields[k] = true
			if _, object := inner.(map[string]any); object && slices.Contains(counted, k) {
				continue
			}
			addFields(fields, inner)
		}
	case []any:
		for _, inner := range v {
			addFields(fields, inner)
		}
	}
}
