package trace_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"statelab/capture/trace"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "GET / HTTP/1.1", "GET / HTTP/1.1"},
		{"hangul", "안녕하세요", "안녕하세요"},
		{"conjoining jamo", "\u1112\u1161\u11ab", "\u1112\u1161\u11ab"},
		{"emoji and CJK", "漢字 🙂", "漢字 🙂"},
		{"line ends and tab", "a\r\n\tb", `a\r\n\tb`},
		{"terminal colour", "\x1b[31mred", `\x1b[31mred`},
		{"terminal title", "\x1b]0;owned\x07", `\x1b]0;owned\x07`},
		{"NUL and DEL", "\x00\x7f", `\x00\x7f`},
		{"C1 as a character", "\u009b31m", `\u009b31m`},
		{"C1 as a byte", "\x9b31m", `\x9b31m`},
		{"bidi override", "a\u202eb\u2069", `a\u202eb\u2069`},
		{"marks of direction", "\u200e\u200f\u061c", `\u200e\u200f\u061c`},
		{"zero width", "a\u200bb\u200dc\ufeff", `a\u200bb\u200dc\ufeff`},
		{"line separator", "\u2028\u2029", `\u2028\u2029`},
		{"odd spaces", "a\u00a0b\u3000c", `a\u00a0b\u3000c`},
		{"Hangul fillers", "\u115f\u1160\u3164\uffa0", `\u115f\u1160\u3164\uffa0`},
		{"variation selector", "a\ufe0f", `a\ufe0f`},
		{"braille blank", "\u2800", `\u2800`},
		{"private use", "\ue000\U000f0000", `\ue000\U000f0000`},
		{"tag character", "\U000e0041", `\U000e0041`},
		{"not UTF-8", "\xff\xc3(", `\xff\xc3(`},
		{"surrogate in UTF-8", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"replacement character itself", "\ufffd", "\ufffd"},
		{"backslash", `\x1b`, `\\x1b`},
		{"accent on a letter", "e\u0301", "e\u0301"},
		{"accent on nothing", "\u0301e", `\u0301e`},
		{"too many accents", "e\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301" + `\u0301`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := trace.Escape(tt.in); got != tt.want {
				t.Errorf("Escape(%q) = %q, want %q", tt.in, got, tt.want)
			}
			checkEscape(t, tt.in)
		})
	}
}

func TestEscapeBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		max  int
		want string
	}{
		{"hello", -1, "hello"},
		{"hello", 5, "hello"},
		{"hello", 4, "hell…"},
		{"hello", 0, "…"},
		{"", 0, ""},
		{"가나", 3, "가…"},
		{"가나", 4, "가…"},
		{"가나", 5, "가…"},
		{"가나", 1, "…"},
		{"🙂", 3, "…"},
		{"\xff\xff\xff", 2, `\xff\xff…`},
		{"\x80\x80\x80\x80\x80\x80", 5, `\x80\x80\x80\x80\x80…`},
		{"a\xec\xec", 2, `a\xec…`},
	}
	for _, tt := range tests {
		if got := trace.EscapeBytes([]byte(tt.in), tt.max); got != tt.want {
			t.Errorf("EscapeBytes(%q, %d) = %q, want %q", tt.in, tt.max, got, tt.want)
		}
	}
}

// TestEscapeEveryRune holds the properties for every code point, each after a
// letter.
func TestEscapeEveryRune(t *testing.T) {
	t.Parallel()
	const block = 64
	for first := rune(0); first <= utf8.MaxRune; first += block {
		var b strings.Builder
		for r := first; r < first+block; r++ {
			if utf8.ValidRune(r) {
				b.WriteString("a" + string(r))
			}
		}
		checkEscape(t, b.String())
	}
}

func TestEscapeRandomBytes(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{`\`, "x", "1", "b", "u", "\x1b", "\u202e", "\xe2", "\x80", "한", "\u0301", "\ufffd", "n"}
	for range 20000 {
		var b strings.Builder
		for range rng.IntN(8) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		checkEscape(t, b.String())
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a\x1b[0m", "\u202e", "\xff\xfe", `\\`, "e\u0301", "한글\u3164", "\xf0\x9f\x99"} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		checkEscape(t, s)
		got := trace.EscapeBytes([]byte(s), n)
		checkSafe(t, got)
		if kept, cut := strings.CutSuffix(got, "…"); cut && n >= 0 && len(s) > n {
			back := unescape(t, kept)
			if len(back) > n || !strings.HasPrefix(s, back) {
				t.Fatalf("EscapeBytes(%q, %d) = %q shows %q", s, n, got, back)
			}
		}
	})
}

// checkEscape holds what Escape promises: nothing unsafe comes out, and the
// original can be read back.
func checkEscape(t *testing.T, s string) {
	t.Helper()
	got := trace.Escape(s)
	checkSafe(t, got)
	if back := unescape(t, got); back != s {
		t.Fatalf("Escape(%q) = %q, which reads back as %q", s, got, back)
	}
}

func checkSafe(t *testing.T, got string) {
	t.Helper()
	if !utf8.ValidString(got) {
		t.Fatalf("%q is not valid UTF-8", got)
	}
	for _, r := range got {
		if !trace.SafeRune(r) {
			t.Fatalf("%q holds the unsafe %U", got, r)
		}
	}
}

// unescape is the inverse, written without looking at how Escape works: Go's
// own reader of escapes.
func unescape(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	for s != "" {
		if s[0] != '\\' {
			r, size := utf8.DecodeRuneInString(s)
			b.WriteRune(r)
			s = s[size:]
			continue
		}
		r, wide, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			t.Fatalf("%q does not read back: %v", s, err)
		}
		if wide {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		s = rest
	}
	return b.String()
}

func ExampleEscape() {
	fmt.Println(trace.Escape("안녕\x1b[2J\u202e\r\n"))
	// Output: 안녕\x1b[2J\u202e\r\n
}

func BenchmarkEscape(b *testing.B) {
	plain := strings.Repeat("GET /index.html ", 16)
	mixed := strings.Repeat("안녕\r\n\x1b[0m", 16)
	for name, s := range map[string]string{"plain": plain, "mixed": mixed} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				trace.Escape(s)
			}
		})
	}
}
