package httpdemo_test

import (
	"slices"
	"strings"
	"testing"

	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/httpdemo/session"
)

// TestSessionIDAlone: of what the server stores, nothing but the id is on the wire,
// and the store has nothing but the id's hash (C2).
func TestSessionIDAlone(t *testing.T) {
	t.Parallel()
	r := performed(t, "session", 1)
	set, sent := r.cookies()
	id := set[0].Value
	if len(id) != 43 || !slices.Contains(sent, "__Host-session="+id) {
		t.Fatalf("the id %q was not sent back: %q", id, sent)
	}
	if c := set[0]; !c.HTTPOnly || !c.Secure || c.SameSite == "" || c.Path != "/" || c.Domain != "" {
		t.Errorf("its cookie: %+v", c)
	}
	var stored trace.Access
	for _, e := range r.events {
		if e.Kind == trace.KindStore && e.Access.Op == trace.StoreWrite {
			stored = *e.Access
			break
		}
	}
	if want := session.Key(id)[:8] + "…"; stored.Key != want || stored.Bytes < 250 {
		t.Errorf("stored under %s with %d bytes, want %s and the whole record", stored.Key, stored.Bytes, want)
	}
	for _, o := range r.memories {
		if o.Party.Role != trace.RoleServer {
			continue
		}
		for _, e := range o.Memory.Entries {
			if strings.Contains(e.Value, id) || strings.Contains(e.Value, "blue-whale-42") {
				t.Errorf("the server remembers %s %q", e.Name, e.Value)
			}
		}
	}
}

// TestSessionSixSteps: the steps come in their order, and each with what it does:
// the request, the write, the cookie, the cookie again, the read (C3).
func TestSessionSixSteps(t *testing.T) {
	t.Parallel()
	r := performed(t, "session", 1)
	var order []string
	for _, e := range r.events {
		switch {
		case e.Kind == trace.KindNote && e.Note.Step && len(e.Note.Text.En) > 2 && e.Note.Text.En[1] == '.':
			order = append(order, e.Note.Text.En[:2])
		case len(order) == 0:
		case e.Kind == trace.KindNote && strings.HasPrefix(e.Note.Text.En, "Stored: "):
			for _, field := range []string{"user ID 1;", "user name jisoo;", "e-mail jisoo@example.com;", "last login 20", "session token (SHA-256) ", "argon2id m=19456,t=2,p=1"} {
				if !strings.Contains(e.Note.Text.En, field) {
					t.Errorf("%q is not in %q", field, e.Note.Text.En)
				}
			}
		case e.Kind == trace.KindMessage && e.Message.Request:
			order = append(order, e.Message.Method)
		case e.Kind == trace.KindMessage && len(e.Message.SetCookies()) > 0:
			order = append(order, "Set-Cookie")
		case e.Kind == trace.KindStore:
			order = append(order, e.Access.Op)
		case e.Kind == trace.KindMemory && e.From.Role == trace.RoleServer && e.Memory.Bytes(trace.MemoryConversation) > 0:
			order = append(order, "server remembers")
		}
		if len(order) == 12 {
			break
		}
	}
	order = slices.Compact(order)
	want := []string{"1.", "POST", "2.", "3.", "write", "server remembers", "4.", "Set-Cookie", "5.", "GET", "6.", "read"}
	if !slices.Equal(order[:min(len(order), len(want))], want) {
		t.Errorf("order\n%q, want\n%q", order, want)
	}
}

// TestSessionStatuses: what each request of the lesson was answered with.
func TestSessionStatuses(t *testing.T) {
	t.Parallel()
	r := performed(t, "session", 1)
	want := []int{
		302, 303, 200, // the login
		302,           // the restart
		303, 303, 302, // another login, the logout, and a copy
		303, 303, 200, 303, 302, 200, 303, // two devices, one ended
		303, 302, 401, 302, // everywhere
		200, 200, 401, // by a header field
		303, 200, 200, 200, 200, 200, 200, // by URL: login, profile, the log's reader, the other site, its reader, the cure
		200, 200, 303, 200, // fixation
		200, 200, 303, 302, // cured
		200,           // not adopted
		403, 302, 403, // strangers
		403, 403, 403, 403, 429, 303,
	}
	if got := r.statuses(); !slices.Equal(got, want) {
		t.Errorf("statuses\n%v, want\n%v", got, want)
	}
}

// TestSessionReferer: the id that was in the URL came to another site, and where it
// was in a cookie nothing did.
func TestSessionReferer(t *testing.T) {
	t.Parallel()
	var told []string
	r := performed(t, "session", 1)
	for _, e := range r.events {
		if e.Kind == trace.KindMessage && e.Message.Request && strings.HasSuffix(e.Message.Target, "/partner") {
			v, _ := e.Message.Get("Referer")
			told = append(told, v)
		}
	}
	if len(told) != 2 || !strings.Contains(told[0], "?sid=") || told[1] != "" {
		t.Errorf("told %q", told)
	}
}

// TestSessionMisconception: number 31 is among what the lesson refutes.
func TestSessionMisconception(t *testing.T) {
	t.Parallel()
	l, _ := httpdemo.Find("session")
	if len(l.Refutes) != 1 || l.Refutes[0].N != 31 {
		t.Errorf("it refutes %v", l.Refutes)
	}
}

// TestMadeUpIDInTheLedger: what the attacker has made up is among what the attacker
// keeps.
func TestMadeUpIDInTheLedger(t *testing.T) {
	t.Parallel()
	r := performed(t, "session", 1)
	kept := 0
	for _, o := range r.memories {
		for _, e := range o.Memory.Entries {
			if e.Name == "made-up id" && o.Party == httpdemo.Attacker {
				kept++
			}
		}
	}
	if kept == 0 {
		t.Error("the id is in nobody's memory")
	}
}
