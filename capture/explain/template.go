package explain

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"statelab/capture/trace"
)

// text is one template in both languages. A placeholder {name} stands for a
// value; what follows a bar is how the value is joined to its neighbours:
//
//	{who|이/가}  Korean: the value, and the particle that fits after it
//	{n|byte}    English: the number, and the noun in singular or plural
//	{n|th}      English: the number as an ordinal
//	{n|번째}     Korean: the same
type text = trace.Text

// args are a template's values by name.
type args map[string]any

// fill puts values into the template of one language.
func fill(lang Lang, t text, values args) string {
	template := lang.Of(t)
	var b strings.Builder
	b.Grow(len(template) + 32)
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			break
		}
		spec, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("{" + rest)
			break
		}
		name, form, _ := strings.Cut(spec, "|")
		value := inForm(lang, values[name], form)
		if strings.HasSuffix(before, ". ") {
			value = capital(value)
		}
		b.WriteString(value)
		template = after
	}
	return b.String()
}

// sentence is fill for a whole sentence, which begins with a capital.
func sentence(lang Lang, t text, values args) string {
	return capital(fill(lang, t, values))
}

func inForm(lang Lang, value any, form string) string {
	n, isNumber := number(value)
	s := ""
	switch v := value.(type) {
	case string:
		s = v
	case time.Duration:
		s = Duration(lang, v)
	default:
		if s = fmt.Sprint(value); isNumber {
			s = strconv.FormatInt(n, 10)
		}
	}
	switch {
	case form == "":
		return s
	case strings.Contains(form, "/"):
		return WithJosa(s, form)
	case form == "th":
		return Ordinal(n)
	case form == "번째":
		return koreanOrdinal(n)
	}
	return s + " " + pluralOf(n, form)
}

func number(value any) (int64, bool) {
	switch v := value.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case uint32:
		return int64(v), true
	case uint16:
		return int64(v), true
	case uint8:
		return int64(v), true
	}
	return 0, false
}

// Duration writes a duration with three significant digits in the unit that
// suits it: "412 µs", "1.5 ms", "60 s", in hours from ten thousand seconds on and in
// days from two, as the ladder does; in Korean "60초".
func Duration(lang Lang, d time.Duration) string {
	const day = 24 * time.Hour
	unit, name := time.Nanosecond, " ns"
	switch abs := max(d, -max(d, -math.MaxInt64)); { // what rounds to a thousand of a unit is one of the next
	case abs >= 2*day:
		unit, name = day, " d"
	case abs >= 10000*time.Second:
		unit, name = time.Hour, " h"
	case abs >= time.Second-500*time.Microsecond:
		unit, name = time.Second, " s"
	case abs >= time.Millisecond-500*time.Nanosecond:
		unit, name = time.Millisecond, " ms"
	case abs >= time.Microsecond:
		unit, name = time.Microsecond, " µs"
	}
	v := float64(d) / float64(unit)
	digits := 2
	if a := max(v, -v); a >= 100 {
		digits = 0
	} else if a >= 10 {
		digits = 1
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if lang != Korean {
		return s + name
	}
	name = strings.TrimSpace(name)
	return s + cmp.Or(map[string]string{"s": "초", "h": "시간", "d": "일"}[name], name)
}
