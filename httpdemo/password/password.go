// Package password keeps passwords as Argon2id hashes (RFC 9106), so that who
// reads the accounts does not have them.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The lengths of a password: at least MinLength characters (OWASP ASVS 5.0,
// 6.2.1), and at most MaxLength bytes, so that nobody can make us hash a
// megabyte. Longer than 64 characters is allowed (6.2.9), and nothing is cut off.
const (
	MinLength = 8
	MaxLength = 1024
)

var (
	// ErrTooShort and ErrTooLong are passwords that Hash does not take.
	ErrTooShort = fmt.Errorf("a password has at least %d characters", MinLength)
	ErrTooLong  = fmt.Errorf("a password has at most %d bytes", MaxLength)
	// ErrFormat is a stored hash that is not an Argon2id PHC string.
	ErrFormat = errors.New("not an Argon2id hash in PHC format")
)

// Params are Argon2id's costs (RFC 9106 §3.1).
type Params struct {
	Memory  uint32 // m, KiB
	Passes  uint32 // t
	Threads uint8  // p
}

// OWASP is the least that OWASP's Password Storage Cheat Sheet recommends.
var OWASP = Params{Memory: 19456, Passes: 2, Threads: 1}

const (
	saltBytes = 16 // RFC 9106 §3.1: 16 bytes are recommended
	hashBytes = 32
)

// Hasher hashes and verifies. The zero value is good.
type Hasher struct {
	// Params of new hashes; zero is OWASP.
	Params Params
	// Rand makes the salts; nil is crypto/rand.
	Rand io.Reader

	dummy     sync.Once
	dummyHash string
}

func (h *Hasher) params() Params {
	if h.Params == (Params{}) {
		return OWASP
	}
	return h.Params
}

// Hash returns the password's hash with a salt of its own, as a PHC string:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH.
func (h *Hasher) Hash(password string) (string, error) {
	switch {
	case utf8.RuneCountInString(password) < MinLength:
		return "", ErrTooShort
	case len(password) > MaxLength:
		return "", ErrTooLong
	}
	source := h.Rand
	if source == nil {
		source = rand.Reader
	}
	var salt [saltBytes]byte
	if _, err := io.ReadFull(source, salt[:]); err != nil {
		return "", fmt.Errorf("password: no randomness for a salt: %w", err)
	}
	return h.params().hash(password, salt[:]).String(), nil
}

// Verify tells whether the password is the one of that hash, and whether the hash
// should be made anew since it is weaker than Params: then, while the password
// is at hand, Hash it and store that. An empty hash stands for a user who is
// unknown: it costs the same time, and never fits, so that the time of a login
// does not tell which users exist (ASVS 5.0, 6.3.8).
func (h *Hasher) Verify(password, hash string) (ok, rehash bool, err error) {
	known := hash != ""
	if !known {
		h.dummy.Do(func() { h.dummyHash = h.params().hash("", make([]byte, saltBytes)).String() })
		hash = h.dummyHash
	}
	stored, err := parse(hash)
	if err != nil {
		return false, false, err
	}
	if len(password) > MaxLength {
		return false, false, nil // no such password was ever hashed, known user or not
	}
	same := subtle.ConstantTimeCompare(stored.params.hash(password, stored.salt).sum, stored.sum) == 1
	if !known || !same {
		return false, false, nil
	}
	p := h.params()
	weaker := stored.params.Memory < p.Memory || stored.params.Passes < p.Passes || stored.params.Threads < p.Threads
	return true, weaker, nil
}

type phc struct {
	params    Params
	salt, sum []byte
}

func (p Params) hash(password string, salt []byte) phc {
	return phc{p, salt, argon2.IDKey([]byte(password), salt, p.Passes, p.Memory, p.Threads, hashBytes)}
}

func (h phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.params.Memory, h.params.Passes, h.params.Threads, b64(h.salt), b64(h.sum))
}

// The greatest costs that a stored hash may ask of us.
const (
	maxMemory = 1 << 20 // KiB: 1 GiB
	maxPasses = 64
)

func parse(s string) (phc, error) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, ErrFormat
	}
	var h phc
	costs := strings.Split(part[3], ",")
	if len(costs) != 3 {
		return phc{}, ErrFormat
	}
	var numbers [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(costs[i], name)
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || n == 0 || strconv.FormatUint(n, 10) != digits {
			return phc{}, fmt.Errorf("%w: cost %q", ErrFormat, costs[i])
		}
		numbers[i] = n
	}
	if numbers[0] > maxMemory || numbers[1] > maxPasses || numbers[2] > 255 {
		return phc{}, fmt.Errorf("%w: costs %s are more than we pay", ErrFormat, part[3])
	}
	h.params = Params{Memory: uint32(numbers[0]), Passes: uint32(numbers[1]), Threads: uint8(numbers[2])}
	var err, err2 error
	h.salt, err = base64.RawStdEncoding.Strict().DecodeString(part[4])
	h.sum, err2 = base64.RawStdEncoding.Strict().DecodeString(part[5])
	if err != nil || err2 != nil || len(h.salt) < 8 || len(h.sum) != hashBytes || h.String() != s {
		return phc{}, ErrFormat
	}
	return h, nil
}
