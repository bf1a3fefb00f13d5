package token

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// MaxLength is the longest access token that is looked at, in bytes.
const MaxLength = 8 << 10

var (
	// ErrInvalid is wrapped by every refusal of a token; its text says why.
	ErrInvalid = errors.New("token refused")
	// ErrExpired is the ErrInvalid of a token that was good once.
	ErrExpired = fmt.Errorf("%w: it has expired", ErrInvalid)
)

// Claims are what an access token says (RFC 9068 §2.2).
type Claims struct {
	Issuer    string    // iss
	Subject   string    // sub: the user
	Audience  []string  // aud
	ClientID  string    // client_id
	Scope     string    // scope, words parted by spaces; may be empty
	ID        string    // jti
	IssuedAt  time.Time // iat
	NotBefore time.Time // nbf
	Expires   time.Time // exp
}

// wire is Claims as JSON.
type wire struct {
	jwt.Claims
	ClientID string `json:"client_id,omitempty"`
	Scope    string `json:"scope,omitempty"`
}

// Issuer signs access tokens.
type Issuer struct {
	// Name and Audience become iss and aud.
	Name     string
	Audience string
	// Key signs.
	Key Key
	// TTL is how long a token is good; 0 is 5 minutes. Nothing takes it back sooner
	// but a Denylist.
	TTL time.Duration
	// Now is the clock; nil is time.Now. Rand makes the ids; nil is crypto/rand.
	Now  func() time.Time
	Rand io.Reader

	mu sync.Mutex // held while Rand is read
}

// Issue returns a token for the subject, and what it says. With HS256 and EdDSA
// the same time and randomness give the same bytes.
func (i *Issuer) Issue(subject, clientID, scope string) (string, Claims, error) {
	if i.Key.private == nil || i.Name == "" || i.Audience == "" || subject == "" {
		return "", Claims{}, errors.New("token: an Issuer needs a Name, an Audience, a Key that signs, and a token a subject")
	}
	var id [16]byte
	i.mu.Lock()
	_, err := io.ReadFull(reader(i.Rand), id[:])
	i.mu.Unlock()
	if err != nil {
		return "", Claims{}, fmt.Errorf("token: no randomness for an id: %w", err)
	}
	now := clock(i.Now)().UTC().Truncate(time.Second) // NumericDate, whole seconds here (RFC 7519 §2)
	c := Claims{
		Issuer: i.Name, Subject: subject, Audience: []string{i.Audience}, ClientID: clientID, Scope: scope,
		ID: base64.RawURLEncoding.EncodeToString(id[:]), IssuedAt: now, NotBefore: now,
		Expires: now.Add(cmp.Or(i.TTL, 5*time.Minute)),
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: i.Key.algorithm, Key: i.Key.private},
		(&jose.SignerOptions{}).WithType("at+jwt").WithHeader("kid", i.Key.id))
	if err != nil {
		return "", Claims{}, fmt.Errorf("token: %w", err)
	}
	signed, err := jwt.Signed(signer).Claims(wire{
		Claims: jwt.Claims{
			Issuer: c.Issuer, Subject: c.Subject, Audience: c.Audience, ID: c.ID,
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(c.Expires),
		},
		ClientID: clientID, Scope: scope,
	}).Serialize()
	if err != nil {
		return "", Claims{}, fmt.Errorf("token: %w", err)
	}
	return signed, c, nil
}

// Verifier checks access tokens, remembering nothing of them.
type Verifier struct {
	// Name and Audience are whom a token must come from, and be for.
	Name     string
	Audience string
	// Keys are those that may have signed it. Each has an id of its own.
	Keys []Key
	// Leeway is how far clocks may differ; 0 is not at all.
	Leeway time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Denied tells whether a token that is good otherwise was taken back; nil: no.
	Denied func(id string) bool
}

// Verify returns what the token says, or an ErrInvalid that says why it does not
// hold (RFC 9068 §4, RFC 8725).
func (v *Verifier) Verify(token string) (Claims, error) {
	if len(token) > MaxLength {
		return Claims{}, refuse("%d bytes", len(token))
	}
	var algorithms []jose.SignatureAlgorithm
	for _, k := range v.Keys {
		algorithms = append(algorithms, k.algorithm)
	}
	// RFC 4648 §3.5: bits that no octet needs are 0. Otherwise a token could be written in
	// several ways, and one that was changed would still pass.
	for part := range strings.SplitSeq(token, ".") {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return Claims{}, refuse("it is not base64url: %v", err)
		}
	}
	parsed, err := jwt.ParseSigned(token, algorithms) // compact, one signature; crit is enforced
	if err != nil {
		return Claims{}, refuse("%v", err)
	}
	header := parsed.Headers[0]
	// RFC 8725 §3.11: a token of another kind must not pass for this one.
	typ, _ := header.ExtraHeaders[jose.HeaderType].(string)
	if !strings.EqualFold(typ, "at+jwt") && !strings.EqualFold(typ, "application/at+jwt") {
		return Claims{}, refuse("its typ is %q, not at+jwt", typ)
	}
	// kid names one of our keys, and is no path, query or URL (RFC 8725 §3.10); the
	// algorithm is the key's, so that no public key is taken for an HMAC secret
	// (§3.1).
	at := slices.IndexFunc(v.Keys, func(k Key) bool { return k.id == header.KeyID })
	if at < 0 {
		return Claims{}, refuse("no key is called %q", header.KeyID)
	}
	if key := v.Keys[at]; string(key.algorithm) != header.Algorithm {
		return Claims{}, refuse("key %q signs with %s, not %s", key.id, key.algorithm, header.Algorithm)
	}
	var w wire
	if err := parsed.Claims(v.Keys[at].public, &w); errors.Is(err, jose.ErrCryptoFailure) {
		return Claims{}, refuse("its signature does not fit")
	} else if err != nil {
		return Claims{}, refuse("%v", err)
	}
	if w.Expiry == nil || w.IssuedAt == nil || w.NotBefore == nil || w.Subject == "" || w.ID == "" {
		return Claims{}, refuse("it lacks one of exp, iat, nbf, sub, jti")
	}
	c := Claims{
		Issuer: w.Issuer, Subject: w.Subject, Audience: w.Audience, ClientID: w.ClientID, Scope: w.Scope, ID: w.ID,
		IssuedAt: w.IssuedAt.Time().UTC(), NotBefore: w.NotBefore.Time().UTC(), Expires: w.Expiry.Time().UTC(),
	}
	if err := v.check(c); err != nil {
		return Claims{}, err
	}
	return c, nil
}

func (v *Verifier) check(c Claims) error {
	now := clock(v.Now)()
	switch {
	case v.Name == "" || c.Issuer != v.Name:
		return refuse("its issuer is %q, not %q", c.Issuer, v.Name)
	case v.Audience == "" || !slices.Contains(c.Audience, v.Audience):
		return refuse("it is for %q, not for %q", c.Audience, v.Audience)
	case !now.Before(c.Expires.Add(v.Leeway)): // RFC 7519 §4.1.4: on or after
		return ErrExpired
	case now.Add(v.Leeway).Before(c.NotBefore):
		return refuse("it begins at %s", c.NotBefore.Format(time.RFC3339))
	case now.Add(v.Leeway).Before(c.IssuedAt):
		return refuse("it was issued in the future, at %s", c.IssuedAt.Format(time.RFC3339))
	case v.Denied != nil && v.Denied(c.ID):
		return refuse("it was taken back")
	}
	return nil
}

func refuse(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, a...))
}

func clock(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

func reader(r io.Reader) io.Reader {
	if r == nil {
		return rand.Reader
	}
	return r
}
