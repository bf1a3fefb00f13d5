package network

import (
	"strings"
	"unicode"
)

// token is one word of a rule, in lower case, and the column of its first
// character.
type token struct {
	text   string
	column int
}

// number reports whether the token begins with a digit.
func (t token) number() bool { return t.text != "" && isDigit(rune(t.text[0])) }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// scan cuts a rule into words, commas, hyphens and arrows. A hyphen belongs to a
// word that begins with a letter ("syn-ack"), and stands alone after a number
// ("4-6").
func scan(rule string) []token {
	var tokens []token
	runes := []rune(rule)
	for i := 0; i < len(runes); {
		start := i
		r := runes[i]
		switch {
		case unicode.IsSpace(r):
			i++
			continue
		case r == '→' || r == '⇒':
			i++
			tokens = append(tokens, token{"→", start + 1})
			continue
		case (r == '-' || r == '=') && i+1 < len(runes) && runes[i+1] == '>':
			i += 2
			tokens = append(tokens, token{"→", start + 1})
			continue
		case r == '–':
			i++
			tokens = append(tokens, token{"-", start + 1})
			continue
		case !isWordRune(r):
			i++
		default:
			i = endOfWord(runes, i)
		}
		tokens = append(tokens, token{strings.ToLower(string(runes[start:i])), start + 1})
	}
	return tokens
}

func endOfWord(runes []rune, i int) int {
	hyphens := !isDigit(runes[i])
	for i < len(runes) {
		hyphen := hyphens && runes[i] == '-' && (i+1 == len(runes) || runes[i+1] != '>')
		if !hyphen && !isWordRune(runes[i]) {
			break
		}
		i++
	}
	return i
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || isDigit(r) || strings.ContainsRune(".%/_", r)
}
