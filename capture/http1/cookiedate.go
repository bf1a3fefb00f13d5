package http1

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var errNoCookieDate = errors.New("this is no date of a cookie")

// cookieDate reads a date as browsers do, whatever wrote it: the first words that
// can be a time, a day, a month and a year are taken, in any order, and all is
// UTC, whatever zone stands there (RFC 6265bis §5.1.1).
func cookieDate(s string) (time.Time, error) {
	var hour, minute, second, day, month, year int
	var hasTime, hasDay, hasYear bool
	for _, word := range strings.FieldsFunc(s, dateDelimiter) {
		if h, m, sec, ok := timeOfDay(word); ok && !hasTime {
			hour, minute, second, hasTime = h, m, sec, true
			continue
		}
		if n, ok := leadingNumber(word, 1, 2); ok && !hasDay {
			day, hasDay = n, true
			continue
		}
		if m := monthOf(word); m != 0 && month == 0 {
			month = m
			continue
		}
		if n, ok := leadingNumber(word, 2, 4); ok && !hasYear {
			year, hasYear = n, true
		}
	}
	switch {
	case year >= 70 && year <= 99:
		year += 1900
	case year <= 69:
		year += 2000
	}
	if !hasTime || !hasDay || month == 0 || !hasYear || year < 1601 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, errNoCookieDate
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if at.Day() != day { // as of February 30
		return time.Time{}, errNoCookieDate
	}
	return at, nil
}

// dateDelimiter tells what stands between the words of a date.
func dateDelimiter(r rune) bool {
	return r == '\t' || r >= ' ' && r <= '/' || r >= ';' && r <= '@' || r >= '[' && r <= '`' || r >= '{' && r <= '~'
}

// timeOfDay reads three numbers of one or two digits, and passes over what stands
// behind them if it begins with no digit.
func timeOfDay(word string) (hour, minute, second int, ok bool) {
	h, rest, _ := strings.Cut(word, ":")
	m, s, ok := strings.Cut(rest, ":")
	if !ok || len(h) > 2 || len(m) > 2 || digits(h) != len(h) || digits(m) != len(m) {
		return 0, 0, 0, false
	}
	hour, hourOK := leadingNumber(h, 1, 2)
	minute, minuteOK := leadingNumber(m, 1, 2)
	second, secondOK := leadingNumber(s, 1, 2)
	return hour, minute, second, hourOK && minuteOK && secondOK
}

// leadingNumber reads from least to most digits, behind which no other stands.
func leadingNumber(word string, least, most int) (n int, ok bool) {
	d := digits(word)
	if d < least || d > most {
		return 0, false
	}
	n, err := strconv.Atoi(word[:d])
	return n, err == nil
}

// digits counts those that a word begins with.
func digits(word string) (n int) {
	for n < len(word) && word[n] >= '0' && word[n] <= '9' {
		n++
	}
	return n
}

// monthOf returns the month that a word begins with, from 1; 0 if none.
func monthOf(word string) int {
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	if len(word) < 3 {
		return 0
	}
	i := strings.Index(names, strings.ToLower(word[:3]))
	if i < 0 || i%3 != 0 {
		return 0
	}
	return i/3 + 1
}
