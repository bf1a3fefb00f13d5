package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Compact is a token of any header and claims, whether it makes sense or not (JWS
// compact serialization, RFC 7515 §7.1). sign returns the signature of what is
// signed; nil makes none. It is for showing what verifiers must refuse.
func Compact(header, claims any, sign func(signed []byte) []byte) (string, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return "", fmt.Errorf("token: header: %w", err)
	}
	c, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("token: claims: %w", err)
	}
	signed := base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(c)
	if sign == nil {
		return signed + ".", nil
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(signed))), nil
}

// HS256 returns what makes a signature with a secret of any length, also of none
// (RFC 7518 §3.2 asks for 32 bytes).
func HS256(secret []byte) func(signed []byte) []byte {
	return func(signed []byte) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write(signed)
		return h.Sum(nil)
	}
}
