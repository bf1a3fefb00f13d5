package httpdemo_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	judge "github.com/golang-jwt/jwt/v5"

	"statelab/httpdemo/token"
)

// tokenAttackNames are the attacks, in the lesson's order, each with whom the naive
// verifier takes the token for, and why ours refuses it.
var tokenAttackNames = []struct{ name, user, why string }{
	{"claims", "admin", "signature does not fit"},
	{"none", "admin", "algorithm 'none'"},
	{"confusion", "admin", "signs with EdDSA, not HS256"},
	{"kid-path", "admin", "no key is called '../srv/assets/style.css'"},
	{"kid-sql", "admin", "no key is called 'x' UNION SELECT 'mine'"},
	{"weak", "admin", "signature does not fit"},
	{"no-exp", "jisoo", "lacks one of exp"},
	{"audience", "jisoo", "it is for ['https://photos.example']"},
	{"typ", "jisoo", "its typ is 'JWT'"},
	{"crit", "jisoo", "critical header"},
	{"spelling", "jisoo", "not base64url"},
}

// attacked are the tokens on the wire: the user's good one as "good", and each
// attack's, and the key that was published.
func attacked(t *testing.T) (tokens map[string]string, all []*tokenExchange, jwk map[string]any) {
	t.Helper()
	r := performed(t, "token-attacks", 1)
	tokens = map[string]string{}
	for _, x := range r.tokenExchanges(t) {
		switch {
		case strings.HasSuffix(x.target, "/keys"):
			jwk = x.got["keys"].([]any)[0].(map[string]any)
		case x.bearer != "" && tokens["good"] == "":
			tokens["good"] = x.bearer
		case x.status == 401 && strings.HasPrefix(x.target, "/token-attacks/attackable/"):
			tokens["taken back"] = x.bearer
		case x.bearer != "" && x.bearer != tokens["good"]:
			if len(all)%2 == 0 && len(all)/2 < len(tokenAttackNames) {
				tokens[tokenAttackNames[len(all)/2].name] = x.bearer
			}
			all = append(all, x)
		}
	}
	if len(all) != 2*len(tokenAttackNames) || jwk == nil {
		t.Fatalf("%d requests with forged tokens, want two for each of %d; key %v", len(all), len(tokenAttackNames), jwk)
	}
	return tokens, all, jwk
}

// TestTokenAttacks: each token is sent twice. Our verifier refuses it and says why;
// the naive one takes it.
func TestTokenAttacks(t *testing.T) {
	t.Parallel()
	_, all, _ := attacked(t)
	for i, c := range tokenAttackNames {
		ours, naive := all[2*i], all[2*i+1]
		if ours.bearer != naive.bearer || ours.target != "/token-attacks/api" || !strings.HasPrefix(naive.target, "/token-attacks/attackable/") {
			t.Errorf("%s: %s and %s, of two tokens or in the wrong order", c.name, ours, naive)
		}
		if ours.status != 401 || !strings.Contains(ours.challenge, `error="invalid_token"`) || !strings.Contains(ours.challenge, c.why) {
			t.Errorf("%s: ours answered %d, %s; want 401 since %s", c.name, ours.status, ours.challenge, c.why)
		}
		if naive.status != 200 || naive.got["user"] != c.user {
			t.Errorf("%s: the naive one answered %d, %v; want 200 for %s", c.name, naive.status, naive.got, c.user)
		}
	}
}

// TestTokenSpelling: the naive verifier refuses the token that is on its denylist, and
// takes another text of it: the same octets in each part.
func TestTokenSpelling(t *testing.T) {
	t.Parallel()
	tokens, _, _ := attacked(t)
	itself, other := tokens["taken back"], tokens["spelling"]
	if itself == "" || itself == other || itself[:len(itself)-1] != other[:len(other)-1] {
		t.Fatalf("two spellings: %q and %q", itself, other)
	}
	a, err := base64.RawURLEncoding.DecodeString(itself[strings.LastIndexByte(itself, '.')+1:])
	b, err2 := base64.RawURLEncoding.DecodeString(other[strings.LastIndexByte(other, '.')+1:])
	if err != nil || err2 != nil || !bytes.Equal(a, b) || len(a) != ed25519.SignatureSize {
		t.Errorf("the signatures are %x and %x", a, b)
	}
}

