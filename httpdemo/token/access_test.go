package token_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	judge "github.com/golang-jwt/jwt/v5"

	"statelab/httpdemo/token"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func seeded() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{3}) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	secret = []byte("a lesson's secret of 32 bytes ..")
	hs     = must(token.HMACKey("hs", secret))
	ed     = must(token.Ed25519Key("ed", make([]byte, 32)))
	p256   = must(ecdsa.GenerateKey(elliptic.P256(), seeded()))
	es     = must(token.ECDSAKey("es", p256))
)

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

func issuer(k token.Key) *token.Issuer {
	return &token.Issuer{Name: "https://issuer.example", Audience: "shop", Key: k, Now: at(start), Rand: seeded()}
}

func verifier(now time.Time, keys ...token.Key) *token.Verifier {
	return &token.Verifier{Name: "https://issuer.example", Audience: "shop", Keys: keys, Now: at(now)}
}

func issue(t testing.TB, k token.Key) (string, token.Claims) {
	t.Helper()
	s, c, err := issuer(k).Issue("kim", "browser", "cart:read cart:write")
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestIssueAndVerify(t *testing.T) {
	t.Parallel()
	for _, k := range []token.Key{hs, ed, es} {
		s, want := issue(t, k)
		got, err := verifier(start, hs, ed, es).Verify(s)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %+v, %v\nwant %+v", k.Algorithm(), got, err, want)
		}
		again, _ := issue(t, k)
		if k.Algorithm() != "ES256" && again != s {
			t.Errorf("%s: the same seed, other bytes:\n%s\n%s", k.Algorithm(), s, again)
		}
		if only, ok := k.VerifyOnly(); ok != (k.Algorithm() != "HS256") {
			t.Errorf("%s: half of it verifies: %v", k.Algorithm(), ok)
		} else if ok {
			if _, err := verifier(start, only).Verify(s); err != nil {
				t.Errorf("%s: with the public half: %v", k.Algorithm(), err)
			}
			if _, _, err := issuer(only).Issue("kim", "", ""); err == nil {
				t.Errorf("%s: the public half signs", k.Algorithm())
			}
		}
	}
}

// golang-jwt is an implementation of its own.
func TestGolangJWTAgrees(t *testing.T) {
	t.Parallel()
	for _, k := range []token.Key{hs, ed, es} {
		s, want := issue(t, k)
		var claims judge.MapClaims
		parsed, err := judge.ParseWithClaims(s, &claims, func(*judge.Token) (any, error) { return k.Public(), nil },
			judge.WithValidMethods([]string{k.Algorithm()}), judge.WithTimeFunc(at(start.Add(time.Minute))),
			judge.WithIssuer("https://issuer.example"), judge.WithAudience("shop"), judge.WithExpirationRequired(), judge.WithIssuedAt())
		if err != nil {
			t.Errorf("%s: %v", k.Algorithm(), err)
			continue
		}
		if parsed.Header["typ"] != "at+jwt" || parsed.Header["kid"] != k.ID() {
			t.Errorf("%s: header %v", k.Algorithm(), parsed.Header)
		}
		if claims["sub"] != "kim" || claims["client_id"] != "browser" || claims["scope"] != "cart:read cart:write" ||
			claims["jti"] != want.ID || claims["exp"] != float64(start.Add(5*time.Minute).Unix()) {
			t.Errorf("%s: claims %v", k.Algorithm(), claims)
		}
		if _, err := judge.Parse(s[:len(s)-8]+"AAAAAAAA", func(*judge.Token) (any, error) { return k.Public(), nil }); err == nil {
			t.Errorf("%s: the judge takes anything", k.Algorithm())
		}
	}
}

