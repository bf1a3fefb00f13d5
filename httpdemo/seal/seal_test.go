package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"statelab/httpdemo/seal"
)

var (
	start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	later = start.Add(time.Hour)
	key   = func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
)

func box(t testing.TB, now time.Time, keys ...[]byte) *seal.Box {
	t.Helper()
	b, err := seal.NewBox(keys, func() time.Time { return now }, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type way struct {
	name string
	seal func(*seal.Box, string, []byte, time.Time) (string, error)
	open func(*seal.Box, string, string) ([]byte, error)
}

var ways = []way{{"signed", (*seal.Box).Sign, (*seal.Box).Verify}, {"encrypted", (*seal.Box).Encrypt, (*seal.Box).Decrypt}}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		b := box(t, start, key(1))
		for _, data := range [][]byte{{}, []byte(`{"cart":["사과"]}`), {0, 255, ';', '"'}} {
			value, err := w.seal(b, "cart", data, later)
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(value, ";, \"=") {
				t.Errorf("%s: %q is no cookie value", w.name, value)
			}
			if got, err := w.open(b, "cart", value); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: %q, %v; want %q", w.name, got, err, data)
			}
			raw, err := base64.RawURLEncoding.DecodeString(value)
			if err != nil {
				t.Fatal(err)
			}
			if readable := bytes.Contains(raw, data); len(data) > 2 && readable != (w.name == "signed") {
				t.Errorf("%s: the client can read it: %v", w.name, readable)
			}
		}
	}
}

func TestForged(t *testing.T) {
	t.Parallel()
	for i, w := range ways {
		b := box(t, start, key(1))
		value, err := w.seal(b, "cart", []byte("price=10"), later)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := base64.RawURLEncoding.DecodeString(value)
		for at := range raw { // every byte counts
			changed := bytes.Clone(raw)
			changed[at] ^= 1
			if _, err := w.open(b, "cart", base64.RawURLEncoding.EncodeToString(changed)); !errors.Is(err, seal.ErrForged) {
				t.Fatalf("%s: byte %d changed: %v", w.name, at, err)
			}
		}
		other, err := ways[1-i].seal(b, "cart", []byte("price=10"), later)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range map[string]string{
			"empty": "", "short": "AAAA", "not base64": "!", "longer": value + "AAAA", "the other way's": other,
		} {
			if _, err := w.open(b, "cart", v); !errors.Is(err, seal.ErrForged) {
				t.Errorf("%s: %s: %v, want ErrForged", w.name, name, err)
			}
		}
		if _, err := w.open(b, "role", value); !errors.Is(err, seal.ErrForged) {
			t.Errorf("%s: taken as another cookie's: %v", w.name, err)
		}
		if _, err := w.open(box(t, start, key(2)), "cart", value); !errors.Is(err, seal.ErrForged) {
			t.Errorf("%s: under another key: %v", w.name, err)
		}
	}
}

func TestExpired(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		value, err := w.seal(box(t, start, key(1)), "cart", []byte("x"), later)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.open(box(t, later.Add(-time.Second), key(1)), "cart", value); err != nil {
			t.Errorf("%s: a second before: %v", w.name, err)
		}
		if _, err := w.open(box(t, later, key(1)), "cart", value); !errors.Is(err, seal.ErrExpired) {
			t.Errorf("%s: at its expiry: %v, want ErrExpired", w.name, err)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		old, both, fresh := box(t, start, key(1)), box(t, start, key(2), key(1)), box(t, start, key(2))
		value, err := w.seal(old, "cart", []byte("x"), later)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.open(both, "cart", value); err != nil {
			t.Errorf("%s: after rotation: %v", w.name, err)
		}
		if value, err = w.seal(both, "cart", []byte("x"), later); err != nil {
			t.Fatal(err)
		}
		if _, err := w.open(fresh, "cart", value); err != nil {
			t.Errorf("%s: not sealed under the first key: %v", w.name, err)
		}
	}
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		b := box(t, start, key(1))
		longest := 0
		for n := range 4096 {
			value, err := w.seal(b, "cart", make([]byte, n), later)
			if errors.Is(err, seal.ErrTooLong) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			longest = len("cart") + len(value)
			if n > 3000 {
				if _, err := w.open(b, "cart", value); err != nil {
					t.Fatal(err)
				}
			}
		}
		if longest > seal.MaxCookie || longest < seal.MaxCookie-2 {
			t.Errorf("%s: the longest has %d bytes", w.name, longest)
		}
		if _, err := w.open(b, "cart", strings.Repeat("A", 1<<20)); !errors.Is(err, seal.ErrForged) {
			t.Errorf("%s: a megabyte: %v", w.name, err)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][][]byte{"none": nil, "empty": {{}}, "short": {key(1), key(1)[:31]}} {
		if _, err := seal.NewBox(keys, nil, nil); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	b, err := seal.NewBox([][]byte{key(1)}, nil, strings.NewReader("short"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Encrypt("cart", nil, later); err == nil {
		t.Error("a nonce was made of no randomness")
	}
}

func FuzzOpen(f *testing.F) {
	b := box(f, start, key(1))
	for _, w := range ways {
		value, err := w.seal(b, "cart", []byte("x"), later)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, w := range ways {
			if got, err := w.open(box(t, start, key(1)), "cart", value); err == nil && string(got) != "x" {
				t.Errorf("%s: %q opens to %q", w.name, value, got)
			}
		}
	})
}

func ExampleBox_Sign() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b, err := seal.NewBox([][]byte{[]byte("a lesson's key, of thirty-two b.")}, func() time.Time { return now }, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	value, _ := b.Sign("cart", []byte("apple"), now.Add(time.Hour))
	data, err := b.Verify("cart", value)
	fmt.Printf("%s %v\n", data, err)
	_, err = b.Verify("cart", "B"+value[1:])
	fmt.Println(err)
	// Output:
	// apple <nil>
	// cookie value was not sealed by this server
}
