package token

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// NaiveVerifier is DELIBERATELY INSECURE: the verifier of the attack lesson, and
// of nothing else. It does what its token's header says, and believes the rest:
//   - alg "none" needs no signature (RFC 8725 §2.1);
//   - alg "HS256" takes the verification key for an HMAC secret, which everybody
//     has if it is a public key (key confusion, §2.1);
//   - exp, nbf, aud, iss, typ and crit are not looked at (§3.8, §3.9, §3.11).
type NaiveVerifier struct {
	// Find, if set, finds the HMAC secret that kid names, whatever stands there
	// (§3.10).
	Find func(kid string) ([]byte, error)

	key ed25519.PublicKey
}

// NewInsecureNaiveVerifier returns the verifier that the attack lesson attacks. Its
// key is public, as a verifier's key may be.
func NewInsecureNaiveVerifier(key ed25519.PublicKey) *NaiveVerifier { return &NaiveVerifier{key: key} }

// Verify returns what the token says, true or not.
func (v *NaiveVerifier) Verify(token string) (Claims, error) {
	signed, signature, _ := cutLast(token, '.')
	head, body, ok := strings.Cut(signed, ".")
	if !ok || len(token) > MaxLength {
		return Claims{}, refuse("it does not have three parts")
	}
	var header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	var claims struct {
		Issuer   string   `json:"iss"`
		Subject  string   `json:"sub"`
		Audience anything `json:"aud"`
		Scope    string   `json:"scope"`
		ID       string   `json:"jti"`
		Expires  float64  `json:"exp"`
	}
	for part, into := range map[string]any{head: &header, body: &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return Claims{}, refuse("%v", err)
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return Claims{}, refuse("%v", err)
		}
	}
	sum, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return Claims{}, refuse("%v", err)
	}
	switch header.Algorithm {
	case "none":
	case "HS256":
		secret := []byte(v.key)
		if v.Find != nil {
			if secret, err = v.Find(header.KeyID); err != nil {
				return Claims{}, refuse("%v", err)
			}
		}
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(signed))
		if !hmac.Equal(h.Sum(nil), sum) {
			return Claims{}, refuse("its signature does not fit")
		}
	case "EdDSA":
		if len(v.key) != ed25519.PublicKeySize || !ed25519.Verify(v.key, []byte(signed), sum) {
			return Claims{}, refuse("its signature does not fit")
		}
	default:
		return Claims{}, refuse("its alg is %q", header.Algorithm)
	}
	return Claims{
		Issuer: claims.Issuer, Subject: claims.Subject, Audience: claims.Audience, Scope: claims.Scope, ID: claims.ID,
		Expires: time.Unix(int64(claims.Expires), 0).UTC(),
	}, nil
}

func cutLast(s string, at byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, at)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// anything is one string or several (RFC 7519 §4.1.3).
type anything []string

func (a *anything) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = anything{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}
