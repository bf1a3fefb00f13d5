package http1

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Credential is how a request says who asks (RFC 9110 §11.6.2).
type Credential struct {
	Field  string // as sent: "Authorization", "Proxy-Authorization", "X-API-Key"
	Scheme string // "Basic", "Bearer", as sent; empty where the field has none
	User   string // of Basic (RFC 7617 §2); its password is never shown
	Token  string // what follows the scheme, of others
	JWT    *JWT   // of a token that is one
}

// credentialFields say who asks: HTTP's own, and those that programming
// interfaces have made common.
var credentialFields = []string{"Authorization", "Proxy-Authorization", "X-API-Key", "X-API-Token", "X-Auth-Token"}

// Credentials returns the credentials that a request brings.
func (m *Message) Credentials() (all []Credential) {
	for _, f := range m.Fields {
		for i, name := range credentialFields {
			if !equalFold(f.Name, name) || len(all) >= maxCookies {
				continue
			}
			c := Credential{Field: f.Name, Token: f.Value}
			if i < 2 {
				c.Scheme, c.Token, _ = strings.Cut(f.Value, " ")
			}
			c.Token = strings.Trim(c.Token, " \t")
			if equalFold(c.Scheme, "Basic") {
				c.User, c.Token = basicUser(c.Token), ""
			} else if j, ok := ParseJWT(c.Token); ok {
				c.JWT = j
			}
			all = append(all, c)
		}
	}
	return all
}

func basicUser(token string) string {
	b, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return ""
	}
	user, _, _ := strings.Cut(string(b), ":")
	return user
}

// JWT is what a JSON Web Token says of itself (RFC 7519). It is decoded, never
// verified: anybody can write one.
type JWT struct {
	Header, Claims json.RawMessage // decoded from base64url, white space taken out
	Algorithm      string          // the header's "alg"; "none" is unsigned
	Issuer         string          // iss
	Subject        string          // sub
	IssuedAt       time.Time       // iat, zero for none
	Expires        time.Time       // exp, zero for none
	Signature      int             // length of the signature in bytes
}

// maxJWT bounds the tokens that are looked into, in bytes.
const maxJWT = 16 << 10

// ParseJWT decodes a token in the compact form of RFC 7515 §3.1: three parts of
// base64url with points between, of which the first two are JSON objects.
func ParseJWT(s string) (*JWT, bool) {
	parts := strings.Split(s, ".")
	if len(s) > maxJWT || len(parts) != 3 || !strings.HasPrefix(s, "ey") {
		return nil, false
	}
	var j JWT
	var header struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		Iss any `json:"iss"`
		Sub any `json:"sub"`
		Iat any `json:"iat"`
		Exp any `json:"exp"`
	}
	for i, into := range []any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, into) != nil {
			return nil, false
		}
		var one bytes.Buffer
		if json.Compact(&one, raw) != nil {
			return nil, false
		}
		if i == 0 {
			j.Header = one.Bytes()
		} else {
			j.Claims = one.Bytes()
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, false
	}
	j.Algorithm, j.Signature = header.Alg, len(signature)
	j.Issuer, _ = claims.Iss.(string)
	j.Subject, _ = claims.Sub.(string)
	j.IssuedAt, j.Expires = numericDate(claims.Iat), numericDate(claims.Exp)
	return &j, true
}

// numericDate reads a NumericDate (RFC 7519 §2).
func numericDate(v any) time.Time {
	seconds, ok := v.(float64)
	if !ok || seconds <= 0 || seconds > 253402300799 { // the year 9999
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC()
}

// ValueKind is what a cookie's value seems to be.
type ValueKind string

// Kinds of value. They are guesses, from the name and how random the value is.
const (
	ValuePlain   ValueKind = ""
	ValueSession ValueKind = "session"
	ValueToken   ValueKind = "jwt"
)

// sessionWords are found in the names of cookies that hold sessions.
var sessionWords = []string{"sess", "sid", "auth", "token", "login", "remember"}

// enoughBits is from where a value is too random to be guessed (OWASP asks for
// 64 bits of a session id).
const enoughBits = 64

// Recognise guesses what a cookie is for.
func Recognise(name, value string) ValueKind {
	if _, ok := ParseJWT(value); ok {
		return ValueToken
	}
	bits := Bits(value)
	lower := strings.ToLower(name)
	for _, word := range sessionWords {
		if strings.Contains(lower, word) && bits >= enoughBits/2 {
			return ValueSession
		}
	}
	if bits >= enoughBits && random(value) {
		return ValueSession
	}
	return ValuePlain
}

// random reports whether a value is one run of letters and digits, of both.
func random(value string) bool {
	digits := 0
	for i := range len(value) {
		switch c := value[i]; {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z', strings.IndexByte("+/=_-", c) >= 0:
		default:
			return false
		}
	}
	return digits > 0 && digits < len(value)
}

// Bits estimates how much chance is in a value, in bits: its length times the
// entropy of how often each character stands in it. It is too low for short
// values, and too high for text in words.
func Bits(value string) float64 {
	var counts [256]int
	for i := range len(value) {
		counts[value[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			bits -= float64(n) * math.Log2(float64(n)/float64(len(value)))
		}
	}
	return bits
}