// forge signs any header and claims with golang-jwt.
func forge(t testing.TB, method judge.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	full := judge.MapClaims{
		"iss": "https://issuer.example", "aud": "shop", "sub": "kim", "jti": "x",
		"iat": start.Unix(), "nbf": start.Unix(), "exp": start.Add(5 * time.Minute).Unix(),
	}
	tok := judge.NewWithClaims(method, full)
	tok.Header["typ"], tok.Header["kid"] = "at+jwt", "hs"
	for k, v := range header {
		tok.Header[k] = v
	}
	for k, v := range claims {
		if full[k] = v; v == nil {
			delete(full, k)
		}
	}
	s, err := tok.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	hs256 := judge.SigningMethodHS256
	good := forge(t, hs256, secret, nil, nil)
	part := strings.Split(good, ".")
	for name, c := range map[string]struct{ token, says string }{
		"alg none":               {forge(t, judge.SigningMethodNone, judge.UnsafeAllowNoneSignatureType, nil, nil), ""},
		"alg none, with kid":     {b64(`{"alg":"none","typ":"at+jwt","kid":"hs"}`) + "." + part[1] + ".", ""},
		"another HMAC":           {forge(t, judge.SigningMethodHS512, secret, nil, nil), ""},
		"key confusion":          {forge(t, hs256, []byte(ed.Public().(ed25519.PublicKey)), m{"kid": "ed"}, nil), `key "ed" signs with EdDSA, not HS256`},
		"another secret":         {forge(t, hs256, []byte(strings.Repeat("x", 32)), nil, nil), ""},
		"unknown kid":            {forge(t, hs256, secret, m{"kid": "../../dev/null"}, nil), "no key is called"},
		"no kid":                 {forge(t, hs256, secret, m{"kid": ""}, nil), "no key is called"},
		"unknown crit":           {forge(t, hs256, secret, m{"crit": []string{"x"}, "x": 1}, nil), ""},
		"typ JWT":                {forge(t, hs256, secret, m{"typ": "JWT"}, nil), `its typ is "JWT"`},
		"no typ":                 {forge(t, hs256, secret, m{"typ": nil}, nil), `its typ is ""`},
		"no exp":                 {forge(t, hs256, secret, nil, m{"exp": nil}), "it lacks one of exp"},
		"no iat":                 {forge(t, hs256, secret, nil, m{"iat": nil}), "it lacks one of exp"},
		"no nbf":                 {forge(t, hs256, secret, nil, m{"nbf": nil}), "it lacks one of exp"},
		"no jti":                 {forge(t, hs256, secret, nil, m{"jti": nil}), "it lacks one of exp"},
		"no sub":                 {forge(t, hs256, secret, nil, m{"sub": nil}), "it lacks one of exp"},
		"no aud":                 {forge(t, hs256, secret, nil, m{"aud": nil}), "it is for []"},
		"no iss":                 {forge(t, hs256, secret, nil, m{"iss": nil}), `its issuer is ""`},
		"another audience":       {forge(t, hs256, secret, nil, m{"aud": "bank"}), "it is for"},
		"another issuer":         {forge(t, hs256, secret, nil, m{"iss": "https://evil.example"}), "its issuer is"},
		"not yet":                {forge(t, hs256, secret, nil, m{"nbf": start.Unix() + 1}), "it begins at"},
		"issued in the future":   {forge(t, hs256, secret, nil, m{"iat": start.Unix() + 1}), "issued in the future"},
		"expired":                {forge(t, hs256, secret, nil, m{"exp": start.Unix()}), "it has expired"},
		"exp as a string":        {forge(t, hs256, secret, nil, m{"exp": "never"}), ""},
		"claims changed":         {part[0] + "." + b64(`{"sub":"admin"}`) + "." + part[2], ""},
		"JSON serialization":     {fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, part[0], part[1], part[2]), ""},
		"two parts":              {part[0] + "." + part[1], ""},
		"a space":                {good + " ", ""},
		"empty":                  {"", ""},
		"a megabyte":             {strings.Repeat("A", 1<<20), "1048576 bytes"},
		"a key that it brings":   {forge(t, hs256, []byte(strings.Repeat("x", 32)), m{"jwk": m{"kty": "oct", "k": b64(strings.Repeat("x", 32))}}, nil), ""},
		"a key that it links to": {forge(t, hs256, []byte(strings.Repeat("x", 32)), m{"jku": "http://127.0.0.1/keys"}, nil), ""},
	} {
		got, err := verifier(start, hs, ed, es).Verify(c.token)
		if !errors.Is(err, token.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want ErrInvalid that says %q", name, err, c.says)
		}
		if got.Subject != "" {
			t.Errorf("%s: refused, and yet it says %+v", name, got)
		}
	}
	if _, err := verifier(start, hs, ed, es).Verify(good); err != nil {
		t.Errorf("what the others were made from: %v", err)
	}
	if _, err := verifier(start, hs).Verify(forge(t, hs256, secret, map[string]any{"typ": "application/AT+JWT"}, map[string]any{"aud": []string{"bank", "shop"}})); err != nil {
		t.Errorf("the long typ, and several audiences: %v", err)
	}
}

