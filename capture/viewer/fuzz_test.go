package viewer_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// fuzzKeys are those that a fuzz target presses.
var fuzzKeys = []string{
	"up", "down", "left", "right", "pgup", "pgdown", "home", "end", "enter", "esc", "tab", "shift+tab", "backspace", "delete", "space",
	"1", "2", "3", "4", "5", "/", "n", "N", "f", "b", "F", "e", "y", "=", "d", "c", "l", "?", "<", ">", "r", "t", "s", "x", "m", "o", "h", "v",
	"J", "K", "g", "G", "ctrl+u", "ctrl+d", "ctrl+f", "ctrl+b", "q", "가", "ㅓ", "A", ".", "\"", "\x1b",
}

var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// checkScreen checks what holds of every screen: as many lines as there are, none
// too wide, and nothing on them that a terminal obeys but colours.
func checkScreen(t testing.TB, s *screen) {
	t.Helper()
	lines := s.Model.Lines()
	if !s.Ended && len(lines) != s.h {
		t.Fatalf("%d lines on a screen of %d", len(lines), s.h)
	}
	for i, line := range lines {
		if w := ansi.StringWidth(line); w > s.w {
			t.Fatalf("line %d has %d cells of %d: %q", i, w, s.w, line)
		}
		for _, r := range colours.ReplaceAllString(line, "") {
			if !trace.SafeRune(r) {
				t.Fatalf("line %d has %q: %q", i, r, line)
			}
		}
	}
}

// FuzzKeys presses keys and changes the size of the screen: it is always drawn,
// and never wider than it is.
func FuzzKeys(f *testing.F) {
	f.Add([]byte{8, 8, 1, 1, 0xff, 40, 10, 31, 30})
	for k := range fuzzKeys {
		f.Add([]byte{8, byte(k), 1, byte(k), 8, byte(k), 9, byte(k)})
	}
	f.Add([]byte(strings.Repeat("\x17\x01\x01\x0e\x01\x0e\x1c", 3)))
	frames := small()
	f.Fuzz(func(t *testing.T, keys []byte) {
		keys = keys[:min(len(keys), 200)]
		tr := traceOf(deceit, frames, nil)
		s := show(t, tr, render.Options{Color: len(keys)%2 == 0, ASCII: len(keys)%3 == 0}, 80, 24)
		for i := 0; i < len(keys) && !s.Ended; i++ {
			if keys[i] == 0xff && i+2 < len(keys) {
				s.resize(int(keys[i+1]), int(keys[i+2]))
				i += 2
				if s.w == 0 || s.h == 0 {
					continue
				}
			} else {
				s.press(fuzzKeys[int(keys[i])%len(fuzzKeys)])
			}
			if s.w > 0 && s.h > 0 {
				checkScreen(t, s)
			}
		}
	})
}

// What is drawn with ASCII symbols has no others, in either language, but for
// the letters of Korean.
func TestASCII(t *testing.T) {
	t.Parallel()
	for _, lang := range []explain.Lang{explain.English, explain.Korean} {
		s := show(t, traceOf("x", small()[:12], nil), render.Options{Lang: lang, ASCII: true}, 100, 30)
		for _, k := range []string{"?", "esc", "enter", "f", "space", "enter", "h", "esc", "down", "space", "d", "esc", "o", "3", "2", "enter", "F", "esc", "e", "tab", "esc"} {
			s.press(k)
			for _, r := range s.text() {
				if r > 0x7e && !(lang == explain.Korean && r >= 0x3131 && r <= 0xd7a3) {
					t.Fatalf("after %s: %q\n%s", k, r, s.text())
				}
			}
			if strings.Contains(s.text(), "??") {
				t.Fatalf("after %s a key has no name:\n%s", k, s.text())
			}
		}
	}
}

// Every key that a hint names does something, and has its line in the help.
func TestHintsAreHelped(t *testing.T) {
	t.Parallel()
	s := show(t, traceOf("x", small(), nil), english, 200, 60).press("?")
	help := strings.Fields(strings.ReplaceAll(s.text(), "▶", " "))
	s.press("esc")
	for _, way := range [][]string{{}, {"enter"}, {"f", "enter"}, {"esc", "esc", "2"}, {"3"}, {"5"}} {
		s.press(way...)
		lines := s.Lines()
		for _, key := range []string{"Enter", "Space", "Esc", "F", "e", "/", "t", "s", "o", "h", "v", "d", "f", "b"} {
			if slices.Contains(strings.Fields(lines[len(lines)-1]), key) && !slices.Contains(help, key) {
				t.Errorf("the bottom line names %s, and the help does not", key)
			}
		}
	}
}
