package explain

import (
	"fmt"
	"strconv"
	"strings"
)

// Plural returns the number with the noun in the form that it asks for:
// "1 byte", "0 bytes", "2 entries".
func Plural(n int64, noun string) string {
	return strconv.FormatInt(n, 10) + " " + pluralOf(n, noun)
}

// Counted is a number of things, to be put into a text of either language: %s is
// the number with its English noun, as Plural writes it, %d the number alone.
type Counted struct {
	N    int64
	Noun string
}

// Count returns so many of what a noun names.
func Count[N int | int64 | uint64](n N, noun string) Counted { return Counted{int64(n), noun} }

// Format implements fmt.Formatter.
func (c Counted) Format(f fmt.State, verb rune) {
	if verb == 'd' {
		fmt.Fprint(f, c.N)
		return
	}
	fmt.Fprint(f, Plural(c.N, c.Noun))
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
