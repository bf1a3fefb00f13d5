package httpdemo

import (
	"errors"
	"net/http"
	"strings"

	"statelab/capture/trace"
	"statelab/httpdemo/token"
)

// attackView is what the page shows of one attack, or of a token that was pasted.
type attackView struct {
	Title, Wrong          string
	Token, Header, Claims string
	Ours                  string // why it is refused, empty: it is taken
	User                  string // whom ours takes it for
	Naive                 []naiveView
}

// naiveView is what a naive verifier says.
type naiveView struct{ Kind, User, Refused string }

// view shows a token, and what the verifiers say to it.
func (a *tokenAttackApp) view(s string, kinds ...string) (v attackView) {
	v.Token = trace.EscapeBytes([]byte(s), token.MaxLength)
	if d, err := token.Decode(s); err == nil {
		v.Header, v.Claims = trace.EscapeBytes(d.Header, 1000), trace.EscapeBytes(d.Claims, 1000)
	}
	c, err := a.verifier.Verify(s)
	if v.User = c.Subject; err != nil {
		v.Ours = attackReason(err)
	}
	if !a.services.Attackable {
		return v
	}
	for _, kind := range kinds {
		verify, _ := a.naiveVerify(kind)
		n := naiveView{Kind: kind}
		if n.User, err = verify(s); err != nil {
			n.User, n.Refused = "", attackReason(err)
		}
		n.User = trace.Escape(n.User)
		v.Naive = append(v.Naive, n)
	}
	return v
}

// attackReason is why a token is refused.
func attackReason(err error) string {
	return strings.TrimPrefix(bearerText(err.Error()), token.ErrInvalid.Error()+": ")
}

// loot is what the attacker could have fetched.
func (a *tokenAttackApp) loot() (*tokenLoot, error) {
	l := &tokenLoot{public: a.public}
	issuer := &token.Issuer{Name: tokenIssuer, Audience: tokenAudience, Now: a.services.Now, Rand: a.services.Rand}
	var errs [5]error
	issuer.Key, errs[0] = token.Ed25519Key(tokenKey, a.private.Seed())
	l.own, _, errs[1] = issuer.Issue(demoAccounts[1].User, tokenClient, "profile")
	l.issued, errs[2] = a.issued()
	l.guest, errs[3] = a.guestToken()
	l.file, errs[4] = assets.ReadFile("assets/style.css")
	return l, errors.Join(errs[:]...)
}

// page shows every attack, made against this server's own verifiers.
func (a *tokenAttackApp) page(w http.ResponseWriter, r *http.Request) {
	l, err := a.loot()
	var all []attackView
	for _, attack := range tokenAttacks() {
		var s string
		if err == nil {
			s, err = attack.forge(l)
		}
		v := a.view(s, attack.naive)
		v.Title, v.Wrong = In(r, attack.title), In(r, attack.wrong)
		all = append(all, v)
	}
	if err != nil {
		http.Error(w, "500 internal server error", http.StatusInternalServerError)
		return
	}
	a.show(w, r, map[string]any{"Attacks": all})
}

// try puts a pasted token to all verifiers.
func (a *tokenAttackApp) try(w http.ResponseWriter, r *http.Request) {
	if !wantsPage(r) {
		w.Header().Set("Accept-Post", "application/x-www-form-urlencoded")
		a.services.Fail(w, r, http.StatusUnsupportedMediaType, trace.Text{En: "This takes a form.", Ko: "폼으로 보내십시오."})
		return
	}
	if status, why := readForm(r); status != 0 {
		a.services.Fail(w, r, status, why)
		return
	}
	v := a.view(r.PostForm.Get("token"), naiveDecoding, naiveTrusting, naiveFiles, naiveDatabase, naiveWeak, naiveDenying)
	a.show(w, r, map[string]any{"Tried": v})
}

func (a *tokenAttackApp) show(w http.ResponseWriter, r *http.Request, data map[string]any) {
	data["Attackable"] = a.services.Attackable
	w.Header().Set("Cache-Control", "no-store")
	a.services.Page(w, r, http.StatusOK, "token-attacks/index", data)
}
