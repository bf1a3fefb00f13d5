package explain

import (
	"fmt"
	"strings"

	"statelab/capture/trace"
)

// Lang is one of the languages that statelab speaks. The zero value is English.
type Lang uint8

// Languages.
const (
	English Lang = iota
	Korean
)

// String returns "en" or "ko": what ParseLang reads.
func (l Lang) String() string {
	if l == Korean {
		return "ko"
	}
	return "en"
}

// Of returns t in this language.
func (l Lang) Of(t trace.Text) string {
	if l == Korean {
		return t.Ko
	}
	return t.En
}

// ParseLang reads what --lang accepts: "en" or "ko", in any case, alone or as
// the language of a locale ("ko_KR.UTF-8", "en-US").
func ParseLang(s string) (Lang, error) {
	switch language(s) {
	case "en", "english":
		return English, nil
	case "ko", "korean":
		return Korean, nil
	}
	return English, fmt.Errorf("language %q is not known: use en or ko", s)
}

// FromLocale chooses the language from the values of LC_ALL, LC_MESSAGES and
// LANG, given in that order: as POSIX has it, the first that is not empty
// decides. English is the answer for every language but Korean.
func FromLocale(vals ...string) Lang {
	for _, v := range vals {
		if v == "" {
			continue
		}
		if lang, err := ParseLang(v); err == nil {
			return lang
		}
		return English
	}
	return English
}

// language returns the language part of a locale name, in lower case
// (POSIX: language[_territory][.codeset][@modifier]; BCP 47 has a hyphen).
func language(locale string) string {
	if i := strings.IndexAny(locale, "_-.@"); i >= 0 {
		locale = locale[:i]
	}
	return strings.ToLower(locale)
}
