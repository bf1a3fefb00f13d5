package explain

import (
	"strconv"
	"strings"
)

// Plural returns the number with the noun in the form that it asks for:
// "1 byte", "0 bytes", "2 entries".
func Plural(n int64, noun string) string {
	return strconv.FormatInt(n, 10) + " " + pluralOf(n, noun)
}

func pluralOf(n int64, noun string) string {
	if n == 1 {
		return noun
	}
	stem, isY := strings.CutSuffix(noun, "y")
	switch {
	case isY && stem != "" && !strings.ContainsRune("aeiou", rune(stem[len(stem)-1])):
		return stem + "ies"
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"):
		return noun + "es"
	}
	return noun + "s"
}

// Ordinal returns "1st", "2nd", "3rd", "11th".
func Ordinal(n int64) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.FormatInt(n, 10) + suffix
}

// capital makes the first letter of a sentence a capital, if it begins with a
// word: an address ("fe80::1") stays as it is.
func capital(s string) string {
	end := 0
	for end < len(s) && 'a' <= s[end] && s[end] <= 'z' {
		end++
	}
	if end == 0 || end < len(s) && s[end] != ' ' && s[end] != '\'' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
