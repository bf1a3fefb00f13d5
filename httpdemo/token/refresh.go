package token

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

var (
	// ErrReused is the ErrInvalid of a refresh token that was used before: it, or
	// its successor, is in foreign hands, and the whole family was revoked.
	ErrReused = fmt.Errorf("%w: it was used before, and its family is revoked now", ErrInvalid)
	// ErrConflict is a Store's answer to a Put that lost its race.
	ErrConflict = errors.New("token family changed since it was read")
)

// Store keeps the families of refresh tokens. Its errors, but ErrConflict, say
// that it cannot answer.
type Store interface {
	// Get returns the data of a key and their revision; 0 if there are none.
	Get(ctx context.Context, key string) (data []byte, revision uint64, err error)
	// Put writes data that are good until expires, if the key's revision is still
	// that one, and otherwise returns ErrConflict.
	Put(ctx context.Context, key string, data []byte, expires time.Time, revision uint64) error
}

// Families rotates refresh tokens: each is good for one use, which returns the
// next of its family. A second use of one means that two parties hold it, and ends
// the family (RFC 9700 §4.14.2).
//
// The store has hashes only. A refresh token is 16 bytes that name its family and
// 32 of secret; the next secret is HMAC-SHA256(this secret, a random nonce), and
// the nonce is stored. So two tabs that refresh at once can be given the same
// successor, which no record alone tells.
type Families struct {
	Store Store
	// Lifetime of a family, however often it is refreshed; 0 is 30 days.
	Lifetime time.Duration
	// Window is how long a token that was just used may be used again, and yields
	// the same successor; 0: not at all, and two tabs look like a theft. It is also
	// how long a thief goes unnoticed who is that quick.
	Window time.Duration
	// Now is the clock; nil is time.Now. Rand makes the tokens; nil is crypto/rand.
	Now  func() time.Time
	Rand io.Reader

	mu sync.Mutex // held while Rand is read
}

const (
	familyBytes = 16
	secretBytes = 32
)

// family is what the store keeps, as JSON.
type family struct {
	User       string    `json:"user"`
	Expires    time.Time `json:"expires"`
	Generation int       `json:"generation"`         // how often it was refreshed
	Current    string    `json:"current"`            // SHA-256 of the token that is good
	Previous   string    `json:"previous,omitempty"` // and of the one before it
	Nonce      []byte    `json:"nonce,omitempty"`    // that made the one of the other
	Rotated    time.Time `json:"rotated,omitzero"`
	Revoked    time.Time `json:"revoked,omitzero"`
}

// Start begins a family for a user who has just logged in.
func (f *Families) Start(ctx context.Context, user string) (refresh string, err error) {
	raw, err := f.random(familyBytes + secretBytes)
	if err != nil {
		return "", err
	}
	state := family{
		User: user, Current: digest(raw),
		Expires: clock(f.Now)().UTC().Add(cmp.Or(f.Lifetime, 30*24*time.Hour)),
	}
	if err := f.put(ctx, raw, state, 0); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// Rotate uses a refresh token up, and returns its successor and whose it is.
// Errors are ErrInvalid, of them ErrReused and ErrExpired by name, or the store's.
func (f *Families) Rotate(ctx context.Context, refresh string) (next, user string, err error) {
	raw, err := parseRefresh(refresh)
	if err != nil {
		return "", "", err
	}
	for {
		next, user, err = f.rotate(ctx, raw)
		// Another request was faster: what it left decides. Each round somebody gets
		// on, and a family that is revoked changes no more.
		if !errors.Is(err, ErrConflict) {
			return next, user, err
		}
	}
}

func (f *Families) rotate(ctx context.Context, raw []byte) (next, user string, err error) {
	state, revision, err := f.get(ctx, raw)
	if err != nil {
		return "", "", err
	}
	now := clock(f.Now)().UTC()
	switch given := digest(raw); {
	case !now.Before(state.Expires):
		return "", "", ErrExpired
	case !state.Revoked.IsZero():
		return "", "", refuse("its family was revoked")
	case hmac.Equal([]byte(given), []byte(state.Current)):
		if state.Nonce, err = f.random(secretBytes); err != nil {
			return "", "", err
		}
		successor := succeed(raw, state.Nonce)
		state.Previous, state.Current = given, digest(successor)
		state.Rotated = now
		state.Generation++
		if err := f.put(ctx, raw, state, revision); err != nil {
			return "", "", err
		}
		return base64.RawURLEncoding.EncodeToString(successor), state.User, nil
	case hmac.Equal([]byte(given), []byte(state.Previous)) && now.Before(state.Rotated.Add(f.Window)):
		return base64.RawURLEncoding.EncodeToString(succeed(raw, state.Nonce)), state.User, nil
	}
	// Who names the family has held a token of it: an older one.
	state.Revoked = now
	if err := f.put(ctx, raw, state, revision); err != nil {
		return "", "", err
	}
	return "", "", ErrReused
}

// Revoke ends the family of a refresh token, whichever of its tokens that is: at
// logout. One that is unknown is ended already.
func (f *Families) Revoke(ctx context.Context, refresh string) error {
	raw, err := parseRefresh(refresh)
	if err != nil {
		return nil
	}
	for {
		state, revision, err := f.get(ctx, raw)
		if errors.Is(err, ErrInvalid) || (err == nil && !state.Revoked.IsZero()) {
			return nil
		} else if err != nil {
			return err
		}
		state.Revoked = clock(f.Now)().UTC()
		if err := f.put(ctx, raw, state, revision); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

func parseRefresh(refresh string) ([]byte, error) {
	if len(refresh) != base64.RawURLEncoding.EncodedLen(familyBytes+secretBytes) {
		return nil, refuse("it is no refresh token of ours")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(refresh)
	if err != nil {
		return nil, refuse("it is no refresh token of ours")
	}
	return raw, nil
}

func succeed(raw, nonce []byte) []byte {
	h := hmac.New(sha256.New, raw[familyBytes:])
	h.Write(nonce)
	return h.Sum(append([]byte(nil), raw[:familyBytes]...))
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func (f *Families) get(ctx context.Context, raw []byte) (state family, revision uint64, err error) {
	data, revision, err := f.Store.Get(ctx, digest(raw[:familyBytes]))
	switch {
	case err != nil:
		return family{}, 0, fmt.Errorf("token: refresh: %w", err)
	case revision == 0:
		return family{}, 0, refuse("its family is unknown")
	}
	if err := json.Unmarshal(data, &state); err != nil {
		return family{}, 0, fmt.Errorf("token: a family's record: %w", err)
	}
	return state, revision, nil
}

func (f *Families) put(ctx context.Context, raw []byte, state family, revision uint64) error {
	data, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	if err := f.Store.Put(ctx, digest(raw[:familyBytes]), data, state.Expires, revision); err != nil {
		return fmt.Errorf("token: refresh: %w", err)
	}
	return nil
}

func (f *Families) random(n int) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := make([]byte, n)
	if _, err := io.ReadFull(reader(f.Rand), b); err != nil {
		return nil, fmt.Errorf("token: no randomness: %w", err)
	}
	return b, nil
}