func TestLifetimeAndLeeway(t *testing.T) {
	t.Parallel()
	s, c := issue(t, hs)
	for _, leeway := range []time.Duration{0, 30 * time.Second} {
		for now, ok := range map[time.Time]bool{
			start.Add(-leeway): true, start.Add(-leeway - time.Second): false,
			c.Expires.Add(leeway - time.Second): true, c.Expires.Add(leeway): false,
		} {
			v := verifier(now, hs)
			v.Leeway = leeway
			_, err := v.Verify(s)
			if (err == nil) != ok || (now.After(start) && !ok) != errors.Is(err, token.ErrExpired) {
				t.Errorf("leeway %v, at %v: %v", leeway, now.Sub(start), err)
			}
		}
	}
}

func TestWeakKeys(t *testing.T) {
	t.Parallel()
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), seeded()))
	for name, err := range map[string]error{
		"an empty secret": second(token.HMACKey("k", nil)), "31 bytes": second(token.HMACKey("k", secret[:31])),
		"a short seed": second(token.Ed25519Key("k", secret[:31])), "P-384": second(token.ECDSAKey("k", p384)), "nil": second(token.ECDSAKey("k", nil)),
	} {
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestDenylist(t *testing.T) {
	t.Parallel()
	now := start
	d := &token.Denylist{Now: func() time.Time { return now }, Max: 2}
	i := issuer(hs)
	v := verifier(start, hs)
	v.Denied = d.Denied
	tokens := map[string]token.Claims{}
	for range 3 {
		s, c, err := i.Issue("kim", "", "")
		if err != nil {
			t.Fatal(err)
		}
		tokens[s] = c
	}
	denied := 0
	for s, c := range tokens {
		if _, err := v.Verify(s); err != nil {
			t.Fatal(err)
		}
		if err := d.Deny(c); (err == nil) != (denied < 2) {
			t.Errorf("denied %d: %v", denied, err)
		}
		if _, err := v.Verify(s); (err == nil) == (denied < 2) {
			t.Errorf("taken back, and verified: %v", err)
		}
		denied++
	}
	if n, size := d.Usage(); n != 2 || size != 2*(22+8) {
		t.Errorf("%d ids of %d bytes; want 2 of 60", n, size)
	}
	now = start.Add(5 * time.Minute)
	if err := d.Deny(token.Claims{ID: "y", Expires: now.Add(time.Minute)}); err != nil {
		t.Errorf("what has expired still takes the room: %v", err)
	}
	if n, size := d.Usage(); n != 1 || size != 1+8 {
		t.Errorf("%d ids of %d bytes; want 1 of 9", n, size)
	}
}

// Each attack of the lesson goes through the naive verifier, and not through ours.
func TestNaive(t *testing.T) {
	t.Parallel()
	public := ed.Public().(ed25519.PublicKey)
	naive := token.NewInsecureNaiveVerifier(public)
	admin := map[string]any{"sub": "admin", "exp": nil, "aud": "bank"}
	for name, s := range map[string]string{
		"alg none":      forge(t, judge.SigningMethodNone, judge.UnsafeAllowNoneSignatureType, map[string]any{"kid": "ed"}, admin),
		"key confusion": forge(t, judge.SigningMethodHS256, []byte(public), map[string]any{"kid": "ed"}, admin),
	} {
		if c, err := naive.Verify(s); err != nil || c.Subject != "admin" {
			t.Errorf("%s: the attack does not work: %+v, %v", name, c, err)
		}
		if _, err := verifier(start, ed).Verify(s); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%s: it works on the verifier that is not naive", name)
		}
	}
	s, _ := issue(t, ed)
	if c, err := naive.Verify(s); err != nil || c.Subject != "kim" {
		t.Errorf("a good token: %+v, %v", c, err)
	}
	for _, bad := range []string{"", "a.b", "a.b.c", s[:len(s)-8] + "AAAAAAAA"} {
		if _, err := naive.Verify(bad); err == nil {
			t.Errorf("%q: taken", bad)
		}
	}
}

