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
	Cut:      {"decode %s: %s cut at byte %d: %d of %d bytes captured", "%s 디코드: 바이트 %[3]d에서 %[2]s 잘림: %[5]d바이트 가운데 %[4]d바이트만 캡처됨"},
	TooSmall: {"decode %s: %s malformed at byte %d: %d, at least %d needed", "%s 디코드: 바이트 %[3]d의 %[2]s 값 오류: %[4]d, 최소 %[5]d 필요"},
	TooLarge: {"decode %s: %s malformed at byte %d: %d, at most %d possible", "%s 디코드: 바이트 %[3]d의 %[2]s 값 오류: %[4]d, 최대 %[5]d 가능"},
	Wrong:    {"decode %s: %s malformed at byte %d: %d", "%s 디코드: 바이트 %[3]d의 %[2]s 값 오류: %[4]d"},

	Overlapping: {"decode %s: %s malformed at byte %d: %d overlaps another fragment", "%s 디코드: 바이트 %[3]d의 %[2]s 값 오류: %[4]d, 다른 조각과 겹침"},
}

// Error returns the English sentence: "decode TCP: header cut at byte 44: 10
// of 20 bytes captured".
func (e *Error) Error() string { return e.text(english) }

// Korean returns the same in Korean.
func (e *Error) Korean() string { return e.text(korean) }

func (e *Error) text(lang language) string {
	field := e.Field
	if field == "header" && lang == korean {
		field = "헤더"
	}
	args := []any{e.Layer, field, e.Offset, e.Value, e.Bound}
	if e.Problem == Wrong || e.Problem == Overlapping {
		args = args[:4]
	}
	return fmt.Sprintf(problems[e.Problem].in(lang), args...)
}
