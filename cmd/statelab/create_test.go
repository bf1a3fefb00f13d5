package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Two that write one file would make it nobody's: the second is refused, and what
// the first has written stays.
func TestOneWriterAFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files are not claimed there")
	}
	name := filepath.Join(t.TempDir(), "trace")
	first, err := create(nil, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Write([]byte("first")); err != nil {
		t.Fatal(err)
	}
	if _, err := create(nil, name); err == nil || !strings.Contains(err.Error(), "another statelab") {
		t.Errorf("the second writer: %v", err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "first" {
		t.Errorf("the file holds %q: %v", got, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := create(nil, name)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "first" {
		t.Errorf("before anything is written anew the file holds %q: %v", got, err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || len(got) > 0 {
		t.Errorf("a file that is written anew holds %q: %v", got, err)
	}
}

// TestRefusedKeepsTheFile: a command that ends before it has something to write leaves
// what -o names as it was, there or not.
func TestRefusedKeepsTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	noTrace, there, fresh := filepath.Join(dir, "no.pcap"), filepath.Join(dir, "there"), filepath.Join(dir, "fresh")
	for _, name := range []string{noTrace, there} {
		if err := os.WriteFile(name, []byte("precious"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"inspect", filepath.Join(dir, "missing.pcap"), "--format", "html"},
		{"inspect", noTrace, "--format", "html"},
		{"inspect", noTrace},
		{"inspect", "--vantage", noTrace, filepath.Join(dir, "missing.pcap")},
		{"http", "demo", "compare", "--format", "html"},
	} {
		for _, name := range []string{there, fresh} {
			if _, _, code := try(t, "", append(args, "-o", name)...); code == 0 {
				t.Errorf("%q: exit 0", args)
			}
			got, err := os.ReadFile(name)
			if kept := err == nil && string(got) == "precious" || name == fresh && errors.Is(err, fs.ErrNotExist); !kept {
				t.Errorf("%q: %s holds %q: %v", args, name, got, err)
			}
		}
	}
}

// A full disk is said once, by whoever wrote first, and each file's for itself.
func TestOneFailureIsSaidOnce(t *testing.T) {
	t.Parallel()
	full := func(name string) error { return &fs.PathError{Op: "write", Path: name, Err: syscall.ENOSPC} }
	var out bytes.Buffer
	code := report(t.Context(), &out, errors.Join(full("a"), errors.Join(full("a"), full("b")), errors.New("more"), errors.New("more")))
	if want := 4; code != exitFailed || strings.Count(out.String(), "\n") != want || strings.Count(out.String(), "write a: ") != 1 {
		t.Errorf("exit %d, want %d lines of:\n%s", code, want, &out)
	}
}

// A new file of what others have said is for its owner alone; one that was there stays
// as it was.
func TestPrivateFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("permissions are another thing there")
	}
	e := &env{getenv: func(string) string { return "" }}
	fresh, there := filepath.Join(t.TempDir(), "new"), filepath.Join(t.TempDir(), "old")
	if err := os.WriteFile(there, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{fresh: 0o600, there: 0o640} {
		f, err := createPrivate(e, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want || info.Size() != 0 {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}
