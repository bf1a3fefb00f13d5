package token_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"statelab/httpdemo/token"
)

type families struct {
	*token.Families
	store *token.Memory
	now   time.Time
	mu    sync.Mutex
}

func newFamilies(window time.Duration) *families {
	f := &families{now: start}
	f.store = token.NewMemory(f.clock)
	f.Families = &token.Families{Store: f.store, Now: f.clock, Rand: seeded(), Window: window, Lifetime: 24 * time.Hour}
	return f
}

func (f *families) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *families) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

func (f *families) start(t *testing.T) string {
	t.Helper()
	s, err := f.Start(t.Context(), "kim")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *families) rotate(t *testing.T, refresh string) string {
	t.Helper()
	next, user, err := f.Rotate(t.Context(), refresh)
	if err != nil || user != "kim" {
		t.Fatalf("rotate: %q, %v", user, err)
	}
	return next
}

func TestRotation(t *testing.T) {
	t.Parallel()
	f := newFamilies(0)
	seen := map[string]bool{}
	refresh := f.start(t)
	for range 5 {
		if seen[refresh] || len(refresh) != 64 {
			t.Fatalf("refresh token %q", refresh)
		}
		seen[refresh] = true
		refresh = f.rotate(t, refresh)
	}
	again := newFamilies(0)
	if a, b := newFamilies(0).start(t), again.start(t); a != b {
		t.Errorf("the same seed, other bytes: %s, %s", a, b)
	}
	if n, size := f.store.Usage(); n != 1 || size < 200 || size > 500 {
		t.Errorf("%d families of %d bytes", n, size)
	}
}

// RFC 9700 §4.14.2: whoever comes second, thief or user, ends the family for both.
func TestReuseRevokesTheFamily(t *testing.T) {
	t.Parallel()
	for name, uses := range map[string]int{"the one before": 1, "a much older one": 4} {
		f := newFamilies(0)
		stolen := f.start(t)
		other := f.start(t)
		refresh := stolen
		for range uses {
			refresh = f.rotate(t, refresh)
		}
		if _, _, err := f.Rotate(t.Context(), stolen); !errors.Is(err, token.ErrReused) || !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%s: %v, want ErrReused", name, err)
		}
		if _, _, err := f.Rotate(t.Context(), refresh); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%s: the newest of the family is still good: %v", name, err)
		}
		f.rotate(t, other) // another login is not touched
	}
}

// Two tabs refresh at once: both get the same successor, and go on.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	f := newFamilies(10 * time.Second)
	refresh := f.start(t)
	got := make([]string, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			next, _, err := f.Rotate(t.Context(), refresh)
			if err != nil {
				t.Error(err)
			}
			got[i] = next
		})
	}
	all.Wait()
	for _, next := range got {
		if next != got[0] || next == refresh {
			t.Fatalf("tabs got %q", got)
		}
	}
	f.advance(10*time.Second - time.Nanosecond)
	if next := f.rotate(t, refresh); next != got[0] {
		t.Errorf("within the window: %q, want %q", next, got[0])
	}
	f.advance(time.Nanosecond)
	if _, _, err := f.Rotate(t.Context(), refresh); !errors.Is(err, token.ErrReused) {
		t.Errorf("after the window: %v, want ErrReused", err)
	}
}

// Within the window, too, only the very last token is good a second time.
func TestWindowIsForTheLastOnly(t *testing.T) {
	t.Parallel()
	f := newFamilies(10 * time.Second)
	first := f.start(t)
	f.rotate(t, f.rotate(t, first))
	if _, _, err := f.Rotate(t.Context(), first); !errors.Is(err, token.ErrReused) {
		t.Errorf("%v, want ErrReused", err)
	}
}

// Without a window one of those that come at once wins, and the rest end it.
func TestConsumedOnce(t *testing.T) {
	t.Parallel()
	f := newFamilies(0)
	refresh := f.start(t)
	together := &together{Memory: f.store}
	together.waiting.Add(8)
	f.Store = together
	var mu sync.Mutex
	won := 0
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, _, err := f.Rotate(t.Context(), refresh)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, token.ErrInvalid) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won != 1 {
		t.Errorf("%d of 8 uses of one token got on, want 1", won)
	}
}

