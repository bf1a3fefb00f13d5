package decode

import "fmt"

// language is one of the two that statelab speaks.
type language uint8

const (
	english language = iota
	korean
)

// phrase is a format in both languages; both take the same arguments, in the
// English order.
type phrase [2]string

func (p phrase) in(lang language) string { return p[lang] }

func (p phrase) format(lang language, args ...any) string {
	return fmt.Sprintf(p[lang], args...)
}
