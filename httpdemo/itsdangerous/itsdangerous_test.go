package itsdangerous_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo/itsdangerous"
)

var (
	start   = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	secret  = []byte("super_secret_key")
	clock   = func(t time.Time) func() time.Time { return func() time.Time { return t } }
	signed  = itsdangerous.New(secret, itsdangerous.Salt, clock(start))
	samples = []map[string]any{
		{"user_id": "user1"},
		{"user_id": "한글 \"<&>\" \u007f \u2028 😀", "a": true, "n": 1.0, "nothing": nil},
		{"cart": strings.Repeat("사과", 200)}, // long: compressed
		{},
	}
)

func dumps(t testing.TB, v any) string {
	t.Helper()
	value, err := signed.Dumps(v)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestReadableAndSigned(t *testing.T) {
	t.Parallel()
	for _, want := range samples {
		value := dumps(t, want)
		v, err := itsdangerous.Read(value) // without a key
		if err != nil || !v.Signed.Equal(start) || len(v.Signature) != 20 {
			t.Fatalf("%q: %+v, %v", value, v, err)
		}
		var read, got map[string]any
		if err := json.Unmarshal(v.JSON, &read); err != nil || !reflect.DeepEqual(read, want) {
			t.Errorf("read without the key: %v, %v; want %v", read, err, want)
		}
		if _, err := signed.Loads(value, time.Hour, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
}

func TestForged(t *testing.T) {
	t.Parallel()
	value := dumps(t, samples[0])
	var into map[string]any
	for at := range value { // every character counts
		c := byte('A')
		if value[at] == c {
			c = 'B'
		}
		changed := value[:at] + string(c) + value[at+1:]
		if _, err := signed.Loads(changed, time.Hour, &into); !errors.Is(err, itsdangerous.ErrSignature) && !errors.Is(err, itsdangerous.ErrMalformed) {
			t.Errorf("character %d changed: %v", at, err)
		}
	}
	for _, other := range []*itsdangerous.Serializer{
		itsdangerous.New([]byte("another"), itsdangerous.Salt, clock(start)),
		itsdangerous.New(secret, "another", clock(start)),
	} {
		if _, err := other.Loads(value, time.Hour, &into); !errors.Is(err, itsdangerous.ErrSignature) {
			t.Errorf("under another key or salt: %v", err)
		}
	}
	for _, s := range []string{"", ".", "..", "...", "a.b", "a.b.c", "..b.c", "e30.AAAAAAAAAAAA.AA", ".e30.aa.aa"} {
		if _, err := itsdangerous.Read(s); !errors.Is(err, itsdangerous.ErrMalformed) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestExpired(t *testing.T) {
	t.Parallel()
	value := dumps(t, samples[0])
	for after, want := range map[time.Duration]error{
		0: nil, time.Hour: nil, time.Hour + time.Second: itsdangerous.ErrExpired, -time.Second: itsdangerous.ErrExpired,
	} {
		var into map[string]any
		s := itsdangerous.New(secret, itsdangerous.Salt, clock(start.Add(after)))
		if _, err := s.Loads(value, time.Hour, &into); !errors.Is(err, want) {
			t.Errorf("after %v: %v, want %v", after, err, want)
		}
	}
}

// A payload that becomes large is not read whole.
func TestBomb(t *testing.T) {
	t.Parallel()
	value := dumps(t, map[string]string{"a": strings.Repeat("a", 1<<20)})
	if _, err := itsdangerous.Read(value); !errors.Is(err, itsdangerous.ErrMalformed) {
		t.Errorf("a megabyte in %d bytes: %v", len(value), err)
	}
}

// judge is what Flask itself makes and takes: for each line of JSON it prints its
// cookie at our time, and for each of our cookies what it reads in it.
const judge = `
import json, sys, time
from unittest import mock
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
now, samples, ours = json.load(sys.stdin)
app = Flask("judge")
app.secret_key = "super_secret_key"
out = []
with mock.patch("time.time", lambda: now), app.app_context():
    s = SecureCookieSessionInterface().get_signing_serializer(app)
    for sample, cookie in zip(samples, ours):
        try:
            s.loads(cookie[:-2] + "AA", max_age=60)
            refused = False
        except Exception:
            refused = True
        out.append({"theirs": s.dumps(sample), "read": s.loads(cookie, max_age=60), "refused": refused})
print(json.dumps(out))
`

// TestAgainstFlask: Flask takes our cookies, and we take Flask's.
func TestAgainstFlask(t *testing.T) {
	t.Parallel()
	judged := false
	for _, python := range []string{"python3", "/usr/bin/python3"} { // a user's own, and the system's
		if exec.CommandContext(t.Context(), python, "-c", "import flask, itsdangerous").Run() == nil {
			judged = true
			againstFlask(t, python)
		}
	}
	if !judged {
		t.Skip("python3 with flask is not installed: apt-get install python3-flask")
	}
}

func againstFlask(t *testing.T, python string) {
	t.Helper()
	var ours []string
	for _, s := range samples {
		ours = append(ours, dumps(t, s))
	}
	in, err := json.Marshal([]any{start.Unix(), samples, ours})
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), python, "-c", judge)
	c.Stdin = bytes.NewReader(in)
	printed, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var said []struct {
		Theirs  string
		Read    map[string]any
		Refused bool
	}
	if err := json.Unmarshal(printed, &said); err != nil || len(said) != len(samples) {
		t.Fatalf("%s: %v", printed, err)
	}
	for i, want := range samples {
		if !reflect.DeepEqual(said[i].Read, want) || !said[i].Refused {
			t.Errorf("Flask reads %v in our cookie of %v; refuses a changed one: %v", said[i].Read, want, said[i].Refused)
		}
		var got map[string]any
		if _, err := signed.Loads(said[i].Theirs, time.Minute, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("we read %v in Flask's cookie of %v: %v", got, want, err)
		}
		// Two compressors may differ; without one, the cookies are the same to the byte.
		if !strings.HasPrefix(ours[i], ".") && want["n"] == nil && said[i].Theirs != ours[i] {
			t.Errorf("Flask's cookie %s, ours %s", said[i].Theirs, ours[i])
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range samples {
		f.Add(dumps(f, s))
	}
	f.Fuzz(func(t *testing.T, value string) {
		var into any
		v, err := signed.Loads(value, time.Hour, &into)
		if err != nil {
			return
		}
		if again, err := itsdangerous.Read(value); err != nil || !bytes.Equal(again.JSON, v.JSON) {
			t.Errorf("%q: signed, and not readable: %v", value, err)
		}
	})
}

func ExampleRead() {
	s := itsdangerous.New([]byte("super_secret_key"), itsdangerous.Salt, clock(start))
	cookie, _ := s.Dumps(map[string]string{"user_id": "user1"})
	v, err := itsdangerous.Read(cookie) // nobody asked for the key
	fmt.Println(cookie)
	fmt.Printf("%s, %v, %v\n", v.JSON, v.Signed.Format(time.RFC3339), err)
	// Output:
	// eyJ1c2VyX2lkIjoidXNlcjEifQ.aVc1pQ.EXUPq7oKb5v8h0RMzm1BS_eBg2o
	// {"user_id":"user1"}, 2026-01-02T03:04:05Z, <nil>
}
