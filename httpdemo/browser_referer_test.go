package httpdemo

import (
	"net/url"
	"testing"
)

// TestReferer: the cases of Referrer Policy §3's examples that our pages can be in.
func TestReferer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, policy, want string }{
		{"http://a.example/p?sid=1#top", "http://a.example/q", "", "http://a.example/p?sid=1"},
		{"http://a.example/p?sid=1", "http://b.example/", "", "http://a.example/"},
		{"http://a.example/p?sid=1", "http://b.example/", "strict-origin-when-cross-origin", "http://a.example/"},
		{"https://a.example/p?sid=1", "http://a.example/", "", ""},
		{"http://a.example/p?sid=1", "http://b.example/", "same-origin", ""},
		{"http://a.example/p?sid=1", "http://a.example/", "same-origin", "http://a.example/p?sid=1"},
		{"http://a.example/p?sid=1", "http://b.example/", "unsafe-url", "http://a.example/p?sid=1"},
		{"https://u:p@a.example/p?sid=1", "http://b.example/", "unsafe-url", "https://a.example/p?sid=1"},
		{"http://a.example/p?sid=1", "http://a.example/", "no-referrer", ""},
		{"http://a.example/p?sid=1", "http://b.example/", "origin", "http://a.example/"},
		{"https://a.example/p?sid=1", "http://b.example/", "no-referrer-when-downgrade", ""},
		{"https://a.example/p?sid=1", "https://b.example/", "no-referrer-when-downgrade", "https://a.example/p?sid=1"},
	} {
		from, err := url.Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := url.Parse(c.to)
		if err != nil {
			t.Fatal(err)
		}
		if got := referer(from, to, c.policy); got != c.want {
			t.Errorf("%s → %s, %q: %q, want %q", c.from, c.to, c.policy, got, c.want)
		}
	}
}
