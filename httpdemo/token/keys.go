// Package token makes and checks tokens: access tokens that carry what the server
// would otherwise remember (JWT, RFC 7519, in the profile of RFC 9068), and the
// refresh tokens that renew them, of which it must remember something again.
package token

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Key is one signing key. Its algorithm belongs to it: a token cannot choose.
type Key struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   any // nil: it can only verify
	public    any
}

// HMACKey returns a key for HS256: whoever can verify can also sign. secret has
// at least 32 bytes (RFC 7518 §3.2).
func HMACKey(id string, secret []byte) (Key, error) {
	if len(secret) < 32 {
		return Key{}, fmt.Errorf("token: an HS256 secret of %d bytes: at least 32 (RFC 7518 §3.2)", len(secret))
	}
	return Key{id, jose.HS256, secret, secret}, nil
}

// Ed25519Key returns a key for EdDSA (RFC 8037) of a seed of 32 bytes.
func Ed25519Key(id string, seed []byte) (Key, error) {
	if len(seed) != ed25519.SeedSize {
		return Key{}, fmt.Errorf("token: an Ed25519 seed of %d bytes, not %d", len(seed), ed25519.SeedSize)
	}
	private := ed25519.NewKeyFromSeed(seed)
	return Key{id, jose.EdDSA, private, private.Public()}, nil
}

// ECDSAKey returns a key for ES256. Its signatures take randomness from the
// system: two of the same claims differ.
func ECDSAKey(id string, private *ecdsa.PrivateKey) (Key, error) {
	if private == nil || private.Curve != elliptic.P256() {
		return Key{}, errors.New("token: ES256 is on the curve P-256 (RFC 7518 §3.4)")
	}
	return Key{id, jose.ES256, private, &private.PublicKey}, nil
}

// ID is the key's name in a token's header, "kid".
func (k Key) ID() string { return k.id }

// Algorithm is the key's algorithm as a token's header writes it.
func (k Key) Algorithm() string { return string(k.algorithm) }

// Public is what verifies the key's signatures: an ed25519.PublicKey, an
// *ecdsa.PublicKey, or HS256's secret.
func (k Key) Public() any { return k.public }

// VerifyOnly is the key without what signs; false for HS256, which has no such half.
func (k Key) VerifyOnly() (Key, bool) {
	if k.algorithm == jose.HS256 {
		return Key{}, false
	}
	k.private = nil
	return k, true
}
