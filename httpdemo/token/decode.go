package token

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Decoded is what anybody can read of a token (RFC 7515 §3.1): no key is needed,
// and nothing of it is verified.
type Decoded struct {
	Header, Claims []byte // JSON
	Signature      []byte
}

// Decode takes a token apart. Its error is an ErrInvalid.
func Decode(token string) (d Decoded, err error) {
	parts := strings.Split(token, ".")
	if len(token) > MaxLength || len(parts) != 3 {
		return Decoded{}, refuse("it does not have three parts")
	}
	for i, into := range []*[]byte{&d.Header, &d.Claims, &d.Signature} {
		if *into, err = base64.RawURLEncoding.Strict().DecodeString(parts[i]); err != nil {
			return Decoded{}, refuse("%v", err)
		}
	}
	if !json.Valid(d.Header) || !json.Valid(d.Claims) {
		return Decoded{}, refuse("its parts are no JSON")
	}
	return d, nil
}

// Subject is whom the claims name, true or not; empty if they name nobody.
func (d Decoded) Subject() string {
	var c struct {
		Subject string `json:"sub"`
	}
	_ = json.Unmarshal(d.Claims, &c) // of another type: they name nobody
	return c.Subject
}