// TestTokenJudges: golang-jwt and npm's jose take the good token and refuse the
// attacks, but for what golang-jwt leaves to its user, and a token that was taken back,
// in whatever spelling: they have no denylist.
func TestTokenJudges(t *testing.T) {
	t.Parallel()
	tokens, _, jwk := attacked(t)
	good, err := token.Decode(tokens["good"])
	if err != nil {
		t.Fatal(err)
	}
	issued := int64(object(good.Claims)["iat"].(float64))
	const issuer, audience = "https://statelab.example", "https://api.statelab.example"
	t.Run("golang-jwt", func(t *testing.T) {
		t.Parallel()
		public, err := base64.RawURLEncoding.DecodeString(jwk["x"].(string))
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range tokens {
			parsed, err := judge.Parse(s, func(*judge.Token) (any, error) { return ed25519.PublicKey(public), nil },
				judge.WithValidMethods([]string{"EdDSA"}), judge.WithIssuer(issuer), judge.WithAudience(audience),
				judge.WithExpirationRequired(), judge.WithTimeFunc(func() time.Time { return time.Unix(issued, 0) }))
			takes := slices.Contains([]string{"good", "typ", "crit", "taken back", "spelling"}, name) // it looks at neither typ nor crit, nor at unused bits
			if (err == nil) != takes {
				t.Errorf("%s: %v", name, err)
			}
			if err == nil {
				if sub, _ := parsed.Claims.GetSubject(); sub != "jisoo" {
					t.Errorf("%s: taken for %q", name, sub)
				}
			}
		}
	})
	t.Run("jose", func(t *testing.T) {
		t.Parallel()
		for name, v := range josed(t, map[string]any{"jwk": jwk, "now": issued, "issuer": issuer, "audience": audience, "tokens": tokens}) {
			takes := slices.Contains([]string{"good", "taken back", "spelling"}, name) // its decoder, too, looks at no unused bits
			if (v.Subject == "jisoo") != takes || (v.Refused == "") != takes {
				t.Errorf("%s: %+v", name, v)
			}
		}
	})
}

type joseVerdict struct{ Subject, Refused string }

// josed are the verdicts of npm's jose.
func josed(t *testing.T, ask map[string]any) (verdicts map[string]joseVerdict) {
	t.Helper()
	judges, err := filepath.Abs("../out/judges")
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(judges, "node_modules", "jose")); err != nil || missing != nil {
		t.Skip("needs node and npm's jose: the tokens are verified by an implementation of its own (make deps)")
	}
	in, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "jose.mjs"), judges)
	c.Stdin = bytes.NewReader(in)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := json.Unmarshal(out, &verdicts); err != nil || len(verdicts) != len(ask["tokens"].(map[string]string)) {
		t.Fatalf("%v: %s", err, out)
	}
	return verdicts
}

// TestTokenAttackPages: the naive verifiers exist only where they were asked for.
func TestTokenAttackPages(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for _, attackable := range []bool{false, true} {
		s := lessonSite(t, attackable, "token", "token-attacks")
		want := map[bool]int{false: 404, true: 200}[attackable]
		for _, path := range []string{"guest", "issued"} {
			if resp, _ := s.send("GET", "/token-attacks/attackable/"+path, "", ""); resp.StatusCode != want {
				t.Errorf("attackable %v: %s: %d", attackable, path, resp.StatusCode)
			}
		}
		for _, lang := range []string{"en", "ko"} {
			resp, body := s.send("GET", "/token-attacks/?lang="+lang, "", "")
			if n := strings.Count(body, "⚠"); resp.StatusCode != 200 || strings.Count(body, "✗") != len(tokenAttackNames) || n != map[bool]int{true: len(tokenAttackNames)}[attackable] {
				t.Errorf("attackable %v, %s: %d, %d taken by a naive one\n%s", attackable, lang, resp.StatusCode, n, body)
			}
		}
		_, answer := s.send("POST", "/token/login", form, "username=alex&password=red-panda-17")
		access := fmt.Sprint(object([]byte(answer))["access_token"])
		if _, body := s.send("POST", "/token-attacks/", form, "token="+access); !strings.Contains(body, "<strong>alex</strong>") || strings.Contains(body, "⚠") != attackable {
			t.Errorf("a good token:\n%s", body)
		}
		for _, c := range []struct {
			method, path, kind, body string
			want                     int
		}{
			{"POST", "/token-attacks/", form, "token=<script>", 200},
			{"POST", "/token-attacks/", "application/json", "{}", 415},
			{"POST", "/token-attacks/", form, "token=%zz", 400},
			{"PUT", "/token-attacks/", form, "", 405},
			{"GET", "/token-attacks/api", "", "", 401},
			{"GET", "/token-attacks/attackable/nobody", "", "", 404},
		} {
			resp, body := s.send(c.method, c.path, c.kind, c.body)
			if resp.StatusCode != c.want || strings.Contains(body, "<script>") {
				t.Errorf("%s %s %q: %d, want %d\n%s", c.method, c.path, c.body, resp.StatusCode, c.want, body)
			}
		}
	}
}
