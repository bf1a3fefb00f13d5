package render

import (
	"slices"
	"strings"
	"testing"

	"statelab/capture/http1"
)

// Of what a program wrote the end is seen to be one, however much was cut; half a
// number is another number.
func TestCutArgs(t *testing.T) {
	t.Parallel()
	screen := inCells{&text{}}
	for _, c := range []struct {
		args string
		room float64
		want string
	}{
		{`"hello, world"`, 14, `"hello, world"`},
		{`"hello, world"`, 8, `"hello…"`},
		{`"hello, world"`, 4, `"h…"`},
		{`"hello, world"`, 3, `"…"`},
		{`"hello, world"`, 2, `…`},
		{`"hello, world"`, 0, `…`},
		{`10.0.0.2:7, 1000`, 13, `10.0.0.2:7, …`},
		{`10.0.0.2:7`, 6, `10.0.…`},
	} {
		if got := cutArgs(screen, c.args, c.room); got != c.want {
			t.Errorf("%s in %g cells: %s, want %s", c.args, c.room, got, c.want)
		}
	}
	text := `"` + strings.Repeat("what a client asks for ", 20) + `"`
	for room := 40.0; room < 2000; room += 13 {
		got := cutArgs(small, text, room)
		if small.width(got) > room {
			t.Errorf("%g wide in a room of %g: %s", small.width(got), room, got)
		}
		if !strings.HasPrefix(got, `"`) || !strings.HasSuffix(got, `"`) {
			t.Errorf("no quotation marks around what was cut to %g: %s", room, got)
		}
	}
}

// A row shows every field by which a message says who asks.
func TestStateLines(t *testing.T) {
	t.Parallel()
	var m http1.Message
	want := []string{"cookie: a", "Set-Cookie: b", "Authorization: c", "Proxy-Authorization: d", "X-API-Key: e", "Session-Id: f"}
	for i, name := range []string{"Host", "cookie", "Accept", "Set-Cookie", "Authorization", "Proxy-Authorization", "X-API-Key", "Session-Id"} {
		m.Fields = append(m.Fields, http1.Field{Name: name, Value: string("ha_bcdef"[i])})
	}
	m.Fields[1].Value = "a"
	if got := stateLines(speaker{}, &m); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
