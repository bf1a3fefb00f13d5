package httpdemo

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
	"statelab/httpdemo/token"
)

// tokenApp is the hybrid: an access token that carries what the server would
// otherwise remember, and a refresh token of which it must remember something.
type tokenApp struct {
	tokenResource
	accounts *accounts
	issuer   *token.Issuer
	store    tokenStore
	families *token.Families
}

// tokenResource is what any server can do that has the key: it checks access tokens.
// Look for a field that could remember who has logged in; the denylist, if there
// is one, is that field.
type tokenResource struct {
	services *Services
	verifier *token.Verifier
	denied   *token.Denylist
}

// The names in a token.
const (
	tokenIssuer   = "https://statelab.example"
	tokenAudience = "https://api.statelab.example"
	tokenClient   = "statelab"
	tokenKey      = "2026-1"
)

// How long tokens live on the pages, long enough to read and short enough to see
// the end of; and how long a refresh token that was just used may come again.
const (
	tokenLifetime = 2 * time.Minute
	tokenWindow   = 5 * time.Second
)

func newToken(s *Services) (App, error) { return newTokenFor(s, tokenLifetime) }

func newTokenFor(s *Services, lifetime time.Duration) (*tokenApp, error) {
	key, err := token.Ed25519Key(tokenKey, s.Key("token signature"))
	if err != nil {
		return nil, err
	}
	random := &locked{r: s.Rand}
	kept := newTokenStore(s)
	return &tokenApp{
		tokenResource: newTokenResource(s, key),
		accounts:      newAccounts(s),
		issuer:        &token.Issuer{Name: tokenIssuer, Audience: tokenAudience, Key: key, TTL: lifetime, Now: s.Now, Rand: random},
		store:         kept,
		families:      &token.Families{Store: kept, Window: tokenWindow, Now: s.Now, Rand: random},
	}, nil
}

// newTokenResource makes a server that has the key's public half alone.
func newTokenResource(s *Services, key token.Key) tokenResource {
	public, _ := key.VerifyOnly()
	d := &token.Denylist{Now: s.Now}
	return tokenResource{s, &token.Verifier{
		Name: tokenIssuer, Audience: tokenAudience, Keys: []token.Key{public}, Now: s.Now, Denied: d.Denied,
	}, d}
}

func (a *tokenApp) Routes(mux Mux) {
	a.tokenResource.Routes(mux)
	mux.HandleFunc("GET /token/{$}", a.page)
	mux.HandleFunc("POST /token/login", a.login)
	mux.HandleFunc("POST /token/refresh", a.refresh)
	mux.HandleFunc("POST /token/logout", a.logout)
	mux.HandleFunc("POST /token/revoke", a.revoke)
}

func (a *tokenResource) Routes(mux Mux) {
	mux.HandleFunc("GET /token/profile", a.profile)
}

// Memory lists the signing key, the accounts, and what is kept of users.
func (a *tokenApp) Memory() []trace.Entry {
	all := []trace.Entry{{Kind: trace.MemoryResource, Name: "signing key " + tokenKey, Value: "…", Bytes: ed25519.SeedSize}}
	all = append(all, a.accounts.Memory()...)
	all = append(all, a.store.Memory()...)
	return append(all, tokenLedger(a.denied)...)
}

// Memory lists the key and the denylist.
func (a *tokenResource) Memory() []trace.Entry {
	all := []trace.Entry{{Kind: trace.MemoryResource, Name: "public key " + tokenKey, Value: "…", Bytes: ed25519.PublicKeySize}}
	return append(all, tokenLedger(a.denied)...)
}

func (a *tokenApp) page(w http.ResponseWriter, r *http.Request) {
	origin := "http://" + r.Host
	if r.TLS != nil {
		origin = "https://" + r.Host
	}
	a.services.Page(w, r, http.StatusOK, "token/index", map[string]any{
		"Origin": origin, "User": demoAccounts[0].User, "Password": demoAccounts[0].password,
		"Lifetime": int(a.issuer.TTL.Seconds()), "Window": int(tokenWindow.Seconds()),
	})
}

// tokenRequest is what the endpoints are sent, as JSON or a form (RFC 6749 §6, RFC
// 7009 §2.1).
type tokenRequest struct {
	User     string `json:"username"`
	Password string `json:"password"`
	Refresh  string `json:"refresh_token"`
	Token    string `json:"token"`
}

