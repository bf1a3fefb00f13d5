package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"
)

// The lesson: a cookie that the client can read, and cannot change.
// expiry (8 bytes, Unix seconds) ‖ data ‖ HMAC-SHA256(key, "sign" name expiry data)

// Sign returns the value for the cookie of that name, good until expires.
func (b *Box) Sign(name string, data []byte, expires time.Time) (string, error) {
	message := binary.BigEndian.AppendUint64(nil, uint64(expires.Unix()))
	message = append(message, data...)
	return fit(name, append(message, tag(b.keys[0], name, message)...))
}

// Verify returns the data of a value that Sign made for that name.
func (b *Box) Verify(name, value string) ([]byte, error) {
	sealed, err := unfit(name, value)
	if err != nil || len(sealed) < 8+sha256.Size {
		return nil, ErrForged
	}
	message, sum := sealed[:len(sealed)-sha256.Size], sealed[len(sealed)-sha256.Size:]
	for _, key := range b.keys {
		if hmac.Equal(sum, tag(key, name, message)) { // in constant time
			return b.fresh(message)
		}
	}
	return nil, ErrForged
}

// tag is over the name too, or the value of one cookie would pass for another's.
func tag(key []byte, name string, message []byte) []byte {
	h := hmac.New(sha256.New, derive(key, "sign"))
	fmt.Fprintf(h, "%d:%s", len(name), name)
	h.Write(message)
	return h.Sum(nil)
}

// derive makes a key of its own for each use.
func derive(key []byte, use string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(use))
	return h.Sum(nil)
}

// fresh returns what follows the expiry, if that is not yet there.
func (b *Box) fresh(message []byte) ([]byte, error) {
	if b.now().Unix() >= int64(binary.BigEndian.Uint64(message)) {
		return nil, ErrExpired
	}
	return message[8:], nil
}

func fit(name string, sealed []byte) (string, error) {
	value := base64.RawURLEncoding.EncodeToString(sealed)
	if n := len(name) + len(value); n > MaxCookie {
		return "", fmt.Errorf("%w: %s has %d", ErrTooLong, name, n)
	}
	return value, nil
}

func unfit(name, value string) ([]byte, error) {
	if len(name)+len(value) > MaxCookie {
		return nil, ErrTooLong
	}
	return base64.RawURLEncoding.Strict().DecodeString(value)
}
