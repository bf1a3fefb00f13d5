package filter

import (
	"fmt"
	"strings"
)

// message is a text in both languages. A hint, if there is one, says what to
// write instead.
type message struct {
	en, ko         string
	hintEn, hintKo string
}

// Error says where and why an expression cannot be compiled.
type Error struct {
	Expr string // as it was given
	// Column is where the error is, in characters from 1. One past the end means
	// that something is missing there.
	Column int

	message message
}

// Error returns the message in English, with the expression and a caret below
// the column.
func (e *Error) Error() string { return e.Text("en") }

// Message returns the message in "ko", or in English: one line, without the
// place.
func (e *Error) Message(lang string) string {
	if lang == "ko" {
		return e.message.ko
	}
	return e.message.en
}

// Text returns the message in "ko", or in English: with the column, the
// expression, a caret below the column, and the hint, if there is one.
func (e *Error) Text(lang string) string {
	place, hint, mark := fmt.Sprintf("filter, column %d: ", e.Column), e.message.hintEn, "\nhint: "
	if lang == "ko" {
		place, hint, mark = fmt.Sprintf("필터 %d번째 글자: ", e.Column), e.message.hintKo, "\n해결: "
	}
	shown, before := e.excerpt()
	text := place + e.Message(lang) + "\n  " + shown + "\n  " + strings.Repeat(" ", before) + "^"
	if hint != "" {
		text += mark + hint
	}
	return text
}

// around is how many characters of a long expression are shown on each side of
// the column.
const around = 60

// excerpt returns the expression, or what is around the column, on one line
// that is safe to print, and how many cells of it stand before the column. These
// are all of one cell: the first character that is not ASCII is itself the
// error.
func (e *Error) excerpt() (shown string, before int) {
	runes := []rune(e.Expr)
	before = e.Column - 1
	for i, r := range runes {
		if r < ' ' || r == 0x7f {
			runes[i] = ' '
		} else if !printable(r) {
			runes[i] = '\uFFFD'
		}
	}
	if len(runes) > before+around {
		runes = append(runes[:before+around:before+around], '…')
	}
	if before > around {
		runes = append([]rune{'…'}, runes[before-around:]...)
		before = around + 1
	}
	return string(runes), before
}

// printable reports whether a character changes nothing but its own cells on a
// terminal: letters and marks of the languages that this program speaks.
func printable(r rune) bool {
	return r >= ' ' && r <= '~' || r >= 0xa1 && r <= 0xff && r != 0xad || r >= 0xac00 && r <= 0xd7a3 || r >= 0x3131 && r <= 0x318e
}