// tokenAnswer is RFC 6749 §5.1.
type tokenAnswer struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"` // seconds
	Refresh string `json:"refresh_token"`
}

// read reads a request, or has answered that it cannot.
func (a *tokenApp) read(w http.ResponseWriter, r *http.Request) (q tokenRequest, ok bool) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var status int
	var why trace.Text
	switch {
	case kind == "application/json":
		status, why = readJSON(r, &q)
	case wantsPage(r):
		if status, why = readForm(r); status == 0 {
			f := r.PostForm
			q = tokenRequest{f.Get("username"), f.Get("password"), f.Get("refresh_token"), f.Get("token")}
		}
	default:
		w.Header().Set("Accept-Post", "application/json, application/x-www-form-urlencoded")
		status, why = http.StatusUnsupportedMediaType, trace.Text{En: "This takes JSON or a form.", Ko: "JSON이나 폼으로 보내십시오."}
	}
	if status != 0 {
		a.services.Fail(w, r, status, why)
	}
	return q, status == 0
}

// login gives both tokens to who brings a password.
func (a *tokenApp) login(w http.ResponseWriter, r *http.Request) {
	q, ok := a.read(w, r)
	if !ok {
		return
	}
	who, status, why := a.accounts.login(w, r, q.User, q.Password)
	switch status {
	case 0:
		refresh, err := a.families.Start(r.Context(), who.User)
		a.answer(w, r, who.User, refresh, err, trace.Text{
			En: "Nobody has the tokens of this login: log in again.", Ko: "이 로그인의 토큰은 아무도 갖고 있지 않으니 다시 로그인하십시오.",
		})
	case http.StatusUnprocessableEntity: // RFC 6749 §5.2: of the token endpoint these are 400
		a.refuse(w, http.StatusBadRequest, "invalid_request", why.En)
	case http.StatusUnauthorized:
		a.refuse(w, http.StatusBadRequest, "invalid_grant", why.En)
	default:
		a.services.Fail(w, r, status, why)
	}
}

// refresh takes a refresh token for a new pair (RFC 6749 §6).
func (a *tokenApp) refresh(w http.ResponseWriter, r *http.Request) {
	q, ok := a.read(w, r)
	if !ok {
		return
	}
	next, user, err := a.families.Rotate(r.Context(), q.Refresh)
	seconds := int(tokenWindow.Seconds())
	a.answer(w, r, user, next, err, trace.Text{
		En: fmt.Sprintf("Send the same token again within %d seconds: if it was used up, it still gives its successor. After that, log in again.", seconds),
		Ko: fmt.Sprintf("같은 토큰을 %d초 안에 다시 보내십시오. 이미 쓰였더라도 그동안은 다음 토큰을 줍니다. 그 뒤에는 다시 로그인하십시오.", seconds),
	})
}

// answer sends a pair of tokens, or why there is none; and what to do where nobody can
// tell whether the store has written down that there is.
func (a *tokenApp) answer(w http.ResponseWriter, r *http.Request, user, refresh string, err error, lost trace.Text) {
	var access string
	if err == nil {
		access, _, err = a.issuer.Issue(user, tokenClient, "profile")
	}
	switch {
	case errors.Is(err, token.ErrInvalid):
		a.refuse(w, http.StatusBadRequest, "invalid_grant", err.Error())
	case err != nil:
		a.down(w, r, err, lost)
	default:
		w.Header().Set("Cache-Control", "no-store") // RFC 6749 §5.1
		a.services.JSON(w, http.StatusOK, tokenAnswer{access, "Bearer", int(a.issuer.TTL.Seconds()), refresh})
	}
}

