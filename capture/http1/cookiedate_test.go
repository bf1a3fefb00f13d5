package http1

import (
	"net/http"
	"testing"
	"time"
)

// TestCookieDate: the words of a date in any order and company (RFC 6265bis
// §5.1.1), and what is none.
func TestCookieDate(t *testing.T) {
	t.Parallel()
	const want = "2031-03-09T04:05:06Z"
	for _, c := range []struct{ date, want string }{
		{"Sun, 09 Mar 2031 04:05:06 GMT", want},
		{"Sunday, 09-Mar-31 04:05:06 GMT", want},
		{"Sun Mar  9 04:05:06 2031", want},
		{"2031 9 march 4:5:6", want},
		{"4:05:06 mAR\t9~31", want},
		{"09 Mar 2031 04:05:06 +0900", want}, // the zone says nothing
		{"9th Mars 2031AD 04:05:06.789", want},
		{"Mar 9 31 04:05:06 11:22:33 Apr", want}, // the first of each
		{"1 Jan 69 0:0:0", "2069-01-01T00:00:00Z"},
		{"1 Jan 70 0:0:0", "1970-01-01T00:00:00Z"},
		{"29 Feb 2032 0:0:0", "2032-02-29T00:00:00Z"},
		{"29 Feb 2031 0:0:0", ""},
		{"31 Apr 2031 0:0:0", ""},
		{"0 Mar 2031 04:05:06", ""},
		{"32 Mar 2031 04:05:06", ""},
		{"9 Mar 1600 04:05:06", ""},
		{"9 Mar 20311 04:05:06", ""},
		{"009 Mar 2031 04:05:06", ""},
		{"9 Mar 2031 24:00:00", ""},
		{"9 Mar 2031 04:60:06", ""},
		{"9 Mar 2031 04:05:60", ""},
		{"9 Mar 2031 04:05:006", ""},
		{"9 Mar 2031 04:05", ""},
		{"9 Ma 2031 04:05:06", ""},
		{"9 Arm 2031 04:05:06", ""}, // within "marapr", and no month
		{"9 Mar 04:05:06", ""},
		{"", ""},
	} {
		got := ""
		if at, err := cookieDate(c.date); err == nil {
			got = at.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.date, got, c.want)
		}
	}
}

// TestEndsWithinALife: no date and no age keeps a cookie for more than 400 days.
func TestEndsWithinALife(t *testing.T) {
	t.Parallel()
	now := time.Date(2031, time.March, 9, 4, 5, 6, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"a=1; Expires=Sun, 09 Mar 2031 04:05:16 GMT":            10 * time.Second,
		"a=1; Expires=Sat, 09 Mar 2041 04:05:06 GMT":            maxLife,
		"a=1; Max-Age=99999999999":                              maxLife,
		"a=1; Max-Age=7; Expires=Sat, 09 Mar 2041 04:05:06 GMT": 7 * time.Second,
	} {
		c, ok := ParseSetCookie(value)
		if end, session := c.Ends(now); !ok || session || end.Sub(now) != want {
			t.Errorf("%q ends after %v, want %v", value, end.Sub(now), want)
		}
	}
}

// FuzzCookieDate: whatever net/http takes for a date of HTTP is the same date
// here, and each date that is read is written and read again unchanged.
func FuzzCookieDate(f *testing.F) {
	for _, s := range []string{"Sun, 09 Mar 2031 04:05:06 GMT", "Sunday, 09-Mar-31 04:05:06 GMT", "Sun Mar  9 04:05:06 2031", "2031 9 march 4:5:6", "29 Feb 2031 0:0:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := cookieDate(s)
		judge, judged := http.ParseTime(s)
		if judged == nil && judge.Year() >= 1970 && judge.Year() < 2069 && judge.Second() < 60 && (err != nil || !at.Equal(judge)) {
			t.Fatalf("%q: %v, %v; net/http reads %v", s, at, err, judge)
		}
		if err != nil {
			return
		}
		if again, err := cookieDate(at.Format(http.TimeFormat)); err != nil || !again.Equal(at) {
			t.Fatalf("%q is %v, and that is %v, %v", s, at, again, err)
		}
	})
}
