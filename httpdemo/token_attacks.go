package httpdemo

import (
	"crypto/ed25519"
	"crypto/hmac"
	"errors"
	"strings"

	"statelab/capture/trace"
	"statelab/httpdemo/token"
)

// tokenLoot is what an attacker can have without breaking in.
type tokenLoot struct {
	own    string            // a good access token of the attacker's own account
	public ed25519.PublicKey // published, so that others can verify
	issued map[string]string // tokens of a user that the same issuer has signed for others
	guest  string            // a token that everybody gets, signed with a weak secret
	file   []byte            // the content of a file that everybody gets
}

// The naive verifiers, by the last part of their addresses.
const (
	naiveTrusting = "trusting" // does what the header says, and looks at no claim
	naiveDecoding = "decoding" // decodes, and does not verify
	naiveFiles    = "files"    // takes kid for the name of a file
	naiveDatabase = "database" // pastes kid into an SQL query
	naiveWeak     = "weak"     // has a secret that people choose
	naiveDenying  = "denying"  // is trusting, and knows tokens that were taken back by their text
)

// tokenAttack is one that is well known.
type tokenAttack struct {
	name string
	// title says what the attacker does, wrong what the naive verifier does.
	title, wrong trace.Text
	naive        string
	// of is the kind of issued token that it is another spelling of, which the naive
	// verifier refuses; none: it is no such thing.
	of string
	// refused is in the reason that our verifier gives.
	refused string
	forge   func(l *tokenLoot) (string, error)
}

// tokenAdmin are the claims of who would like to be the administrator.
var tokenAdmin = map[string]any{
	"iss": tokenIssuer, "aud": tokenAudience, "sub": "admin", "jti": "forged", "iat": 0, "nbf": 0, "exp": int64(1) << 40,
}

func tokenHeader(alg string, more ...any) map[string]any {
	h := map[string]any{"alg": alg, "typ": "at+jwt", "kid": tokenKey}
	for i := 0; i+1 < len(more); i += 2 {
		h[more[i].(string)] = more[i+1]
	}
	return h
}

func tokenAttacks() []tokenAttack {
	issued := func(kind string) func(*tokenLoot) (string, error) {
		return func(l *tokenLoot) (string, error) {
			if l.issued[kind] == "" {
				return "", errors.New("there is no such token: " + kind)
			}
			return l.issued[kind], nil
		}
	}
	return append(tokenForgeries(), []tokenAttack{
		{
			"no-exp",
			trace.Text{En: "A token that has no exp, from years ago", Ko: "exp가 없는, 몇 해 전의 토큰"},
			trace.Text{En: "a claim that is absent is not asked for: the token is good for ever", Ko: "없는 클레임을 따지지 않아 토큰이 영원히 통합니다"},
			naiveTrusting, "", "lacks one of exp", issued("no-exp"),
		},
		{
			"audience",
			trace.Text{En: "A token that the same issuer gave to another service, which the attacker runs", Ko: "같은 발급자가 공격자의 다른 서비스에 준 토큰"},
			trace.Text{En: "aud is not compared: a token for any service opens every one (RFC 8725 §3.9)", Ko: "aud를 비교하지 않아, 어느 서비스의 토큰이든 모든 서비스를 엽니다(RFC 8725 §3.9)"},
			naiveTrusting, "", "it is for", issued("audience"),
		},
		{
			"typ",
			trace.Text{En: "An ID token, which only says who logged in, in place of an access token", Ko: "액세스 토큰 대신, 누가 로그인했는지만 말하는 ID 토큰"},
			trace.Text{En: "typ is not looked at: one kind of token passes for another (RFC 8725 §3.11)", Ko: "typ을 보지 않아 한 종류의 토큰이 다른 종류로 통합니다(RFC 8725 §3.11)"},
			naiveTrusting, "", "its typ is", issued("typ"),
		},
		{
			"crit",
			trace.Text{En: "A token that is good only with an extension, which the verifier does not know", Ko: "검증자가 모르는 확장이 있어야만 유효한 토큰"},
			trace.Text{En: "crit is ignored, and with it the condition (RFC 7515 §4.1.11)", Ko: "crit를 무시해 그 조건도 무시합니다(RFC 7515 §4.1.11)"},
			naiveTrusting, "", "crit", issued("crit"),
		},
		{
			"spelling",
			trace.Text{En: "A token that was taken back, with another last character: the signature has the same octets", Ko: "차단된 토큰의 마지막 글자만 바꿉니다. 서명의 옥텟은 그대로입니다"},
			trace.Text{En: "bits that no octet needs are not looked at (RFC 4648 §3.5), and its denylist has the token's text, not its jti", Ko: "옥텟에 쓰이지 않는 비트를 보지 않고(RFC 4648 §3.5), 차단 목록에는 jti가 아니라 토큰의 글자가 적혀 있습니다"},
			naiveDenying, tokenTakenBack, "not base64url", forgeSpelling,
		},
	}...)
}