// logout ends the refresh token's family. Of access tokens it knows nothing: those
// that are out live until they expire.
func (a *tokenApp) logout(w http.ResponseWriter, r *http.Request) {
	q, ok := a.read(w, r)
	if !ok {
		return
	}
	if err := a.families.Revoke(r.Context(), q.Refresh); err != nil {
		a.down(w, r, err, trace.Text{En: "Log out again: twice is as good as once.", Ko: "다시 로그아웃하십시오. 두 번 해도 한 번과 같습니다."})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// revoke takes back an access token at this server: its id goes on the denylist
// (RFC 7009). One that does not hold needs no taking back (§2.2).
func (a *tokenApp) revoke(w http.ResponseWriter, r *http.Request) {
	q, ok := a.read(w, r)
	if !ok {
		return
	}
	if c, err := a.verifier.Verify(q.Token); err == nil {
		if err := a.denied.Deny(c); err != nil {
			seconds := strconv.Itoa(int(a.issuer.TTL.Seconds()))
			w.Header().Set("Retry-After", seconds)
			a.services.Fail(w, r, http.StatusServiceUnavailable, trace.Text{
				En: "The denylist is full. The token was not taken back: it ends by itself, within " + seconds + " s.",
				Ko: "차단 목록이 가득 찼습니다. 토큰은 취소되지 않았고, " + seconds + "초 안에 저절로 끝납니다.",
			})
			return
		}
	}
	w.WriteHeader(http.StatusOK)
}

// profile answers who brings an access token, from what it says alone.
func (a *tokenResource) profile(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Authorization")
	access, challenge := bearer(r)
	if challenge == "" {
		c, err := a.verifier.Verify(access)
		if err == nil {
			a.services.JSON(w, http.StatusOK, map[string]any{"user": c.Subject, "scope": c.Scope, "expires": c.Expires})
			return
		}
		challenge = `, error="invalid_token", error_description="` + bearerText(err.Error()) + `"`
	}
	challengeBearer(w, challenge)
	a.services.Fail(w, r, http.StatusUnauthorized, trace.Text{
		En: "This is for who brings an access token that holds.", Ko: "유효한 액세스 토큰을 가져와야 합니다.",
	})
}

// bearer is the token of a request (RFC 6750 §2.1), or what a challenge says where
// there is none: of who has brought nothing, no error (§3.1).
func bearer(r *http.Request) (access, challenge string) {
	all := r.Header.Values("Authorization")
	if len(all) == 0 {
		return "", "none"
	}
	scheme, access, _ := strings.Cut(all[0], " ")
	switch {
	case len(all) > 1:
		return "", `, error="invalid_token", error_description="Authorization stands there more than once"`
	case !strings.EqualFold(scheme, "Bearer"):
		return "", "none"
	}
	return strings.TrimSpace(access), ""
}

// challengeBearer asks for a token, and says what was wrong with the one that came: no
// error where none did (RFC 6750 §3.1).
func challengeBearer(w http.ResponseWriter, challenge string) {
	w.Header()["WWW-Authenticate"] = []string{`Bearer realm="statelab"` + strings.TrimPrefix(challenge, "none")}
}

// bearerText is a text in the characters of an error_description (RFC 6750 §3):
// some of it may be the request's.
func bearerText(s string) string {
	const longest = 200
	s = s[:min(len(s), longest)]
	return strings.Map(func(c rune) rune {
		switch {
		case c == '"':
			return '\''
		case c < ' ' || c == '\\' || c > '~':
			return '?'
		}
		return c
	}, s)
}

// refuse is RFC 6749 §5.2, whose descriptions are in ASCII.
func (a *tokenApp) refuse(w http.ResponseWriter, status int, code, why string) {
	w.Header().Set("Cache-Control", "no-store")
	a.services.JSON(w, status, map[string]string{"error": code, "error_description": bearerText(why)})
}

// down answers where the store does not; lost says what to do where it may have done
// what it was asked all the same.
func (a *tokenApp) down(w http.ResponseWriter, r *http.Request, err error, lost trace.Text) {
	if errors.Is(err, session.ErrUncertain) {
		a.services.uncertain(w, r, trace.Text{
			En: "The store of refresh tokens has not answered. Whether this was done is not known. " + lost.En,
			Ko: "리프레시 토큰의 저장소가 응답하지 않아, 요청이 처리되었는지 알 수 없습니다. " + lost.Ko,
		})
		return
	}
	why := trace.Text{
		En: "The store of refresh tokens does not answer. Access tokens are checked without it.",
		Ko: "리프레시 토큰의 저장소가 응답하지 않습니다. 액세스 토큰은 저장소 없이 확인합니다.",
	}
	if errors.Is(err, session.ErrFull) {
		why = trace.Text{
			En: "The store of refresh tokens is full, and takes no more until some end. Access tokens are checked without it.",
			Ko: "리프레시 토큰의 저장소가 가득 차서, 일부가 끝날 때까지 더 받지 못합니다. 액세스 토큰은 저장소 없이 확인합니다.",
		}
	}
	w.Header().Set("Retry-After", strconv.Itoa(session.RetryAfter(err, a.services.Now())))
	a.services.Fail(w, r, http.StatusServiceUnavailable, why)
}
