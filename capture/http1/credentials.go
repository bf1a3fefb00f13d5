package http1

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Place is where in a request a credential stands.
type Place string

// Places.
const (
	InField  Place = "field"  // a header field
	InTarget Place = "target" // the query, or a path's parameter, of the target
	InForm   Place = "form"   // a body of application/x-www-form-urlencoded
	InJSON   Place = "json"   // a member of a body that is a JSON object
)

// Credential is how a request says who asks: by a field of HTTP's authentication
// (RFC 9110 §11.6.2), or in a place of the application's own.
type Credential struct {
	In     Place
	Field  string // the name as sent: "Authorization", "X-API-Key", "sid", "password"
	Scheme string // "Basic", "Bearer", as sent; empty where the field has none
	User   string // of Basic (RFC 7617 §2), or beside a password, which is never shown
	Token  string // what follows the scheme, of others
	JWT    *JWT   // of a token that is one
	// Unsure says that only its name speaks for it: a parameter of that name may
	// stand for something else, and its value is not what ids and tokens look like.
	Unsure bool
}

// schemeFields have an authentication scheme before the credentials; tokenFields
// are those that programming interfaces have made common.
var (
	schemeFields = []string{"Authorization", "Proxy-Authorization"}
	tokenFields  = []string{"X-API-Key", "X-API-Token", "X-Auth-Token", "Session-Id", "X-Session-Id", "X-Session-Token"}
)

// Names that parameters of a target, a form or an object have, in small letters and
// without "-" and "_": of what stands for a session or a right to access (RFC 6750
// §2.2, §2.3), of passwords, and of who has these.
var (
	bareToken     = []string{"token"}
	ownNames      = []string{"accesstoken", "jsessionid", "phpsessid"} // of nothing else
	tokenNames    = append(bareToken, "sid", "sessid", "session", "sessionid", "jsessionid", "phpsessid", "accesstoken", "refreshtoken", "apikey", "authtoken")
	passwordNames = []string{"password", "passwd", "pwd", "passphrase", "currentpassword", "oldpassword", "userpassword"}
	userNames     = []string{"username", "user", "login", "email", "userid"}
)

// CredentialBody is how much of a body Credentials looks into, in bytes.
const CredentialBody = 64 << 10

// Credentials returns the credentials that a request brings; those of its body as
// far as Body has it.
func (m *Message) Credentials() (all []Credential) {
	for _, f := range m.Fields {
		switch {
		case anyFold(schemeFields, f.Name):
			c := Credential{In: InField, Field: f.Name}
			c.Scheme, c.Token, _ = strings.Cut(f.Value, " ")
			if c.Token = strings.Trim(c.Token, " \t"); equalFold(c.Scheme, "Basic") {
				c.User, c.Token = basicUser(c.Token), ""
			}
			all = append(all, c)
		case anyFold(tokenFields, f.Name):
			all = append(all, Credential{In: InField, Field: f.Name, Token: f.Value})
		}
	}
	all = append(all, among(InTarget, targetParameters(m.Target))...)
	all = append(all, among(m.bodyParameters())...)
	all = all[:min(len(all), maxCookies)]
	for i := range all {
		all[i].JWT, _ = ParseJWT(all[i].Token)
	}
	return all
}

// CarriesState reports whether a header field of that name says who asks, or asks
// to be told so later (RFC 6265, RFC 9110 §11.6.2, §11.7.2).
func CarriesState(field string) bool {
	return equalFold(field, "Cookie") || equalFold(field, "Set-Cookie") || anyFold(schemeFields, field) || anyFold(tokenFields, field)
}

// among finds the credentials among parameters. They keep nothing of the body in
// which these stand.
func among(in Place, parameters []parameter) (all []Credential) {
	for _, p := range parameters {
		switch {
		case p.namedIn(passwordNames):
			all = append(all, Credential{In: in, Field: strings.Clone(p.name), User: strings.Clone(userAmong(parameters))})
		case p.value != "" && p.namedIn(tokenNames):
			all = append(all, Credential{In: in, Field: strings.Clone(p.name), Token: strings.Clone(p.value), Unsure: p.unsure(in)})
		}
	}
	return all
}

// unsure reports whether a parameter may well stand for something else than its name
// says. A body's token may be what is asked about (RFC 7662 §2.1), or guard against
// forged requests.
func (p parameter) unsure(in Place) bool {
	if in != InTarget && p.namedIn(bareToken) {
		return true
	}
	return Recognise(p.name, p.value) == ValuePlain && !p.namedIn(ownNames)
}

func anyFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return equalFold(n, name) })
}

// parameter is a name and a value, decoded.
type parameter struct{ name, value string }

func (p parameter) namedIn(names []string) bool {
	return slices.Contains(names, strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(p.name)))
}

func userAmong(all []parameter) string {
	for _, p := range all {
		if p.namedIn(userNames) {
			return p.value
		}
	}
	return ""
}

// targetParameters are those of a target's query, and of its path: "/a;jsessionid=b"
// (RFC 3986 §3.3).
func targetParameters(target string) []parameter {
	target, _, _ = strings.Cut(target, "#")
	path, query, _ := strings.Cut(target, "?")
	all := formParameters(query)
	if _, after, ok := strings.Cut(path, ";"); ok {
		after, _, _ = strings.Cut(after, "/")
		all = append(all, formParameters(strings.ReplaceAll(after, ";", "&"))...)
	}
	return all
}

// bodyParameters are those of a body in a form or a JSON object, in the order of
// the former and by name of the latter.
func (m *Message) bodyParameters() (in Place, all []parameter) {
	if len(m.Body) == 0 {
		return "", nil
	}
	kind, _ := m.Get("Content-Type")
	kind, _, _ = strings.Cut(kind, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	isJSON := kind == "application/json" || strings.HasSuffix(kind, "+json")
	if !isJSON && kind != "application/x-www-form-urlencoded" {
		return "", nil
	}
	body, err := m.Decode(CredentialBody)
	if err != nil && !errors.Is(err, ErrTooLong) {
		return "", nil
	}
	if !isJSON {
		return InForm, formParameters(string(body))
	}
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return "", nil
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if v, ok := members[name].(string); ok {
			all = append(all, parameter{name, v})
		}
	}
	return InJSON, all
}

// formParameters reads the encoding of forms, of which a query is one.
func formParameters(s string) (all []parameter) {
	for part := range strings.SplitSeq(s, "&") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || len(all) >= maxCookies {
			continue
		}
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		all = append(all, parameter{name, value})
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