// tokenForgeries are the attacks in which the attacker writes the token.
func tokenForgeries() []tokenAttack {
	return []tokenAttack{
		{
			"claims",
			trace.Text{En: "The attacker writes admin into a token of their own, and leaves the signature", Ko: "공격자가 자기 토큰에 admin이라고 써넣고 서명은 그대로 둡니다"},
			trace.Text{En: "the token is decoded and not verified", Ko: "토큰을 디코딩할 뿐 검증하지 않습니다"},
			naiveDecoding, "", "signature does not fit", forgeClaims,
		},
		{
			"none",
			trace.Text{En: "alg none: the token says that it needs no signature", Ko: "alg none: 서명이 필요 없다고 토큰이 말합니다"},
			trace.Text{En: "the token chooses how it is verified (RFC 8725 §3.1)", Ko: "검증 방법을 토큰이 고릅니다(RFC 8725 §3.1)"},
			naiveTrusting, "", "algorithm", func(*tokenLoot) (string, error) { return token.Compact(tokenHeader("none"), tokenAdmin, nil) },
		},
		{
			"confusion",
			trace.Text{En: "Key confusion: HS256, with the public key as the secret", Ko: "키 혼동: 공개 키를 비밀로 삼은 HS256"},
			trace.Text{En: "the key is used for whatever algorithm the token names (RFC 8725 §2.1)", Ko: "토큰이 말하는 알고리즘에 그 키를 그대로 씁니다(RFC 8725 §2.1)"},
			naiveTrusting, "", "signs with EdDSA, not HS256", func(l *tokenLoot) (string, error) {
				return token.Compact(tokenHeader("HS256"), tokenAdmin, token.HS256(l.public))
			},
		},
		{
			"kid-path",
			trace.Text{En: "kid is a path to a file that everybody can read: the stylesheet is the secret", Ko: "kid가 누구나 읽는 파일의 경로: 스타일시트가 비밀 키가 됩니다"},
			trace.Text{En: "kid is taken for the name of a file (RFC 8725 §3.10)", Ko: "kid를 파일 이름으로 씁니다(RFC 8725 §3.10)"},
			naiveFiles, "", "no key is called", func(l *tokenLoot) (string, error) {
				return token.Compact(tokenHeader("HS256", "kid", naivePath), tokenAdmin, token.HS256(l.file))
			},
		},
		{
			"kid-sql",
			trace.Text{En: "kid is a piece of SQL, which brings the secret along", Ko: "kid가 SQL 조각: 비밀 키를 함께 가져옵니다"},
			trace.Text{En: "kid is pasted into a query (RFC 8725 §3.10)", Ko: "kid를 질의문에 이어 붙입니다(RFC 8725 §3.10)"},
			naiveDatabase, "", "no key is called", func(*tokenLoot) (string, error) {
				return token.Compact(tokenHeader("HS256", "kid", "x' UNION SELECT 'mine"), tokenAdmin, token.HS256([]byte("mine")))
			},
		},
		{
			"weak",
			trace.Text{En: "A weak secret, guessed from a list of words without asking the server once", Ko: "약한 비밀: 서버에 한 번도 묻지 않고 낱말 목록으로 알아냅니다"},
			trace.Text{En: "the secret is a word: each token that is out lets one try all words (RFC 8725 §3.5)", Ko: "비밀이 낱말입니다. 나가 있는 토큰 하나로 모든 낱말을 시험할 수 있습니다(RFC 8725 §3.5)"},
			naiveWeak, "", "signature does not fit", forgeWeak,
		},
	}
}

// forgeClaims keeps a good token's header and signature.
func forgeClaims(l *tokenLoot) (string, error) {
	parts := strings.Split(l.own, ".")
	forged, err := token.Compact(tokenHeader("EdDSA"), tokenAdmin, nil)
	if err != nil || len(parts) != 3 {
		return "", errors.Join(errors.New("there is no token to change"), err)
	}
	return parts[0] + "." + strings.Split(forged, ".")[1] + "." + parts[2], nil
}

// tokenTakenBack is the kind of issued token that both denylists have.
const tokenTakenBack = "taken-back"

// base64URL has the characters of base64url by their values (RFC 4648 §5).
const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// forgeSpelling changes the last of the four bits that a signature of 64 octets leaves
// unused in its last character.
func forgeSpelling(l *tokenLoot) (string, error) {
	s := l.issued[tokenTakenBack]
	last := len(s) - 1
	if last < 0 {
		return "", errors.New("there is no token that was taken back")
	}
	other := strings.IndexByte(base64URL, s[last]) ^ 1
	return s[:last] + base64URL[other:other+1], nil
}

// forgeWeak tries every word on the guest's token.
func forgeWeak(l *tokenLoot) (string, error) {
	d, err := token.Decode(l.guest)
	if err != nil {
		return "", err
	}
	signed := l.guest[:strings.LastIndexByte(l.guest, '.')]
	for _, word := range tokenWords {
		if hmac.Equal(token.HS256([]byte(word))([]byte(signed)), d.Signature) {
			return token.Compact(tokenHeader("HS256", "kid", tokenSharedKey), tokenAdmin, token.HS256([]byte(word)))
		}
	}
	return "", errors.New("no word fits")
}

// tokenWords is a short list of what people choose.
var tokenWords = strings.Fields(`secret password changeme 123456 qwerty letmein admin root jwt token
	mysecret supersecret secretkey your-256-bit-secret keyboard-cat hunter2 welcome summer2026 default test`)
