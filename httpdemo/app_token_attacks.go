package httpdemo

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/token"
)

// tokenAttackApp has an API that is behind our verifier, and the same behind naive
// ones where Services.Attackable says so.
type tokenAttackApp struct {
	services *Services
	verifier *token.Verifier
	private  ed25519.PrivateKey
	public   ed25519.PublicKey
	weak     string // the secret of the weak one
	// takenBack is a token that both denylists have: ours knows it by its jti, the
	// naive one by its text.
	takenBack           string
	denied, naiveDenied *token.Denylist
}

// tokenSharedKey is a second key of our verifier, a secret of 32 random bytes: HS256
// is an algorithm that it knows.
const tokenSharedKey = "2025-2"

func newTokenAttacks(s *Services) (App, error) {
	private := ed25519.NewKeyFromSeed(s.Key("token signature"))
	key, err := token.Ed25519Key(tokenKey, private.Seed())
	if err != nil {
		return nil, err
	}
	shared, err := token.HMACKey(tokenSharedKey, s.Key("token secret"))
	if err != nil {
		return nil, err
	}
	verifier := newTokenResource(s, key).verifier
	verifier.Keys = append(verifier.Keys, shared)
	a := &tokenAttackApp{
		services: s, verifier: verifier, private: private, public: private.Public().(ed25519.PublicKey),
		weak:   tokenWords[int(s.Key("a word")[0])%len(tokenWords)],
		denied: &token.Denylist{Now: s.Now}, naiveDenied: &token.Denylist{Now: s.Now},
	}
	verifier.Denied = a.denied.Denied
	return a, a.takeBack()
}

// takeBack issues a token, and puts it on both denylists where there is a verifier that
// lets its other spelling in.
func (a *tokenAttackApp) takeBack() (err error) {
	const day = 24 * time.Hour
	now := a.services.Now()
	claims := tokenClaims(tokenTakenBack, now)
	claims["exp"] = now.Add(day).Unix()
	if a.takenBack, err = a.sign(tokenHeader("EdDSA"), claims); err != nil || !a.services.Attackable {
		return err
	}
	return errors.Join(
		a.denied.Deny(token.Claims{ID: tokenTakenBack, Expires: now.Add(day)}),
		a.naiveDenied.Deny(token.Claims{ID: a.takenBack, Expires: now.Add(day)}),
	)
}

// tokenClaims are those of a good token of a user's, for five minutes.
func tokenClaims(id string, now time.Time) map[string]any {
	return map[string]any{
		"iss": tokenIssuer, "aud": tokenAudience, "sub": demoAccounts[0].User, "jti": id,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
}

// sign makes a token as the issuer does.
func (a *tokenAttackApp) sign(header, claims map[string]any) (string, error) {
	return token.Compact(header, claims, func(signed []byte) []byte { return ed25519.Sign(a.private, signed) })
}

func (a *tokenAttackApp) Routes(mux Mux) {
	mux.HandleFunc("GET /token-attacks/{$}", a.page)
	mux.HandleFunc("POST /token-attacks/{$}", a.try)
	mux.HandleFunc("GET /token-attacks/keys", a.keys)
	mux.HandleFunc("GET /token-attacks/api", a.api)
	if a.services.Attackable {
		mux.HandleFunc("GET /token-attacks/attackable/issued", a.issuedTokens)
		mux.HandleFunc("GET /token-attacks/attackable/guest", a.guest)
		mux.HandleFunc("GET /token-attacks/attackable/{kind}", a.naive)
	}
}

// Memory lists the keys and the denylists.
func (a *tokenAttackApp) Memory() []trace.Entry {
	all := []trace.Entry{{Kind: trace.MemoryResource, Name: "token key " + tokenKey, Value: "…", Bytes: ed25519.SeedSize}}
	all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "token key " + tokenSharedKey, Value: "…", Bytes: 32})
	if a.services.Attackable {
		all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "weak secret", Value: "…", Bytes: len(a.weak)})
	}
	all = append(all, tokenLedger(a.denied)...)
	for _, e := range tokenLedger(a.naiveDenied) {
		e.Name = "denylist by text"
		all = append(all, e)
	}
	return all
}

