package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/viewer"
	"statelab/capture/viewer/viewertest"
)

// lossTrace writes the lesson's trace, and names it.
func lossTrace(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "loss.pcapng")
	e := &env{args: []string{"tcp", "demo", "loss", "-w", file}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: os.Getenv, width: 80}
	if code := run(t.Context(), e); code != exitFine {
		t.Fatalf("exit code %d", code)
	}
	return file
}

// viewed is a file as the viewer is given it.
func viewed(t testing.TB, file string, lang explain.Lang) (viewer.Trace, view) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	v := view{lang: lang, opts: render.Options{Lang: lang, Width: 80}}
	s := shown{flags: &inspectFlags{viewFlags: viewFlags{theme: "light"}}, env: &env{getenv: os.Getenv, width: 80}, name: file, file: f, lang: lang}
	tr, err := s.trace(v)
	if err != nil {
		t.Fatal(err)
	}
	return tr, v
}

// keysPart is the viewer's keys as a table.
func keysPart(_ *testing.T, lang explain.Lang, _ string) string {
	var b strings.Builder
	for _, k := range viewer.Keys() {
		if k.Name == "" {
			fmt.Fprintf(&b, "\n| %s | |\n|---|---|\n", lang.Of(k.About))
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.Name, lang.Of(k.About))
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// screenPart is what the viewer shows of the lesson about loss: the ladder, or
// the bytes of a segment.
func screenPart(t *testing.T, lang explain.Lang, what string) string {
	t.Helper()
	tr, v := viewed(t, lossTrace(t), lang)
	tr.Name = "loss.pcapng"
	p := viewertest.Play(tr, v.opts, 80, 22)
	defer p.Model.Close()
	p.Press("enter", "f")
	if what == "bytes" {
		p.Press("enter", "down", "down", "down")
	}
	return "```text\n" + strings.Join(p.Lines(), "\n") + "\n```\n"
}

// What is shown is written as inspect writes it; nothing that is there is lost,
// the trace least of all.
func TestViewExport(t *testing.T) {
	t.Parallel()
	file := lossTrace(t)
	tr, _ := viewed(t, file, explain.English)
	dir := t.TempDir()
	for _, test := range []struct {
		x    viewer.Export
		same []string
	}{
		{viewer.Export{View: "connections", Format: "csv"}, []string{"--view", "connections", "--format", "csv"}},
		{viewer.Export{View: "ladder", Format: "text", Streams: []int{0}}, []string{"--stream", "0"}},
		{viewer.Export{View: "ladder", Format: "html", Streams: []int{0}, From: 5, To: 5}, []string{"--format", "html", "--stream", "0", "--from", "5", "--to", "5"}},
		{viewer.Export{View: "follow", Format: "hex", Streams: []int{0}}, []string{"--view", "follow", "--format", "hex", "--stream", "0"}},
		{viewer.Export{View: "http", Format: "pcapng"}, []string{"--format", "pcapng"}},
	} {
		test.x.File, test.x.Reading = filepath.Join(dir, test.x.View+"."+test.x.Format), &viewer.Reading{}
		if err := tr.Export(test.x); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		e := &env{args: append([]string{"inspect", file}, test.same...), stdout: &out, stderr: io.Discard, getenv: func(string) string { return "" }, width: 80}
		if code := run(t.Context(), e); code != exitFine {
			t.Fatalf("%v: exit code %d", test.same, code)
		}
		if got, err := os.ReadFile(test.x.File); err != nil || string(got) != out.String() {
			t.Errorf("%+v is not what inspect %v writes: %v", test.x, test.same, err)
		}
		if err := tr.Export(test.x); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a file that is there: %v", err)
		}
	}
	before, _ := os.ReadFile(file)
	err := tr.Export(viewer.Export{View: "ladder", Format: "text", File: file, Overwrite: true, Reading: &viewer.Reading{}})
	if after, _ := os.ReadFile(file); err == nil || string(before) != string(after) {
		t.Errorf("the trace was written over: %v", err)
	}
}

// Of a damaged trace, what came before the damage is written, and that is said;
// a file that was to be written anew stays if that fails.
func TestViewExportOfDamage(t *testing.T) {
	t.Parallel()
	file := lossTrace(t)
	if info, err := os.Stat(file); err != nil || os.Truncate(file, info.Size()-300) != nil {
		t.Fatal(err)
	}
	tr, _ := viewed(t, file, explain.English)
	x := viewer.Export{View: "connections", Format: "csv", File: filepath.Join(t.TempDir(), "c.csv"), Reading: &viewer.Reading{}}
	for range 2 {
		if err := tr.Export(x); !errors.Is(err, viewer.ErrPartial) {
			t.Errorf("a damaged trace was written: %v", err)
		}
		if csv, err := os.ReadFile(x.File); err != nil || strings.Count(string(csv), "\n") != 2 {
			t.Errorf("%q, %v", csv, err)
		}
		x.Overwrite = true
	}
	before, _ := os.ReadFile(x.File)
	x.Reading.Stop()
	if err := tr.Export(x); !errors.Is(err, viewer.ErrStopped) {
		t.Errorf("a reading that is stopped: %v", err)
	}
	if after, _ := os.ReadFile(x.File); string(after) != string(before) {
		t.Errorf("what could not be written anew is lost: %q", after)
	}
	if left, _ := os.ReadDir(filepath.Dir(x.File)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
