package where

import (
	"regexp"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// numbers and words are the values of a field that may have several.
type (
	numbers []int64
	words   []string
)

func anyOf[S ~[]E, E any](list S, ok func(E) bool) bool {
	for _, e := range list {
		if ok(e) {
			return true
		}
	}
	return false
}

// operators makes comparisons of lists mean "one of them".
func operators() []expr.Option {
	var options []expr.Option
	add := func(op, name string, f func(a, b any) bool, types ...any) {
		options = append(options,
			expr.Function(name, func(p ...any) (any, error) { return f(p[0], p[1]), nil }, types...),
			expr.Operator(op, name))
	}
	for _, c := range []struct {
		op, name string
		holds    func(a, b float64) bool
	}{
		{"<", "less", func(a, b float64) bool { return a < b }},
		{"<=", "atMost", func(a, b float64) bool { return a <= b }},
		{">", "greater", func(a, b float64) bool { return a > b }},
		{">=", "atLeast", func(a, b float64) bool { return a >= b }},
	} {
		add(c.op, c.name, func(a, b any) bool {
			return anyOf(a.(numbers), func(n int64) bool { return c.holds(float64(n), float(b)) })
		}, new(func(numbers, int) bool), new(func(numbers, float64) bool))
	}
	add("==", "equal", equal, new(func(numbers, int) bool), new(func(numbers, float64) bool), new(func(words, string) bool))
	add("!=", "differ", func(a, b any) bool { return !equal(a, b) }, new(func(numbers, int) bool), new(func(numbers, float64) bool), new(func(words, string) bool))
	add("contains", "holds", func(a, b any) bool {
		return anyOf(a.(words), func(s string) bool { return strings.Contains(s, b.(string)) })
	}, new(func(words, string) bool))
	add("startsWith", "begins", func(a, b any) bool {
		return anyOf(a.(words), func(s string) bool { return strings.HasPrefix(s, b.(string)) })
	}, new(func(words, string) bool))
	add("endsWith", "ends", func(a, b any) bool {
		return anyOf(a.(words), func(s string) bool { return strings.HasSuffix(s, b.(string)) })
	}, new(func(words, string) bool))
	options = append(options, expr.Function("fits", fits, new(func(words, string) bool)), expr.Operator("matches", "fits"))
	return options
}

// fits matches a regular expression (RE2 syntax) against words.
func fits(p ...any) (any, error) {
	re, err := regexp.Compile(p[1].(string))
	if err != nil {
		return false, err
	}
	return anyOf(p[0].(words), re.MatchString), nil
}

func equal(a, b any) bool {
	if list, ok := a.(words); ok {
		return anyOf(list, func(s string) bool { return s == b.(string) })
	}
	return anyOf(a.(numbers), func(n int64) bool { return float64(n) == float(b) })
}

func float(v any) float64 {
	if n, ok := v.(int); ok {
		return float64(n)
	}
	return v.(float64)
}

// withoutHas writes "has" as the == that it means on lists, and "not has" as
// !=, column for column.
func withoutHas(text string) (string, error) {
	tokens, err := lexer.Lex(file.NewSource(text))
	if err != nil {
		return "", err
	}
	out := []rune(text)
	for i, t := range tokens {
		if t.Value != "has" || t.Kind != lexer.Identifier || i == 0 {
			continue
		}
		word := "== "
		if before := tokens[i-1]; before.Value == "not" && before.Kind == lexer.Operator {
			copy(out[before.From:before.To], []rune("   "))
			word = "!= "
		}
		copy(out[t.From:t.To], []rune(word))
	}
	return string(out), nil
}
