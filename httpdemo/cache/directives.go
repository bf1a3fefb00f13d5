package cache

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// directives are those of a Cache-Control field (RFC 9111 §5.2): names in lower
// case, and their arguments without quotes.
type directives map[string]string

// readDirectives reads the lines of Cache-Control in a header. Of a directive that
// is there twice with different arguments the most restrictive counts: of numbers
// the smallest (RFC 9111 §4.2.1).
func readDirectives(h http.Header) directives {
	d := directives{}
	for _, part := range members(strings.Join(h.Values("Cache-Control"), ",")) {
		name, value, _ := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.ReplaceAll(strings.Trim(strings.TrimSpace(value), `"`), `\`, "")
		if old, ok := d[name]; ok && seconds(old) <= seconds(value) {
			continue
		}
		d[name] = value
	}
	if _, ok := h["Cache-Control"]; !ok && strings.Contains(strings.ToLower(h.Get("Pragma")), "no-cache") {
		d["no-cache"] = "" // RFC 9111 §5.4
	}
	return d
}

// members cuts a list at its commas, except within quotes (RFC 9110 §5.6.1).
func members(list string) (all []string) {
	quoted, begin := false, 0
	for i := 0; i <= len(list); i++ {
		switch {
		case i == len(list) || list[i] == ',' && !quoted:
			if part := strings.TrimSpace(list[begin:i]); part != "" {
				all = append(all, part)
			}
			begin = i + 1
		case list[i] == '\\' && quoted:
			i = min(i+1, len(list)-1)
		case list[i] == '"':
			quoted = !quoted
		}
	}
	return all
}

func (d directives) has(name string) bool {
	_, ok := d[name]
	return ok
}

// seconds reads delta-seconds (RFC 9111 §1.2.2): what is no number is 0, which is
// stale; what is too large is 2^31.
func seconds(s string) time.Duration {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		n = 1 << 31
	}
	return time.Duration(n) * time.Second
}

// lifetime is for how long a shared cache may call a response fresh (RFC 9111
// §4.2.1). explicit says that the origin has said so: this cache guesses no
// lifetime where it did not (§4.2.2 would permit it to).
func lifetime(h http.Header, date time.Time) (fresh time.Duration, explicit bool) {
	d := readDirectives(h)
	for _, name := range []string{"s-maxage", "max-age"} {
		if d.has(name) {
			return seconds(d[name]), true
		}
	}
	if !headerHas(h, "Expires") {
		return 0, false
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	if err != nil || len(h.Values("Expires")) > 1 {
		return 0, true // §5.3: invalid, especially "0", has expired
	}
	return max(0, expires.Sub(date)), true
}

func headerHas(h http.Header, name string) bool { return len(h.Values(name)) > 0 }
