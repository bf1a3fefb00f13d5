package password_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"statelab/httpdemo/password"
)

// cheap keeps tests fast; one test pays the full price.
var cheap = password.Params{Memory: 64, Passes: 1, Threads: 1}

func seeded(p password.Params) *password.Hasher {
	return &password.Hasher{Params: p, Rand: rand.NewChaCha8([32]byte{7})}
}

func TestHashAndVerify(t *testing.T) {
	t.Parallel()
	h := seeded(password.Params{})
	hash, err := h.Hash("비밀번호 열두글자")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	for given, want := range map[string]bool{"비밀번호 열두글자": true, "비밀번호 열두글": false, "": false} {
		if ok, rehash, err := h.Verify(given, hash); err != nil || ok != want || rehash {
			t.Errorf("%q: %v, rehash %v, %v", given, ok, rehash, err)
		}
	}
}

// The same password twice: two salts, two hashes. The same seed: the same bytes.
func TestSalt(t *testing.T) {
	t.Parallel()
	a, b := seeded(cheap), seeded(cheap)
	first, _ := a.Hash("correct horse")
	second, _ := a.Hash("correct horse")
	again, _ := b.Hash("correct horse")
	if first == second || first != again {
		t.Errorf("%s\n%s\n%s", first, second, again)
	}
	if _, err := (&password.Hasher{Params: cheap, Rand: strings.NewReader("short")}).Hash("correct horse"); err == nil {
		t.Error("a salt was made of no randomness")
	}
}

func TestRehash(t *testing.T) {
	t.Parallel()
	weak, err := seeded(cheap).Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		p    password.Params
		want bool
	}{
		"same":    {cheap, false},
		"memory":  {password.Params{Memory: 65, Passes: 1, Threads: 1}, true},
		"passes":  {password.Params{Memory: 64, Passes: 2, Threads: 1}, true},
		"threads": {password.Params{Memory: 64, Passes: 1, Threads: 2}, true},
		"weaker":  {password.Params{Memory: 32, Passes: 1, Threads: 1}, false},
	} {
		h := seeded(c.p)
		if ok, rehash, err := h.Verify("correct horse", weak); err != nil || !ok || rehash != c.want {
			t.Errorf("%s: %v, rehash %v, %v", name, ok, rehash, err)
		}
		if ok, rehash, _ := h.Verify("wrong horse", weak); ok || rehash {
			t.Errorf("%s: a wrong password: %v, rehash %v", name, ok, rehash)
		}
	}
}

// bcrypt takes 72 bytes; of us nothing may be cut off either.
func TestLengths(t *testing.T) {
	t.Parallel()
	h := seeded(cheap)
	for p, want := range map[string]error{
		"1234567": password.ErrTooShort, "일이삼사오육칠": password.ErrTooShort, "일이삼사오육칠팔": nil,
		strings.Repeat("x", 1024): nil, strings.Repeat("x", 1025): password.ErrTooLong,
	} {
		if _, err := h.Hash(p); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v, want %v", len(p), err, want)
		}
	}
	long := strings.Repeat("x", 100)
	hash, err := h.Hash(long)
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, _ := h.Verify(long[:99]+"y", hash); ok {
		t.Error("the 100th byte does not count")
	}
	if ok, _, err := h.Verify(strings.Repeat("x", 1<<20), hash); ok || err != nil {
		t.Errorf("a megabyte: %v, %v", ok, err)
	}
}

// Not parallel: it counts what the process allocates.
func TestUnknownUser(t *testing.T) {
	h := seeded(cheap)
	for _, p := range []string{"", "correct horse"} {
		if ok, rehash, err := h.Verify(p, ""); ok || rehash || err != nil {
			t.Errorf("an unknown user logs in with %q: %v, %v, %v", p, ok, rehash, err)
		}
	}
	// Work, not time, is compared: memory is what Argon2id costs.
	h = seeded(password.Params{Memory: 8 << 10, Passes: 1, Threads: 1})
	hash, err := h.Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	work := func(hash string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _ = h.Verify("wrong horse", hash)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	work("") // makes the dummy hash, once
	if known, unknown := work(hash), work(""); known < 8<<20 || unknown < known*9/10 || unknown > known*11/10 {
		t.Errorf("a known user costs %d bytes of memory, an unknown one %d", known, unknown)
	}
}

func TestHostileHashes(t *testing.T) {
	t.Parallel()
	good, err := seeded(cheap).Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{
		"x", "$argon2id$", "$2b$10$abcdefghijklmnopqrstuv", strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=64", "m=4294967295", 1),
		strings.Replace(good, "m=64", "m=064", 1), strings.Replace(good, "t=1", "t=0", 1), strings.Replace(good, "p=1", "p=0", 1),
		strings.Replace(good, "p=1", "p=300", 1), good + "=", good + "$", good[:len(good)-4], strings.Replace(good, "m=64,t=1", "t=1,m=64", 1),
	} {
		if ok, _, err := seeded(cheap).Verify("correct horse", hash); ok || !errors.Is(err, password.ErrFormat) {
			t.Errorf("%q: %v, %v; want ErrFormat", hash, ok, err)
		}
	}
}

// argon2's own answer for a salt of ours.
func TestAgainstArgon2(t *testing.T) {
	t.Parallel()
	hash, err := (&password.Hasher{Params: cheap, Rand: strings.NewReader("0123456789abcdef")}).Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	want := argon2.IDKey([]byte("correct horse"), []byte("0123456789abcdef"), 1, 64, 1, 32)
	if !strings.HasSuffix(hash, "$"+strings.TrimRight(b64(want), "=")) {
		t.Errorf("%s", hash)
	}
}

func FuzzVerify(f *testing.F) {
	good, _ := seeded(cheap).Hash("correct horse")
	f.Add(good)
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA")
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.Contains(hash, "m=") && !strings.Contains(hash, "m=64,t=1,p=1") {
			t.Skip("only cheap ones are computed")
		}
		if ok, _, err := seeded(cheap).Verify("correct horse", hash); ok && hash != good {
			if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
				t.Errorf("%q fits", hash)
			}
		}
	})
}

func BenchmarkHash(b *testing.B) {
	h := &password.Hasher{}
	for b.Loop() {
		if _, err := h.Hash("correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}

func Example() {
	var h password.Hasher
	stored, err := h.Hash("correct horse battery")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stored[:len("$argon2id$v=19$m=19456,t=2,p=1$")])
	ok, rehash, err := h.Verify("correct horse battery", stored)
	fmt.Println(ok, rehash, err)
	// Output:
	// $argon2id$v=19$m=19456,t=2,p=1$
	// true false <nil>
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
