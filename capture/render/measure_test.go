package render

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
)

func TestTimesFit(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{
		0, 1, 999, time.Microsecond, 1499 * time.Nanosecond, 999_999, time.Millisecond, 9_951_000, 99_999_999,
		time.Second, 59_999_999_999, time.Minute, time.Hour, 99999 * time.Second, 1000 * time.Hour,
	} {
		if s := sinceText(d); len(s) > timeWidth {
			t.Errorf("sinceText(%v) = %q: more than %d cells", d, s, timeWidth)
		}
		for _, d := range []time.Duration{d, -d} {
			if s := deltaText(d); cells(s) > deltaWidth {
				t.Errorf("deltaText(%v) = %q: more than %d cells", d, s, deltaWidth)
			}
		}
	}
	tests := []struct {
		d           time.Duration
		since, span string
	}{
		{20 * time.Millisecond, "0.02000", "20ms"},
		{1500 * time.Microsecond, "0.00150", "1.5ms"},
		{150 * time.Microsecond, "0.00015", "150µs"},
		{12_345 * time.Millisecond, "12.3450", "12s"},
		{60 * time.Second, "60.0000", "60s"},
		{1200 * time.Millisecond, "1.20000", "1.2s"},
		{40 * time.Nanosecond, "0.00000", "40ns"},
	}
	for _, tt := range tests {
		if got := sinceText(tt.d); got != tt.since {
			t.Errorf("sinceText(%v) = %q, want %q", tt.d, got, tt.since)
		}
		if got := spanText(tt.d); got != tt.span {
			t.Errorf("spanText(%v) = %q, want %q", tt.d, got, tt.span)
		}
	}
	for d, want := range map[time.Duration]string{
		47 * time.Hour: "47h", 49 * time.Hour: "2d", 64754 * time.Hour: "2698d", -4003 * time.Microsecond: "-4.0ms",
		math.MinInt64: "-106752d",
	} {
		if got := spanText(d); got != want {
			t.Errorf("spanText(%v) = %q, want %q", d, got, want)
		}
	}
	if got := prose(explain.Korean, 60*time.Second); got != "60초" {
		t.Errorf("a pause in Korean: %q", got)
	}
	if got := prose(explain.English, 60*time.Second); got != "60 s" {
		t.Errorf("prose: %q", got)
	}
}

// Nothing is lost in wrapping but blanks, and no line is too wide.
func TestWrap(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	letters := []string{"a", "é", "한", "글", " ", " ", "-", "漢", "\u0301", "x"}
	for range 3000 {
		var b strings.Builder
		for range rng.IntN(60) {
			b.WriteString(letters[rng.IntN(len(letters))])
		}
		s, width := b.String(), 2+rng.IntN(20)
		lines := wrap(s, width)
		for _, line := range lines {
			if cells(line) > width {
				t.Fatalf("wrap(%q, %d) has the line %q", s, width, line)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if squeeze(strings.Join(lines, "")) != squeeze(s) {
			t.Fatalf("wrap(%q, %d) = %q", s, width, lines)
		}
	}
}

// However it is drawn on, a canvas is as wide as it was made.
func TestCanvas(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	texts := []string{"abc", "한글", "한", "─►", "e\u0301", "漢字漢字", ""}
	for range 3000 {
		width := 1 + rng.IntN(30)
		c := newCanvas(width)
		for range rng.IntN(12) {
			c.put(rng.IntN(width+10)-5, texts[rng.IntN(len(texts))], style(rng.IntN(int(styles))))
		}
		if got := cells(c.line(palette{})); got > width {
			t.Fatalf("a line of %d cells on a canvas of %d: %q", got, width, c.line(palette{}))
		}
	}
	c := newCanvas(6)
	c.put(0, "한글한", plain)
	c.put(1, "x", plain) // in the middle of a wide character
	if got := c.line(palette{}); got != " x글한" {
		t.Errorf("got %q, want %q", got, " x글한")
	}
}

func TestMermaidText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":              "·",
		"  ":            "·",
		"SYN seq=0":     "SYN seq=0",
		"안녕":            "안녕",
		"a;b#c":         "a#59;b#35;c",
		"a\nb":          "a#92;nb",
		"wrap: me":      "wrap#58; me",
		"NoWrap:x":      "NoWrap#58;x",
		"<b>%%{x}%%":    "#60;b#62;#37;#37;#123;x#125;#37;#37;",
		"10.0.0.1:4000": "10.0.0.1:4000",
	} {
		if got := mermaidText(in); got != want {
			t.Errorf("mermaidText(%q) = %q, want %q", in, got, want)
		}
	}
}

