package trace

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may follow one character before the
// rest is escaped: enough for real scripts, too few to bury the lines around.
const maxMarks = 3

// SafeRune reports whether r may stand in any text as it is: it is visible, or
// a plain space, and changes nothing but its own place. Control characters,
// Unicode's format characters (bidirectional overrides and zero-width ones
// among them), default-ignorable ones such as the Hangul fillers, line
// separators, odd spaces, private use and unassigned code points are not safe.
func SafeRune(r rune) bool {
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector) && r != brailleBlank
}

// brailleBlank is counted as a symbol by Unicode, and shows nothing.
const brailleBlank = '\u2800'

// Escape makes text that came from a network or a file safe for a terminal and
// for any other text: printable characters, Hangul included, stay as they are;
// everything else becomes a visible escape in Go's spelling. Line feed,
// carriage return and tab become \n, \r, \t; other ASCII controls and bytes
// that are not valid UTF-8 become \x1b; unsafe characters \u202e or
// \U000e0001; a backslash is doubled, so that the original can be read back
// from the result without loss.
//
// Combining marks stay after a character that they can combine with, three at
// most; elsewhere they would alter what stands before the text.
func Escape(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	room := 0 // how many combining marks the last character may still take
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			escapeByte(&b, s[i])
			room = 0
		case unicode.Is(unicode.M, r) && SafeRune(r) && room > 0:
			b.WriteRune(r)
			room--
		case r != '\\' && SafeRune(r) && !unicode.Is(unicode.M, r):
			b.WriteRune(r)
			room = maxMarks
		default:
			escapeRune(&b, r)
			room = 0
		}
		i += size
	}
	return b.String()
}

// EscapeBytes is Escape for at most max bytes of b; what is cut is replaced by
// one "…". A character is never cut in two. max < 0 means all.
func EscapeBytes(b []byte, max int) string {
	if max < 0 || len(b) <= max {
		return Escape(string(b))
	}
	cut := max
	for back := 0; back < utf8.UTFMax-1 && cut > 0 && !utf8.RuneStart(b[cut]); back++ {
		cut--
	}
	if !utf8.FullRune(b[cut:]) || !utf8.RuneStart(b[cut]) {
		cut = max // no character is cut: these bytes are none
	}
	return Escape(string(b[:cut])) + "…"
}

// plain reports whether s is printable ASCII without a backslash: the common
// case, which needs no copy.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

const hexDigits = "0123456789abcdef"

func escapeByte(b *strings.Builder, c byte) {
	b.WriteString(`\x`)
	b.WriteByte(hexDigits[c>>4])
	b.WriteByte(hexDigits[c&15])
}

func escapeRune(b *strings.Builder, r rune) {
	switch {
	case r == '\\':
		b.WriteString(`\\`)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < utf8.RuneSelf:
		escapeByte(b, byte(r))
	case r > 0xffff:
		b.WriteString(`\U`)
		escapeHex(b, r, 28)
	default:
		b.WriteString(`\u`)
		escapeHex(b, r, 12)
	}
}

// escapeHex writes r in hexadecimal; shift is the place of the first digit.
func escapeHex(b *strings.Builder, r rune, shift int) {
	for ; shift >= 0; shift -= 4 {
		b.WriteByte(hexDigits[r>>shift&15])
	}
}
