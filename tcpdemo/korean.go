package tcpdemo

import (
	"strconv"
	"time"
)

// inKorean writes a duration as Korean does: "3.02초", "1분 4초"; below a second
// as the standards do: "20ms".
func inKorean(d time.Duration) string {
	if max(d, -d) < time.Second {
		return d.String()
	}
	minutes, rest := d/time.Minute, d%time.Minute
	seconds := strconv.FormatFloat(rest.Seconds(), 'f', -1, 64) + "초"
	switch {
	case minutes == 0:
		return seconds
	case rest == 0:
		return strconv.Itoa(int(minutes)) + "분"
	}
	return strconv.Itoa(int(minutes)) + "분 " + seconds
}

// rounded is a duration to three digits, which is as much as one measurement on a
// real machine tells.
func rounded(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for ; d/unit >= 1000; unit *= 10 {
	}
	return d.Round(unit)
}
