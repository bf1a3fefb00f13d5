// Package itsdangerous makes and reads the cookie in which the Python framework
// Flask keeps a session by default: readable by everybody, signed by the server.
// Its format is that of the Python library of that name
// (URLSafeTimedSerializer, https://itsdangerous.palletsprojects.com), with what
// Flask chooses of it (SecureCookieSessionInterface).
package itsdangerous

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha1" // what Flask uses; HMAC does not need what SHA-1 has lost
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Salt is what Flask derives the key of its session cookies with.
const Salt = "cookie-session"

var (
	// ErrMalformed is a value that is not in the format.
	ErrMalformed = errors.New("not a value of itsdangerous: JSON, time and signature, with dots between")
	// ErrSignature is a value that the key has not signed: BadSignature.
	ErrSignature = errors.New("signature does not match")
	// ErrExpired is a value older than the reader takes, or from the future:
	// SignatureExpired.
	ErrExpired = errors.New("signature has expired")
)

// Value is a signed value, taken apart. No key is needed for that.
type Value struct {
	// JSON is the payload, decompressed if it came compressed.
	JSON []byte
	// Signed is when, to the second.
	Signed time.Time
	// Signature is HMAC-SHA1 of what stands before it: 20 bytes.
	Signature []byte

	message string // what is signed
}

// maxJSON bounds what a compressed payload may become, in bytes.
const maxJSON = 64 << 10

// Read takes a value apart as anybody can who sees it. It checks nothing.
func Read(value string) (v Value, err error) {
	i := strings.LastIndexByte(value, '.')
	if i < 0 {
		return v, ErrMalformed
	}
	v.message = value[:i]
	j := strings.LastIndexByte(v.message, '.')
	if j < 1 {
		return v, ErrMalformed
	}
	signature, err1 := decode(value[i+1:])
	seconds, err2 := decode(v.message[j+1:])
	payload, compressed := strings.CutPrefix(v.message[:j], ".")
	text, err3 := decode(payload)
	if errors.Join(err1, err2, err3) != nil || len(seconds) == 0 || len(seconds) > 6 {
		return v, ErrMalformed
	}
	if compressed {
		if text, err = inflate(text); err != nil {
			return v, err
		}
	}
	v.JSON, v.Signature = text, signature
	v.Signed = time.Unix(int64(binary.BigEndian.Uint64(append(make([]byte, 8-len(seconds)), seconds...))), 0).UTC()
	return v, nil
}

func inflate(b []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, ErrMalformed
	}
	text, err := io.ReadAll(io.LimitReader(r, maxJSON+1))
	if err != nil || len(text) > maxJSON {
		return nil, ErrMalformed
	}
	return text, nil
}

// Serializer signs and checks values with a key: URLSafeTimedSerializer.
type Serializer struct {
	key []byte
	now func() time.Time
}

// New returns a Serializer. secret is app.secret_key, salt Flask's [Salt]; now
// nil is time.Now.
func New(secret []byte, salt string, now func() time.Time) *Serializer {
	if now == nil {
		now = time.Now
	}
	return &Serializer{sum(secret, salt), now} // key_derivation="hmac"
}

// Dumps returns v, in JSON, signed.
func (s *Serializer) Dumps(v any) (string, error) {
	text, err := compactJSON(v)
	if err != nil {
		return "", fmt.Errorf("itsdangerous: %w", err)
	}
	dot := ""
	if small := deflate(text); len(small) < len(text)-1 {
		text, dot = small, "."
	}
	seconds := bytes.TrimLeft(binary.BigEndian.AppendUint64(nil, uint64(s.now().Unix())), "\x00")
	message := dot + encode(text) + "." + encode(seconds)
	return message + "." + encode(sum(s.key, message)), nil
}

func deflate(b []byte) []byte {
	var w bytes.Buffer
	z := zlib.NewWriter(&w)
	_, err := z.Write(b)
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err) // a buffer takes all
	}
	return w.Bytes()
}

// Loads checks a value's signature and age, and reads its JSON into what into
// points to.
func (s *Serializer) Loads(value string, maxAge time.Duration, into any) (Value, error) {
	v, err := Read(value)
	switch {
	case err != nil:
		return v, err
	case !hmac.Equal(v.Signature, sum(s.key, v.message)): // in constant time
		return v, ErrSignature
	}
	if age := s.now().Unix() - v.Signed.Unix(); age < 0 || age > int64(maxAge/time.Second) {
		return v, ErrExpired
	}
	if err := json.Unmarshal(v.JSON, into); err != nil {
		return v, fmt.Errorf("itsdangerous: %w", err)
	}
	return v, nil
}

func sum(key []byte, message string) []byte {
	h := hmac.New(sha1.New, key)
	_, _ = io.WriteString(h, message) // a hash takes all
	return h.Sum(nil)
}

func encode(b []byte) string          { return base64.RawURLEncoding.EncodeToString(b) }
func decode(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }

// compactJSON is JSON as Flask writes it: keys sorted, no spaces, in ASCII.
func compactJSON(v any) ([]byte, error) {
	var w bytes.Buffer
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	var out []byte
	for _, r := range strings.TrimSuffix(w.String(), "\n") {
		switch {
		case r < 0x7f:
			out = append(out, byte(r))
		case r > 0xffff: // a surrogate pair (RFC 8259 §7)
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out, nil
}
