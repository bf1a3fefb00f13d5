// Package seal lets a server hand its state to the client: signed, so that the
// client can read it and not change it, or encrypted, so that it cannot read it
// either. Then the server remembers nothing but a key. What it cannot do is take
// a value back: whoever kept an old one may send it again until it expires.
package seal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"
)

// MaxCookie is how long a cookie's name and value may be together, in bytes, if
// every browser is to keep it (RFC 6265 §6.1; draft-ietf-httpbis-rfc6265bis §5.7).
const MaxCookie = 4096

var (
	// ErrTooLong is a cookie that a browser would drop without a word.
	ErrTooLong = fmt.Errorf("a cookie has at most %d bytes", MaxCookie)
	// ErrForged is a value that no key of ours has sealed for that name.
	ErrForged = errors.New("cookie value was not sealed by this server")
	// ErrExpired is a value whose time is up.
	ErrExpired = errors.New("cookie value has expired")
)

// Box seals values under its first key, and opens those of every key: to rotate,
// put the new key first, and drop the old when what it sealed has expired.
type Box struct {
	keys [][]byte
	now  func() time.Time
	rand io.Reader
}

// NewBox returns a Box. A key has 32 bytes, and is used for nothing else. now nil
// is time.Now. random makes Encrypt's nonces; nil is crypto/rand, and a lesson's
// own must never give two equal nonces under one key.
func NewBox(keys [][]byte, now func() time.Time, random io.Reader) (*Box, error) {
	if len(keys) == 0 {
		return nil, errors.New("seal: no key")
	}
	for i, k := range keys {
		if len(k) != 32 {
			return nil, fmt.Errorf("seal: key %d has %d bytes, not 32", i, len(k))
		}
	}
	if now == nil {
		now = time.Now
	}
	if random == nil {
		random = rand.Reader
	}
	return &Box{keys, now, random}, nil
}
