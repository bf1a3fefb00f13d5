// Package where chooses connections of a trace by an expression over what is
// known of them: tcp.findings has "retransmission" && http.status >= 400.
//
// An expression is asked once for each connection, when all of it has been
// seen. A field that a connection has several values of (every status that was
// answered, every method that was asked) compares as "one of them does"; only
// != and not has mean "none of them does".
package where

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"statelab/capture/trace"
)

// maxLength bounds an expression, in bytes.
const maxLength = 4096

// Expression chooses connections.
type Expression struct {
	text    string
	program *vm.Program
}

// SyntaxError says what is wrong with an expression, and where.
type SyntaxError struct {
	Text   string // the expression
	Column int    // counted from 1, in characters
	What   string
	// Unknown is the name that no field has, if that is what is wrong.
	Unknown string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.What) }

// Compile reads an expression. It must come out true or false.
//
// Errors: a *SyntaxError for what is no expression, names a field that is not
// there, or compares what cannot be compared.
func Compile(text string) (*Expression, error) {
	if len(text) > maxLength {
		return nil, &SyntaxError{Text: text, Column: maxLength, What: fmt.Sprintf("an expression is at most %d bytes long", maxLength)}
	}
	options := append(operators(), expr.Env(connection{}), expr.AsBool(), expr.DisableAllBuiltins())
	plain, err := withoutHas(text)
	var program *vm.Program
	if err == nil {
		program, err = expr.Compile(plain, options...)
	}
	if err == nil {
		patterns := checkPatterns{text: text}
		node := program.Node()
		ast.Walk(&node, &patterns)
		if patterns.err != nil {
			return nil, patterns.err
		}
		return &Expression{text, program}, nil
	}
	var at *file.Error
	if !errors.As(err, &at) {
		return nil, &SyntaxError{Text: text, Column: 1, What: plainly(err.Error())}
	}
	bad := &SyntaxError{Text: text, Column: at.Column + 1, What: plainly(at.Message)}
	if strings.Contains(at.Message, "has no field") || strings.HasPrefix(at.Message, "unknown name") {
		bad.Unknown, bad.Column = nameAt([]rune(text), at.From)
		bad.What = "there is no field " + bad.Unknown
	}
	return nil, bad
}

// types are what the values of fields are, in words.
var types = strings.NewReplacer(
	"where.numbers", "numbers", "where.words", "texts", "string", "a text", "int64", "a number", "float64", "a number",
	"int", "a number", "bool", "true or false", "nil", "nothing",
)

var (
	mismatch   = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (\S+) and (\S+)\)$`)
	misplaced  = regexp.MustCompile(`^unexpected token (\w+)\("(.*)"\)`)
	wrongKind  = regexp.MustCompile(`^invalid operation: (\S+) not defined on (\S+)$|^invalid operation: operator (\S+) not defined on (\S+)$`)
	wrongValue = regexp.MustCompile(`^expected (\S+), but got (\S+)$`)
)

// plainly says what the compiler of expressions says, in the words of who writes
// them.
func plainly(message string) string {
	switch {
	case strings.HasPrefix(message, "unexpected token EOF"):
		return "the expression ends where more has to come"
	case message == "literal not terminated":
		return "the text has no closing quotation mark"
	case misplaced.MatchString(message):
		return strconv.Quote(misplaced.FindStringSubmatch(message)[2]) + " cannot stand here"
	case mismatch.MatchString(message):
		m := mismatch.FindStringSubmatch(message)
		return m[1] + " does not go between " + types.Replace(m[2]) + " and " + types.Replace(m[3])
	case wrongKind.MatchString(message):
		m := wrongKind.FindStringSubmatch(message)
		return m[1] + m[3] + " cannot stand beside " + types.Replace(m[2]+m[4])
	case wrongValue.MatchString(message):
		m := wrongValue.FindStringSubmatch(message)
		return "the expression has to be " + types.Replace(m[1]) + ", and is " + types.Replace(m[2])
	}
	return message
}

// nameAt returns the dotted name that stands at an offset, and its column.
func nameAt(text []rune, at int) (name string, column int) {
	isName := func(r rune) bool { return r == '.' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	from, to := at, at
	for from > 0 && isName(text[from-1]) {
		from--
	}
	for to < len(text) && isName(text[to]) {
		to++
	}
	return string(text[from:to]), from + 1
}

// checkPatterns looks at the regular expressions in an expression.
type checkPatterns struct {
	text string
	err  error
}

func (c *checkPatterns) Visit(node *ast.Node) {
	call, ok := (*node).(*ast.CallNode)
	if !ok || c.err != nil || len(call.Arguments) != 2 {
		return
	}
	callee, ok := call.Callee.(*ast.IdentifierNode)
	pattern, constant := call.Arguments[1].(*ast.StringNode)
	if !ok || callee.Value != "fits" || !constant {
		return
	}
	if _, err := regexp.Compile(pattern.Value); err != nil {
		c.err = &SyntaxError{Text: c.text, Column: pattern.Location().From + 1, What: err.Error()}
	}
}

// String returns the expression as it was given.
func (e *Expression) String() string { return e.text }

// Streams reads a whole trace and returns the numbers of the connections that
// are chosen, in the order in which they end.
//
// Errors: that of the events, after which the result holds what was chosen
// until then.
func (e *Expression) Streams(events func(yield func(trace.Event, error) bool)) ([]int, error) {
	var chosen []int
	g := gatherer{}
	for ev, err := range events {
		if err != nil {
			return chosen, err
		}
		if c := g.add(&ev); c != nil {
			out, err := expr.Run(e.program, *c)
			if err != nil {
				return chosen, fmt.Errorf("where %s: %w", e.text, err)
			}
			if out == true {
				chosen = append(chosen, c.TCP.Stream)
			}
		}
	}
	return chosen, nil
}