// Labels lose what tells least first, and are never longer than the one before.
func TestLabelForms(t *testing.T) {
	t.Parallel()
	l := label{
		tag: ":40001", words: "retransmission, out of order", word: "retransmission", flags: "PSH,ACK", seq: "seq=1",
		ack: "ack=1", len: "len=5", win: "win=0", winMatters: true, payload: `"hello"`,
	}
	forms := l.forms(true)
	for i := 1; i < len(forms); i++ {
		if strings.Contains(forms[i], "  ") {
			t.Errorf("a gap in %q", forms[i])
		}
	}
	if first, last := forms[0], forms[len(forms)-1]; !strings.Contains(first, "hello") || last != "len=5" {
		t.Errorf("from %q to %q", first, last)
	}
}

// What a segment is about is kept longest, whatever room there is.
func TestLabelKeeps(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		l    label
		room int
		want string
	}{
		{"SYN", label{flags: "SYN", syn: true, control: true, seq: "seq=0", win: "win=29184", winMatters: true, mss: "mss=1460", scale: "scale=5", options: "timestamps"}, 29, "SYN seq=0 mss=1460 scale=5"},
		{"tagged SYN", label{tag: ":52911", flags: "SYN", syn: true, control: true, seq: "seq=0", win: "win=29184", winMatters: true, mss: "mss=1460", scale: "scale=5"}, 29, ":52911 SYN seq=0 mss=1460"},
		{"data", label{tag: ":52911", flags: "PSH,ACK", seq: "seq=1", ack: "ack=70", len: "len=204"}, 29, ":52911 seq=1 ack=70 len=204"},
		{"retransmission", label{words: "fast retransmission", resent: "resent", flags: "PSH,ACK", seq: "seq=5", ack: "ack=1", len: "len=5"}, 31, "fast retransmission seq=5 len=5"},
		{"retransmission, narrow", label{words: "fast retransmission", resent: "resent", flags: "PSH,ACK", seq: "seq=1649", ack: "ack=1", len: "len=252"}, 23, "resent seq=1649 len=252"},
		{"duplicate ACK", label{words: "duplicate ACK #2", seq: "seq=1", ack: "ack=1001"}, 26, "duplicate ACK #2 ack=1001"},
	}
	screen := &text{}
	for _, c := range cases {
		if got := screen.pick(c.l.forms(false), c.room); got != c.want {
			t.Errorf("%s in %d cells: %q, want %q", c.name, c.room, got, c.want)
		}
	}
}

// However narrow, no form holds a part of a number.
func TestLabelNeverCut(t *testing.T) {
	t.Parallel()
	l := label{tag: ":52911", words: "out of order", flags: "ACK", seq: "seq=1000", ack: "ack=2000", len: "len=3000", win: "win=1024", winMatters: true, mss: "mss=1460", scale: "scale=5"}
	parts := map[string]bool{}
	for _, p := range []string{l.seq, l.ack, l.len, l.win, l.mss, l.scale} {
		parts[p] = true
	}
	for _, syn := range []bool{false, true} {
		l.syn = syn
		for _, form := range l.forms(true) {
			for _, field := range strings.Fields(form) {
				if strings.Contains(field, "=") && !parts[field] {
					t.Errorf("%q holds %q", form, field)
				}
			}
		}
	}
}
