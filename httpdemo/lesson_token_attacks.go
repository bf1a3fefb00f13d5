package httpdemo

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// tokenAttackLesson shows what a verifier must refuse, and one that does not.
func tokenAttackLesson() Lesson {
	return Lesson{
		Name: "token-attacks",
		Title: trace.Text{
			En: "Attacks on tokens: what a verifier must refuse, and naive ones that do not",
			Ko: "토큰에 대한 공격: 검증자가 거절해야 하는 것과, 그러지 않는 순진한 검증자",
		},
		Claims:  []string{"C7"},
		Parties: []trace.Participant{Client, Attacker, Server},
		Look: trace.Text{
			En: "Look at each pair of answers to one token: 401 with the reason, and 200 from a verifier that is insecure on purpose.",
			Ko: "토큰 하나에 대한 두 답을 보십시오. 이유를 말하는 401과, 일부러 안전하지 않게 만든 검증자의 200입니다.",
		},
		Point: trace.Text{
			En: fmt.Sprintf("All %d tokens were refused by the verifier that itself settles the algorithm, the key, the kind, the audience and the time, with a key that nobody can guess, and each was taken by a verifier that let the token settle one of them, did not check it, or had a word for its key.", len(tokenAttacks())),
			Ko: fmt.Sprintf("토큰 %d개를, 알고리즘과 키와 종류와 대상과 기한을 스스로 정해 두고 짐작할 수 없는 키를 쓰는 검증자는 모두 거절했고, 그 가운데 하나라도 토큰이 정하게 하거나 검사하지 않거나 낱말을 키로 삼은 검증자는 저마다 받아들였습니다.", len(tokenAttacks())),
		},
		Run: runTokenAttacks,
		App: newTokenAttacks,
	}
}

func runTokenAttacks(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	s.Attackable = true // on this lesson's own network
	site, err := NewSite(s, tokenLesson(), tokenAttackLesson())
	if err != nil {
		return err
	}
	if _, err := e.Serve(Server, site); err != nil {
		return err
	}
	b := e.Browser(ctx, Attacker)
	e.Follow(Server, site.Memory)
	if err := attackedUser(ctx, e); err != nil {
		return err
	}
	v := &attackVisit{Env: e, user: &tokenUser{Browser: b, server: e.Machine(Server).URL}}
	if err := v.gather(); err != nil {
		return err
	}
	e.Follow(Server, site.Memory)
	for _, attack := range tokenAttacks() {
		if err := v.attempt(attack); err != nil {
			return fmt.Errorf("%s: %w", attack.name, err)
		}
		e.Follow(Server, site.Memory)
	}
	return nil
}

// attackedUser has a good token, which every verifier takes.
func attackedUser(ctx context.Context, e *Env) error {
	b := e.Browser(ctx, Client)
	user := &tokenUser{Browser: b, server: e.Machine(Server).URL}
	e.Step(trace.Text{En: "A user logs in. The token is good: both kinds of verifier take it", Ko: "사용자가 로그인합니다. 정상 토큰이므로 두 종류의 검증자가 모두 받아들입니다"})
	if status, err := user.login(demoAccounts[0].User, demoAccounts[0].password); err != nil || status != http.StatusOK {
		return fmt.Errorf("login: %d, %w", status, err)
	}
	for _, path := range []string{"api", "attackable/" + naiveTrusting} {
		r, err := user.get("/token-attacks/" + path)
		if err != nil {
			return err
		}
		if r.StatusCode != http.StatusOK {
			return fmt.Errorf("a good token was answered with %d", r.StatusCode)
		}
	}
	e.Follow(Client, b.Memory)
	return nil
}

// attackVisit is the attacker's.
type attackVisit struct {
	*Env
	user *tokenUser
	loot tokenLoot
}

// gather fetches what anybody can have.
func (v *attackVisit) gather() error {
	v.Step(trace.Text{En: "The attacker logs in to an account of their own, and fetches what is public", Ko: "공격자가 자기 계정으로 로그인하고, 공개된 것을 가져옵니다"})
	mine := demoAccounts[1]
	if status, err := v.user.login(mine.User, mine.password); err != nil || status != http.StatusOK {
		return fmt.Errorf("login: %d, %w", status, err)
	}
	v.loot.own = v.user.access
	var keys struct {
		Keys []struct{ X string }
	}
	var guest tokenAnswer
	for _, c := range []struct {
		path string
		into any
	}{{"keys", &keys}, {"attackable/issued", &v.loot.issued}, {"attackable/guest", &guest}} {
		r, err := v.user.Get(v.user.server("/token-attacks/" + c.path))
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(r.Text), c.into); err != nil {
			return err
		}
	}
	r, err := v.user.Get(v.user.server("/assets/style.css"))
	if err != nil {
		return err
	}
	v.loot.file, v.loot.guest = []byte(r.Text), guest.Access
	if len(keys.Keys) != 1 {
		return fmt.Errorf("%d keys are published", len(keys.Keys))
	}
	public, err := base64.RawURLEncoding.DecodeString(keys.Keys[0].X)
	v.loot.public = ed25519.PublicKey(public)
	v.Follow(Attacker, v.user.Memory)
	return err
}

// attempt sends a token to our verifier, and to the naive one; before that, what it is
// another spelling of, which the naive one refuses.
func (v *attackVisit) attempt(a tokenAttack) error {
	v.Step(a.title)
	forged, err := a.forge(&v.loot)
	if err != nil {
		return err
	}
	var why, user string
	type try struct {
		path, token string
		want        int
	}
	tries := []try{{"api", forged, http.StatusUnauthorized}, {"attackable/" + a.naive, forged, http.StatusOK}}
	if a.of != "" {
		tries = slices.Insert(tries, 0, try{"attackable/" + a.naive, v.loot.issued[a.of], http.StatusUnauthorized})
	}
	for _, c := range tries {
		r, err := v.user.Get(v.user.server("/token-attacks/"+c.path), http1.Field{Name: "Authorization", Value: "Bearer " + c.token})
		if err != nil {
			return err
		}
		if r.StatusCode != c.want {
			return fmt.Errorf("%s answered %d, not %d: %s", c.path, r.StatusCode, c.want, r.Header.Get("WWW-Authenticate"))
		}
		if c.want == http.StatusOK {
			var answer struct{ User string }
			if err := json.Unmarshal([]byte(r.Text), &answer); err != nil {
				return err
			}
			user = answer.User
		} else if _, why, _ = strings.Cut(r.Header.Get("WWW-Authenticate"), `error_description="`); why != "" {
			why = strings.TrimSuffix(why, `"`)
		}
	}
	v.Note(trace.Text{
		En: fmt.Sprintf("Our verifier: %s. The naive one takes it for %s's: %s.", why, user, a.wrong.En),
		Ko: fmt.Sprintf("이 서버의 검증자: %s. 순진한 검증자는 %s의 토큰으로 받아들입니다. %s.", why, user, a.wrong.Ko),
	})
	return nil
}
