package httpdemo

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/session"
)

// sessionUser is what a session keeps of whom it belongs to, beside its own key,
// which is the hash of the id. The password's hash stays with the account.
type sessionUser struct {
	ID        int       `json:"user_id"`
	User      string    `json:"username"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	LastLogin time.Time `json:"last_login"`
}

// sessionValue is the name of a sessionUser among a session's values.
const sessionValue = "user"

// user is who is logged in.
func (d *sessionDoor) user(r *http.Request) (u sessionUser, in *session.Session, err error) {
	in = session.From(r.Context())
	_, err = in.Get(sessionValue, &u)
	return u, in, err
}

// sessionView is what the pages show.
type sessionView struct {
	sessionUser
	Why string // why a login was refused
	// Example is an account that a visitor can try.
	Example, Password string
	// The addresses of the other pages.
	Home, Login, Logout, Profile, End, Everywhere, Partner string
	// Record is at the server, and Stored its data for a screen; IDBytes is what the
	// client has: the id, in a cookie of that name, or without one.
	Record         session.Record
	Stored, Cookie string
	IDBytes        int
	InURL, KeepsID bool
	// Attackable are the addresses of the doors that can be attacked, where there are any.
	Attackable    []string
	Others        []sessionInfo
	Log, Referers []string
}

// sessionInfo is one of a user's sessions.
type sessionInfo struct {
	session.Info
	This bool
}

func (d *sessionDoor) view(r *http.Request) (v sessionView, err error) {
	u, in, err := d.user(r)
	if err != nil {
		return v, err
	}
	v = sessionView{sessionUser: u, Example: demoAccounts[0].User, Password: demoAccounts[0].password, KeepsID: d.keepsID, Cookie: d.cookie, IDBytes: len(d.cookie) + session.IDLength}
	for name, to := range map[string]*string{
		"": &v.Home, "login": &v.Login, "logout": &v.Logout, "profile": &v.Profile, "end": &v.End, "everywhere": &v.Everywhere,
	} {
		if *to, err = in.URL(Link(r, d.path+name)); err != nil {
			return v, err
		}
	}
	if d.inURL {
		v.InURL, v.Partner = true, "//"+strings.Replace(r.Host, "127.0.0.1", "localhost", 1)+sessionPartner
		v.Log, v.Referers = d.log.seen()
	}
	v.Record = in.Record()
	v.Stored = shownValue(string(v.Record.Data), len(v.Record.Data)*6)
	if d.services.Attackable && !d.inURL {
		v.Attackable = []string{Link(r, sessionURL), Link(r, sessionFixation)}
	}
	return v, nil
}

// others are all sessions of the user.
func (d *sessionDoor) others(r *http.Request, user string) (all []sessionInfo, err error) {
	if user == "" || d.keepsID {
		return nil, nil
	}
	found, err := d.sessions.Sessions(r.Context(), user)
	for _, s := range found {
		s.Agent = trace.Escape(s.Agent)
		all = append(all, sessionInfo{s, s.Key == session.From(r.Context()).Record().Key})
	}
	return all, err
}

// show answers with a page for people, or with the user for programs.
func (d *sessionDoor) show(w http.ResponseWriter, r *http.Request, status int, name string, why trace.Text) {
	v, err := d.view(r)
	if err == nil && name == "index" {
		v.Others, err = d.others(r, v.User)
	}
	switch {
	case err != nil:
		d.fail(w, r, err)
	case name == "profile" && !strings.Contains(r.Header.Get("Accept"), "text/html"):
		d.services.JSON(w, status, v.sessionUser)
	default:
		v.Why = In(r, why)
		d.services.Page(w, r, status, "session/"+name, v)
	}
}

// fail answers where the store failed, or a record cannot be read.
func (d *sessionDoor) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	if storeFailed(err) {
		status = http.StatusServiceUnavailable
	}
	d.services.refuseSession(w, r, status, err)
}

// storeFailed says that the store did not answer.
func storeFailed(err error) bool {
	return errors.Is(err, session.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded)
}

func (d *sessionDoor) index(w http.ResponseWriter, r *http.Request) {
	d.show(w, r, http.StatusOK, "index", trace.Text{})
}

func (d *sessionDoor) form(w http.ResponseWriter, r *http.Request) {
	d.show(w, r, http.StatusOK, "login", trace.Text{})
}

// profile is for who is logged in. People are sent to the login, programs are
// told.
func (d *sessionDoor) profile(w http.ResponseWriter, r *http.Request) {
	if _, ok := d.mustUser(w, r); ok {
		d.show(w, r, http.StatusOK, "profile", trace.Text{})
	}
}

// mustUser returns who is logged in, or has answered that nobody is.
func (d *sessionDoor) mustUser(w http.ResponseWriter, r *http.Request) (u sessionUser, ok bool) {
	u, in, err := d.user(r)
	switch {
	case err != nil:
		d.fail(w, r, err)
	case u.User != "":
		return u, true
	case d.path == sessionHeader || strings.Contains(r.Header.Get("Accept"), "application/json"):
		d.services.stranger(w, r, "Session", "session", trace.Text{En: "Nobody is logged in here.", Ko: "로그인하지 않았습니다."})
	default:
		d.redirect(w, r, in, http.StatusFound, "login")
	}
	return u, false
}

// redirect sends to another of the door's pages.
func (d *sessionDoor) redirect(w http.ResponseWriter, r *http.Request, in *session.Session, status int, name string) {
	to, err := in.URL(Link(r, d.path+name))
	if err != nil {
		d.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, status)
}

// login checks a password, and makes the session its user's, under a new id.
func (d *sessionDoor) login(w http.ResponseWriter, r *http.Request) {
	user, secret, ok := d.credentials(w, r)
	if !ok {
		return
	}
	who, status, why := d.accounts.login(w, r, user, secret)
	switch {
	case status == http.StatusUnauthorized: // 401 would need a challenge, and a form has none (RFC 9110 §15.5.2)
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			d.show(w, r, http.StatusForbidden, "login", why)
			return
		}
		d.services.Fail(w, r, http.StatusForbidden, why)
		return
	case status != 0:
		d.services.Fail(w, r, status, why)
		return
	}
	in := session.From(r.Context())
	u := sessionUser{who.ID, who.User, who.Name, who.Email, d.services.Now().UTC()}
	err := in.Put(sessionValue, u)
	if err == nil && !d.keepsID {
		err = in.Login(who.User)
	}
	switch {
	case err != nil:
		d.fail(w, r, err)
	case wantsPage(r):
		d.redirect(w, r, in, http.StatusSeeOther, "profile")
	default:
		d.services.JSON(w, http.StatusOK, u)
	}
}

// credentials reads a login from a form or JSON, or has answered that it cannot.
func (d *sessionDoor) credentials(w http.ResponseWriter, r *http.Request) (user, secret string, ok bool) {
	var status int
	var why trace.Text
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		var q struct {
			User     string `json:"username"`
			Password string `json:"password"`
		}
		status, why = readJSON(r, &q)
		user, secret = q.User, q.Password
	case "application/x-www-form-urlencoded":
		status, why = readForm(r)
		user, secret = r.PostForm.Get("username"), r.PostForm.Get("password")
	default:
		status, why = http.StatusUnsupportedMediaType, trace.Text{En: "This takes JSON or a form.", Ko: "JSON이나 폼으로 보내십시오."}
	}
	if status != 0 {
		d.services.Fail(w, r, status, why)
	}
	return user, secret, status == 0
}

// logout ends the session here, where it is: whoever has a copy of the id has
// nothing.
func (d *sessionDoor) logout(w http.ResponseWriter, r *http.Request) {
	if !d.services.contentless(w, r) {
		return
	}
	in := session.From(r.Context())
	if err := in.Destroy(); err != nil {
		d.fail(w, r, err)
		return
	}
	d.left(w, r)
}

// left answers who has no session any more: a URL without an id.
func (d *sessionDoor) left(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, Link(r, d.path), http.StatusSeeOther)
}

// end ends one of the user's own sessions.
func (d *sessionDoor) end(w http.ResponseWriter, r *http.Request) {
	u, ok := d.mustUser(w, r)
	if !ok || !d.services.form(w, r) {
		return
	}
	in, key := session.From(r.Context()), r.PostForm.Get("key")
	if key == in.Record().Key {
		d.logout(w, r)
		return
	}
	ended, err := d.sessions.End(r.Context(), u.User, key)
	switch {
	case err != nil:
		d.fail(w, r, err)
	case !ended:
		d.services.Fail(w, r, http.StatusNotFound, trace.Text{En: "You have no such session.", Ko: "그런 세션은 없습니다."})
	default:
		d.redirect(w, r, in, http.StatusSeeOther, "")
	}
}

// everywhere ends all sessions of the user, this one last: until then the user can
// try once more.
func (d *sessionDoor) everywhere(w http.ResponseWriter, r *http.Request) {
	u, ok := d.mustUser(w, r)
	if !ok || !d.services.contentless(w, r) {
		return
	}
	in := session.From(r.Context())
	ended, err := d.sessions.DestroyAll(r.Context(), u.User, in.Record().Key)
	switch {
	case err != nil && ended > 0 && storeFailed(err):
		d.services.Fail(w, r, http.StatusServiceUnavailable, trace.Text{
			En: fmt.Sprintf("The store of the sessions stopped answering on the way. Ended: at least %d. This session and perhaps others live on: try again.", ended),
			Ko: fmt.Sprintf("도중에 세션 저장소가 답하지 않게 되었습니다. 끝낸 세션: 적어도 %d개. 이 세션과, 어쩌면 다른 세션도 아직 살아 있으니 다시 시도하십시오.", ended),
		})
		return
	case err != nil:
		d.fail(w, r, err)
		return
	}
	if err := in.Destroy(); err != nil {
		d.fail(w, r, err)
		return
	}
	d.left(w, r)
}