// together lets the first eight reads return when all of them have read.
type together struct {
	*token.Memory
	reads   atomic.Int32
	waiting sync.WaitGroup
}

func (s *together) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	data, revision, err := s.Memory.Get(ctx, key)
	if s.reads.Add(1) <= 8 {
		s.waiting.Done()
		s.waiting.Wait()
	}
	return data, revision, err
}

func TestHashedAtRest(t *testing.T) {
	t.Parallel()
	spy := &spy{Memory: token.NewMemory(at(start))}
	f := newFamilies(time.Minute)
	f.Store = spy
	refresh := f.start(t)
	next := f.rotate(t, refresh)
	for _, r := range []string{refresh, next} {
		raw, err := base64.RawURLEncoding.DecodeString(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{r, string(raw[16:]), fmt.Sprintf("%x", raw[16:]), base64.StdEncoding.EncodeToString(raw[16:])} {
			if strings.Contains(spy.told.String(), secret) {
				t.Errorf("the store was told the secret: %s", spy.told.String())
			}
		}
	}
}

type spy struct {
	*token.Memory
	told strings.Builder
	err  error
}

func (s *spy) Put(ctx context.Context, key string, data []byte, expires time.Time, revision uint64) error {
	if s.err != nil {
		return s.err
	}
	fmt.Fprintf(&s.told, "%s %s\n", key, data)
	return s.Memory.Put(ctx, key, data, expires, revision)
}

// When the store fails nothing was used up: the client may try again.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	spy := &spy{Memory: token.NewMemory(at(start))}
	f := newFamilies(0)
	f.Store = spy
	refresh := f.start(t)
	spy.err = errors.New("down")
	if next, _, err := f.Rotate(t.Context(), refresh); !errors.Is(err, spy.err) || errors.Is(err, token.ErrInvalid) || next != "" {
		t.Errorf("%q, %v", next, err)
	}
	spy.err = nil
	f.rotate(t, refresh)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Rotate(ctx, refresh); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
}

func TestRevokeAndExpiry(t *testing.T) {
	t.Parallel()
	f := newFamilies(0)
	first := f.start(t)
	second := f.rotate(t, first)
	for range 2 {
		if err := f.Revoke(t.Context(), first); err != nil { // also an older one ends it
			t.Fatal(err)
		}
	}
	if _, _, err := f.Rotate(t.Context(), second); !errors.Is(err, token.ErrInvalid) || errors.Is(err, token.ErrReused) {
		t.Errorf("after logout: %v", err)
	}
	third := f.start(t)
	f.advance(23 * time.Hour)
	third = f.rotate(t, third)
	f.advance(time.Hour)
	if _, _, err := f.Rotate(t.Context(), third); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("after its lifetime, in use throughout: %v", err)
	}
	for _, bad := range []string{"", "x", strings.Repeat("A", 64), strings.Repeat("!", 64), strings.Repeat("A", 1<<20)} {
		if _, _, err := f.Rotate(t.Context(), bad); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%.70q: %v, want ErrInvalid", bad, err)
		}
		if err := f.Revoke(t.Context(), bad); err != nil {
			t.Errorf("%.70q: revoke: %v", bad, err)
		}
	}
}

func ExampleFamilies() {
	ctx := context.Background()
	f := &token.Families{Store: token.NewMemory(nil)}
	first, err := f.Start(ctx, "kim")
	if err != nil {
		fmt.Println(err)
		return
	}
	second, user, err := f.Rotate(ctx, first)
	fmt.Println(user, err)
	_, _, err = f.Rotate(ctx, first) // the thief, or the user after the thief
	fmt.Println(err)
	_, _, err = f.Rotate(ctx, second)
	fmt.Println(err)
	// Output:
	// kim <nil>
	// token refused: it was used before, and its family is revoked now
	// token refused: its family was revoked
}
