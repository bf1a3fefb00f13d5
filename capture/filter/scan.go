package filter

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind uint8

const (
	end      kind = iota
	symbol        // an operator or a parenthesis; "and", "or", "not" are "&&", "||", "!"
	keyword       // a word of the language
	number        // an integer, or a name that stands for one
	name          // any other word, or one behind a backslash
	dotted        // two to four decimal numbers with dots: an IPv4 address, or its beginning
	address6      // an IPv6 address
	mac           // an Ethernet address
)

// token is a word of an expression.
type token struct {
	kind   kind
	text   string
	value  uint32 // of a number
	column int    // of its first character, from 1
}

// is reports whether the token is this symbol or keyword.
func (t token) is(text string) bool {
	return (t.kind == symbol || t.kind == keyword) && t.text == text
}

// scanner cuts an expression into tokens. Where several readings are possible
// the longest counts, as in libpcap: "80-90" is one word, "len-1" as well.
type scanner struct {
	expr string
	at   int
}

func (s *scanner) fail(at int, m message) {
	panic(&Error{Expr: s.expr, Column: len([]rune(s.expr[:at])) + 1, message: m})
}

// scan returns the tokens of an expression, the last of kind end.
func scan(expr string) []token {
	s := scanner{expr: expr}
	var tokens []token
	for {
		for s.at < len(expr) && strings.IndexByte(" \t\r\n", expr[s.at]) >= 0 {
			s.at++
		}
		t := token{column: s.at + 1}
		if s.at == len(expr) {
			return append(tokens, t)
		}
		s.next(&t)
		tokens = append(tokens, t)
	}
}

// next reads the token at s.at.
func (s *scanner) next(t *token) {
	rest := s.expr[s.at:]
	word := rest[:wordLength(rest)]
	colons, colonKind := colonForm(rest)
	switch {
	case colons > len(word):
		t.kind, t.text = colonKind, rest[:colons]
		if colonKind == end {
			s.fail(s.at, notEthernet(strings.TrimRight(rest[:colons], ":")))
		}
	case word != "":
		s.word(t, word)
	case rest[0] == '\\':
		n := strings.IndexAny(rest, " !()\r\n\t")
		if n < 0 {
			n = len(rest)
		}
		if n == 1 {
			s.fail(s.at, unexpected(`\`))
		}
		t.kind, t.text = name, rest[1:n]
		s.at++
	default:
		t.kind, t.text = symbol, operator(rest)
		if t.text == "" {
			s.fail(s.at, unexpected(foreignWord(rest)))
		}
	}
	s.at += len(t.text)
	if canonical, ok := synonyms[t.text]; ok && t.kind != name {
		t.text = canonical
	}
}

// foreignWord is what stands at the beginning of rest that the language has no
// sign for: a word of another script as a whole.
func foreignWord(rest string) string {
	n := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	switch {
	case n < 0:
		return rest
	case n > 0:
		return rest[:n]
	}
	_, n = utf8.DecodeRuneInString(rest)
	return rest[:n]
}

// word reads what begins with a letter or a digit.
func (s *scanner) word(t *token, word string) {
	t.kind, t.text = name, word
	value, named := constants[word]
	switch {
	case isWordOperator(word):
		t.kind = symbol
	case keywords[word]:
		t.kind = keyword
	case named:
		t.kind, t.value = number, value
	case isMAC(word):
		t.kind = mac
	case isNumber(word):
		// C's notation: 0x16 is hexadecimal, 016 octal.
		v, err := strconv.ParseUint(word, 0, 32)
		if err != nil {
			s.fail(s.at, badNumber(word))
		}
		t.kind, t.value = number, uint32(v)
	case isDotted(word):
		t.kind = dotted
	}
}

// synonyms are spellings of one symbol or keyword.
var synonyms = map[string]string{"and": "&&", "or": "||", "not": "!", "==": "=", "length": "len"}

func isWordOperator(word string) bool { return word == "and" || word == "or" || word == "not" }

// operator returns the operator that s begins with; empty for none.
func operator(s string) string {
	if len(s) > 1 {
		switch s[:2] {
		case "&&", "||", "<<", ">>", "<=", ">=", "==", "!=":
			return s[:2]
		}
	}
	if strings.IndexByte("+-*/%:[]!<>()&|^=", s[0]) >= 0 {
		return s[:1]
	}
	return ""
}

// wordLength is the length of the word that s begins with: letters, digits and
// dots, with hyphens and underscores between them.
func wordLength(s string) int {
	n := 0
	for n < len(s) && (isAlnum(s[n]) || n > 0 && strings.IndexByte("-_.", s[n]) >= 0) {
		n++
	}
	return len(strings.TrimRight(s[:n], "-_"))
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// colonForm returns the length of the address with colons that s begins with,
// and its kind: end for one that is neither of IPv6 nor of Ethernet.
func colonForm(s string) (n int, k kind) {
	for n < len(s) && (isHex(s[n]) || s[n] == ':' || s[n] == '.') {
		n++
	}
	s = s[:n]
	if strings.Count(s, ":") < 2 {
		return 0, end
	}
	for n = min(n, len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")); n > 1; n-- {
		if a, err := netip.ParseAddr(s[:n]); err == nil && a.Is6() {
			return n, address6
		}
	}
	if n = colonMAC(s); n > brokenMAC(s) {
		return n, mac
	}
	return brokenMAC(s), end
}

// colonMAC is the length of the six octets with colons that s begins with, each
// of one or two digits.
func colonMAC(s string) int {
	n := 0
	for i := range 6 {
		if i > 0 {
			if n == len(s) || s[n] != ':' {
				return 0
			}
			n++
		}
		digits := 0
		for n < len(s) && digits < 2 && isHex(s[n]) {
			n, digits = n+1, digits+1
		}
		if digits == 0 {
			return 0
		}
	}
	return n
}

// brokenMAC is the length of two octets or more that s begins with, a colon
// behind each: nothing but an Ethernet address can have been meant.
func brokenMAC(s string) int {
	n, octets := 0, 0
	for n < len(s) {
		digits := n
		for digits < len(s) && digits < n+2 && isHex(s[digits]) {
			digits++
		}
		colons := digits
		for colons < len(s) && s[colons] == ':' {
			colons++
		}
		if digits == n || colons == digits {
			break
		}
		n, octets = colons, octets+1
	}
	if octets < 2 {
		return 0
	}
	return n
}

// isMAC reports whether a word is an Ethernet address in one of the forms
// without colons: 00-0c-29-1d-3f-a2, 00.0c.29.1d.3f.a2, 000c.291d.3fa2,
// 000c291d3fa2.
func isMAC(word string) bool {
	for _, sep := range []string{"-", "."} {
		parts := strings.Split(word, sep)
		least, most := 1, 2
		switch len(parts) {
		case 6:
		case 3:
			least, most = 4, 4
		case 1:
			least, most = 12, 12
		default:
			continue
		}
		if sep == "-" && len(parts) == 3 {
			continue
		}
		good := true
		for _, p := range parts {
			good = good && len(p) >= least && len(p) <= most && strings.Trim(p, "0123456789abcdefABCDEF") == ""
		}
		if good {
			return true
		}
	}
	return false
}

func isNumber(word string) bool {
	if hex, ok := strings.CutPrefix(strings.ToLower(word), "0x"); ok {
		return hex != "" && strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(word, "0123456789") == ""
}

func isDotted(word string) bool {
	parts := strings.Split(word, ".")
	for _, p := range parts {
		if p == "" || !isNumber(p) {
			return false
		}
	}
	return len(parts) >= 2 && len(parts) <= 4
}
