package render

import (
	"math"
	"strconv"
	"strings"
	"time"

	"statelab/capture/explain"
)

// sinceText writes a time since the start in seven cells: in seconds with as many
// decimals as fit, and in days where seconds have no room.
func sinceText(d time.Duration) string { return sinceIn(d, timeWidth) }

// sinceIn does so in width cells.
func sinceIn(d time.Duration, width int) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	sec := d.Seconds()
	decimals := width - 2
	for limit := 10.0; decimals > 0 && sec >= limit; limit *= 10 {
		decimals--
	}
	if sign != "" {
		decimals = max(decimals-1, 0)
	}
	s := sign + strconv.FormatFloat(sec, 'f', decimals, 64)
	if len(s) > width {
		return sign + strconv.FormatFloat(sec/(24*60*60), 'f', 0, 64) + "d"
	}
	return s
}

// deltaText writes a difference in at most six cells: "+12ms", "+1.2s".
func deltaText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	sign := "+"
	if d < 0 {
		sign, d = "-", -d
	}
	return sign + spanText(d)
}

// prose writes a duration for a sentence: "60 s", "60초".
func prose(lang explain.Lang, d time.Duration) string {
	s := spanText(d)
	unit := strings.TrimLeft(s, "-0123456789.")
	n := strings.TrimSuffix(s, unit)
	if lang != explain.Korean {
		return n + " " + unit
	}
	switch unit {
	case "s":
		unit = "초"
	case "h":
		unit = "시간"
	case "d":
		unit = "일"
	}
	return n + unit
}

// spanText writes a duration with two or three digits, in days from two on.
func spanText(d time.Duration) string {
	if d < 0 {
		return "-" + spanText(-max(d, -math.MaxInt64))
	}
	units := []struct {
		size time.Duration
		name string
	}{
		{time.Nanosecond, "ns"},
		{time.Microsecond, "µs"},
		{time.Millisecond, "ms"},
		{time.Second, "s"},
	}
	for _, u := range units {
		v := float64(d) / float64(u.size)
		if v >= 999.5 && u.name != "s" {
			continue
		}
		if v < 9.95 && u.name != "ns" && d%u.size != 0 {
			return strconv.FormatFloat(v, 'f', 1, 64) + u.name
		}
		switch hours := v / 3600; {
		case hours >= 48:
			return strconv.FormatFloat(hours/24, 'f', 0, 64) + "d"
		case v >= 10000:
			return strconv.FormatFloat(hours, 'f', 0, 64) + "h"
		}
		return strconv.FormatFloat(v, 'f', 0, 64) + u.name
	}
	return ""
}