func FuzzVerify(f *testing.F) {
	for _, k := range []token.Key{hs, ed, es} {
		s, _ := issue(f, k)
		f.Add(s)
	}
	f.Add(b64(`{"alg":"none"}`) + "." + b64(`{}`) + ".")
	v := verifier(start, hs, ed, es)
	naive := token.NewInsecureNaiveVerifier(ed.Public().(ed25519.PublicKey))
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := v.Verify(s); err == nil && (c.Subject != "kim" || c.Issuer != "https://issuer.example") {
			t.Errorf("%q says %+v", s, c)
		}
		_, _ = naive.Verify(s) // may take anything, but must not panic
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, k := range []token.Key{hs, ed, es} {
		s, _ := issue(b, k)
		v := verifier(start, k)
		b.Run(k.Algorithm(), func(b *testing.B) {
			for b.Loop() {
				if _, err := v.Verify(s); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(k.Algorithm()+" golang-jwt", func(b *testing.B) {
			for b.Loop() {
				if _, err := judge.Parse(s, func(*judge.Token) (any, error) { return k.Public(), nil }, judge.WithTimeFunc(at(start))); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(k.Algorithm()+" raw go-jose", func(b *testing.B) {
			for b.Loop() {
				parsed, err := jose.ParseSignedCompact(s, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(k.Algorithm())})
				if err != nil {
					b.Fatal(err)
				}
				payload, err := parsed.Verify(k.Public())
				if err != nil || !json.Valid(payload) {
					b.Fatal(err)
				}
			}
		})
	}
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func Example() {
	now := func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
	key, err := token.HMACKey("2026-01", []byte("a lesson's secret of 32 bytes .."))
	if err != nil {
		fmt.Println(err)
		return
	}
	i := &token.Issuer{Name: "https://issuer.example", Audience: "shop", Key: key, Now: now}
	s, _, err := i.Issue("kim", "browser", "cart:read")
	if err != nil {
		fmt.Println(err)
		return
	}
	v := &token.Verifier{Name: "https://issuer.example", Audience: "shop", Keys: []token.Key{key}, Now: now}
	c, err := v.Verify(s)
	fmt.Println(c.Subject, c.Scope, err)
	v.Audience = "bank"
	_, err = v.Verify(s)
	fmt.Println(err)
	// Output:
	// kim cart:read <nil>
	// token refused: it is for ["shop"], not for "bank"
}

func ExampleDecode() {
	s, err := token.Compact(map[string]any{"alg": "none"}, map[string]any{"sub": "admin"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := token.Decode(s)
	fmt.Printf("%s %s %d %v\n", d.Header, d.Claims, len(d.Signature), err)
	fmt.Println(d.Subject())
	// Output:
	// {"alg":"none"} {"sub":"admin"} 0 <nil>
	// admin
}

func FuzzDecode(f *testing.F) {
	s, _ := issue(f, ed)
	f.Add(s)
	f.Add("..")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := token.Decode(s)
		if err != nil {
			return
		}
		encode := base64.RawURLEncoding.EncodeToString
		if again := encode(d.Header) + "." + encode(d.Claims) + "." + encode(d.Signature); again != s {
			t.Errorf("%q taken apart and put together is %q", s, again)
		}
		_ = d.Subject()
	})
}

// The last character of a signature of 64 bytes has four bits that no octet needs: RFC 4648
// §3.5. One that is changed there alone is another token, and refused.
func TestPaddingBits(t *testing.T) {
	t.Parallel()
	seed := make([]byte, 32)
	key, err := token.Ed25519Key("k", seed)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &token.Issuer{Name: "i", Audience: "a", Key: key, TTL: time.Minute, Now: at(start)}
	good, _, err := issuer.Issue("kim", "c", "")
	if err != nil {
		t.Fatal(err)
	}
	public, _ := key.VerifyOnly()
	v := &token.Verifier{Name: "i", Audience: "a", Keys: []token.Key{public}, Now: at(start)}
	if _, err := v.Verify(good); err != nil {
		t.Fatal(err)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, good[len(good)-1])
	for i := range 16 {
		changed := good[:len(good)-1] + string(alphabet[last&^15|i])
		if _, err := v.Verify(changed); (err == nil) != (changed == good) || err != nil && !errors.Is(err, token.ErrInvalid) {
			t.Errorf("…%s for …%s: %v", changed[len(changed)-2:], good[len(good)-2:], err)
		}
	}
}
