package httpdemo

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"statelab/capture/trace"
	"statelab/httpdemo/bank"
	"statelab/httpdemo/session"
)

// errMoved is a transfer that was carried out before it could be abandoned.
var errMoved = errors.New("the money has moved")

// abandon lets the bank decide that a transfer is not carried out, before anybody is
// told so. One that has no key yet cannot be.
func (a *transferApp) abandon(ctx context.Context, key string) error {
	if key == "" {
		return nil
	}
	if ok, err := a.bank.Abandon(ctx, key); err != nil || ok {
		return err
	}
	return errMoved
}

// refused says why the bank moves nothing for the transfer of that key.
func (a *transferApp) refused(w http.ResponseWriter, r *http.Request, key string, err error) {
	why := trace.Text{En: "Refused: " + err.Error() + "."}
	switch {
	case errors.Is(err, bank.ErrAmount):
		why.Ko = "거절: 금액은 1에서 1,000,000,000까지의 정수입니다."
	case errors.Is(err, bank.ErrAccount):
		why.Ko = "거절: 그런 계좌가 없습니다."
	case errors.Is(err, bank.ErrSelf):
		why.Ko = "거절: 자기 계좌로는 보낼 수 없습니다."
	case errors.Is(err, bank.ErrFunds):
		why.Ko = "거절: 잔액이 모자랍니다."
	default:
		a.broken(w, r, key)
		return
	}
	a.services.Fail(w, r, http.StatusUnprocessableEntity, why)
}

// confirm moves the money. Asked again with the same key, by a double click, the
// back button or a client that got no answer, it tells what was done. Of requests
// that come at the same time the bank decides which one moves it: what was read
// before that is old.
func (a *transferApp) confirm(w http.ResponseWriter, r *http.Request) {
	s := session.From(r.Context())
	if !a.services.form(w, r) {
		return
	}
	var t transferState
	if _, err := s.Get("transfer", &t); err != nil {
		a.broken(w, r, r.PostForm.Get("key"))
		return
	}
	key := r.PostForm.Get("key")
	asked := t.asks(r) && key == t.Key
	if asked && !a.late(t) {
		a.move(w, r, t)
		return
	}
	if asked {
		switch err := a.abandon(r.Context(), key); {
		case err == nil:
			a.tookTooLong(w, r, s)
			return
		case !errors.Is(err, errMoved):
			a.broken(w, r, key)
			return
		}
	}
	done, found, err := a.bank.Receipt(r.Context(), key)
	switch {
	case err != nil:
		a.broken(w, r, key)
	case found && s.User() == done.From:
		a.moved(w, r, done, false)
	default:
		if t, ok := a.current(w, r, s); ok { // all but the key is right
			a.stale(w, r, t)
		}
	}
}

// move has the bank carry a transfer out, unless it did before.
func (a *transferApp) move(w http.ResponseWriter, r *http.Request, t transferState) {
	moved := bank.Transfer{Key: t.Key, From: t.From, To: t.To, Amount: t.Amount}
	first, err := a.bank.Move(r.Context(), moved)
	switch {
	case errors.Is(err, bank.ErrAbandoned):
		a.services.Fail(w, r, http.StatusConflict, trace.Text{
			En: "This transfer was aborted. Nothing was moved.", Ko: "그만둔 이체입니다. 돈은 움직이지 않았습니다.",
		})
	case err != nil:
		a.refused(w, r, t.Key, err)
	default:
		a.moved(w, r, bank.Receipt{Transfer: moved, At: a.services.Now()}, first)
	}
}

// moved tells of a transfer that was carried out; first, if this request did it.
func (a *transferApp) moved(w http.ResponseWriter, r *http.Request, done bank.Receipt, first bool) {
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, Link(r, "/transfer/receipt/"+done.Key), http.StatusSeeOther)
		return
	}
	a.services.JSON(w, http.StatusOK, map[string]any{
		"step": "done", "key": done.Key, "from": done.From, "to": done.To, "amount": done.Amount, "moved_by_this_request": first,
	})
}

// receipt tells the sender whether a transfer was carried out: so may a client ask
// that got no answer. Its key alone opens nothing: it stands in addresses, and in
// their history and logs. A key of somebody else's is one that is not known.
func (a *transferApp) receipt(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	user := session.From(r.Context()).User()
	if user == "" {
		a.services.stranger(w, r, "Session", "transfer", trace.Text{
			En: "Whose receipt it is, and whether there is one, is told to its sender: log in at /transfer/, and come back.",
			Ko: "누구의 영수증인지, 있기는 한지는 보낸 사람에게만 알려 줍니다. /transfer/에서 로그인하고 다시 오십시오.",
		})
		return
	}
	done, found, err := a.bank.Receipt(r.Context(), r.PathValue("key"))
	switch {
	case err != nil:
		a.broken(w, r, r.PathValue("key"))
	case !found || done.From != user:
		a.services.Fail(w, r, http.StatusNotFound, trace.Text{En: "No transfer of yours with that key was carried out.", Ko: "그 키로 이루어진 이체가 없습니다."})
	case strings.Contains(r.Header.Get("Accept"), "text/html"):
		a.services.Page(w, r, http.StatusOK, "transfer/receipt", done)
	default:
		a.moved(w, r, done, false)
	}
}

// abort ends the conversation. If the money has moved already, it tells so: the
// session stays, as the receipt is asked for with it.
func (a *transferApp) abort(w http.ResponseWriter, r *http.Request) {
	if !a.services.contentless(w, r) {
		return
	}
	s := session.From(r.Context())
	var t transferState
	_, err := s.Get("transfer", &t)
	if err == nil {
		err = a.abandon(r.Context(), t.Key)
	}
	if errors.Is(err, errMoved) {
		if done, found, err := a.bank.Receipt(r.Context(), t.Key); err == nil && found {
			a.moved(w, r, done, false)
			return
		}
	}
	if err == nil {
		err = s.Destroy()
	}
	if err != nil {
		a.broken(w, r, t.Key)
		return
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, Link(r, "/transfer/"), http.StatusSeeOther)
		return
	}
	a.services.JSON(w, http.StatusOK, map[string]string{"step": "aborted"})
}
