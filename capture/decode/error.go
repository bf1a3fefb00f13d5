package decode

import (
	"errors"
	"fmt"
)

// What is wrong with a header; an *Error matches one of them with errors.Is.
var (
	// ErrCut: the capture kept fewer bytes of the frame than the header has.
	ErrCut = errors.New("header cut")
	// ErrMalformed: a field of the header contradicts the standard, or the
	// frame around it.
	ErrMalformed = errors.New("malformed header")
)

// Problem says what an Error found.
type Problem uint8

// Problems. Value and Bound are the Error's.
const (
	Cut         Problem = iota // Value of Bound bytes were captured
	TooSmall                   // Value is below Bound, the least possible
	TooLarge                   // Value is above Bound, the most possible
	Wrong                      // Value cannot be
	Overlapping                // Value, an offset, is that of a fragment that overlaps another
)

// Error is a header that is cut or malformed. It keeps no reference to the
// frame.
type Error struct {
	Layer   string // "TCP"
	Field   string // the standard's name of the field, or "header"
	Problem Problem
	// Offset is a byte offset in the frame, from 0: of the first byte that is
	// missing, or of the field that is wrong.
	Offset       int
	Value, Bound int
}

// Unwrap returns ErrCut or ErrMalformed.
func (e *Error) Unwrap() error {
	if e.Problem == Cut {
		return ErrCut
	}
	return ErrMalformed
}

var problems = map[Problem]phrase{
	Cut:      {"%s cut at byte %d: %d of %d bytes captured", "바이트 %[2]d에서 %[1]s 잘림: %[4]d바이트 가운데 %[3]d바이트만 캡처됨"},
	TooSmall: {"%s malformed at byte %d: %d, at least %d needed", "바이트 %[2]d의 %[1]s 값 오류: %[3]d, 최소 %[4]d 필요"},
	TooLarge: {"%s malformed at byte %d: %d, at most %d possible", "바이트 %[2]d의 %[1]s 값 오류: %[3]d, 최대 %[4]d 가능"},
	Wrong:    {"%s malformed at byte %d: %d", "바이트 %[2]d의 %[1]s 값 오류: %[3]d"},

	Overlapping: {"%s malformed at byte %d: %d overlaps another fragment", "바이트 %[2]d의 %[1]s 값 오류: %[3]d, 다른 조각과 겹침"},
}

// Error returns what failed: "decode TCP: header cut at byte 44: 10 of 20 bytes
// captured".
func (e *Error) Error() string { return "decode " + e.Layer + ": " + e.text(english, e.Field) }

// Fault says what is wrong with the frame: "TCP header cut at byte 44: 10 of 20 bytes
// captured".
func (e *Error) Fault() string { return e.text(english, e.Layer+" "+e.Field) }

// KoreanFault is Fault in Korean.
func (e *Error) KoreanFault() string {
	field := e.Field
	if field == "header" {
		field = "헤더"
	}
	return e.text(korean, e.Layer+" "+field)
}

func (e *Error) text(lang language, field string) string {
	args := []any{field, e.Offset, e.Value, e.Bound}
	if e.Problem == Wrong || e.Problem == Overlapping {
		args = args[:3]
	}
	return fmt.Sprintf(problems[e.Problem].in(lang), args...)
}