// keys publishes the key as a JWK Set (RFC 7517 §5, RFC 8037 §2): who verifies needs
// it, and nobody can sign with it.
func (a *tokenAttackApp) keys(w http.ResponseWriter, _ *http.Request) {
	a.services.JSON(w, http.StatusOK, map[string]any{"keys": []map[string]string{{
		"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(a.public), "kid": tokenKey, "alg": "EdDSA", "use": "sig",
	}}})
}

// api is behind the verifier of the token lesson.
func (a *tokenAttackApp) api(w http.ResponseWriter, r *http.Request) {
	a.answer(w, r, func(s string) (string, error) {
		c, err := a.verifier.Verify(s)
		return c.Subject, err
	})
}

// naive is behind one of the naive verifiers.
func (a *tokenAttackApp) naive(w http.ResponseWriter, r *http.Request) {
	verify, ok := a.naiveVerify(r.PathValue("kind"))
	if !ok {
		a.services.Fail(w, r, http.StatusNotFound, trace.Text{En: "There is no such verifier.", Ko: "그런 검증자는 없습니다."})
		return
	}
	a.answer(w, r, verify)
}

func (a *tokenAttackApp) answer(w http.ResponseWriter, r *http.Request, verify func(string) (string, error)) {
	w.Header().Set("Cache-Control", "no-store")
	access, challenge := bearer(r)
	if challenge == "" {
		user, err := verify(access)
		if err == nil {
			a.services.JSON(w, http.StatusOK, map[string]string{"user": user})
			return
		}
		challenge = `, error="invalid_token", error_description="` + bearerText(err.Error()) + `"`
	}
	challengeBearer(w, challenge)
	a.services.Fail(w, r, http.StatusUnauthorized, trace.Text{En: "The token is refused.", Ko: "토큰을 거절합니다."})
}

// issued are tokens that the same issuer has signed for others, or once: each is
// good where it belongs, but for one that was taken back.
func (a *tokenAttackApp) issued() (map[string]string, error) {
	const years = 3 * 365 * 24 * 3600
	now := a.services.Now()
	all := map[string]string{tokenTakenBack: a.takenBack}
	for kind, change := range map[string]func(header, claims map[string]any){
		"no-exp": func(_, c map[string]any) {
			delete(c, "exp")
			c["iat"], c["nbf"] = now.Unix()-years, now.Unix()-years
		},
		"audience": func(_, c map[string]any) { c["aud"] = "https://photos.example" },
		"typ":      func(h, _ map[string]any) { h["typ"] = "JWT" },
		"crit":     func(h, _ map[string]any) { h["crit"], h["example/bound-to"] = []string{"example/bound-to"}, "device 7" },
	} {
		header, claims := tokenHeader("EdDSA"), tokenClaims(kind, now)
		change(header, claims)
		s, err := a.sign(header, claims)
		if err != nil {
			return nil, err
		}
		all[kind] = s
	}
	return all, nil
}

func (a *tokenAttackApp) issuedTokens(w http.ResponseWriter, r *http.Request) {
	all, err := a.issued()
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	a.services.JSON(w, http.StatusOK, all)
}

// guestToken is what the server with the weak secret gives to everybody.
func (a *tokenAttackApp) guestToken() (string, error) {
	now := a.services.Now().Unix()
	return token.Compact(tokenHeader("HS256"), map[string]any{
		"iss": tokenIssuer, "aud": tokenAudience, "sub": "guest", "jti": "guest", "iat": now, "nbf": now, "exp": now + 300,
	}, token.HS256([]byte(a.weak)))
}

func (a *tokenAttackApp) guest(w http.ResponseWriter, _ *http.Request) {
	s, err := a.guestToken()
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	a.services.JSON(w, http.StatusOK, map[string]string{"access_token": s})
}
