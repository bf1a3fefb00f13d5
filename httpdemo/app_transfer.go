package httpdemo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo/bank"
	"statelab/httpdemo/session"
)

// transferLife is how long a transfer may take from its password to its
// confirmation.
const transferLife = 3 * time.Minute

// transferApp is a bank's transfer in four steps. What has been said so far is in
// the session, and gone with it; the money is in the bank, and moves in one
// transaction, at the last step.
type transferApp struct {
	services *Services
	bank     *bank.Bank
	folder   string // of a bank of its own, "" for one that was given
	store    session.Store
	sessions *session.Manager
	accounts *accounts
	random   sync.Mutex
}

// transferSteps are the steps, in their order.
var transferSteps = []string{"password", "amount", "recipient", "confirm"}

// transferState is what the server remembers of a transfer that is on its way.
type transferState struct {
	Step   string    `json:"step"`
	From   string    `json:"from,omitempty"`
	Amount int64     `json:"amount,omitempty"`
	To     string    `json:"to,omitempty"`
	Form   string    `json:"form,omitempty"` // of this step; what comes with another is stale
	Key    string    `json:"key,omitempty"`  // of the transfer in the bank
	Until  time.Time `json:"until,omitzero"`
}

func newTransfer(s *Services) (App, error) {
	folder, err := os.MkdirTemp("", "statelab-bank")
	if err != nil {
		return nil, err
	}
	app, err := newTransferAt(s, filepath.Join(folder, "bank.db"))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	app.folder = folder
	return app, nil
}

// newTransferAt is the bank whose accounts are in a file.
func newTransferAt(s *Services, path string) (*transferApp, error) {
	a := &transferApp{services: s, accounts: newAccounts(s), store: s.part("transfer")}
	var err error
	if a.bank, err = bank.Open(context.Background(), path, s.Now,
		bank.Account{Name: "jisoo", Balance: 100_000}, bank.Account{Name: "alex", Balance: 50_000}); err != nil {
		return nil, err
	}
	if s.Watch != nil {
		a.bank.Watch = func(op bank.Op) { s.Watch(accessToBank(op)) }
	}
	a.sessions, err = s.sessions(a.store, session.Config{
		Lifetime: 15 * time.Minute, IdleTimeout: 5 * time.Minute,
		Cookie: http.Cookie{Name: "transfer", Path: "/transfer/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteStrictMode},
	})
	if err != nil {
		return nil, errors.Join(err, a.bank.Close())
	}
	return a, nil
}

// Close closes the bank, and removes its file if it is the app's own.
func (a *transferApp) Close() error {
	err := a.bank.Close() // the store is the services'
	if a.folder != "" {
		err = errors.Join(err, os.RemoveAll(a.folder))
	}
	return err
}

func (a *transferApp) Routes(mux Mux) {
	handle := func(pattern string, f http.HandlerFunc) { mux.Handle(pattern, a.sessions.Handler(f)) }
	handle("GET /transfer/{$}", a.page)
	handle("POST /transfer/password", a.step(a.password))
	handle("POST /transfer/amount", a.step(a.amount))
	handle("POST /transfer/recipient", a.step(a.recipient))
	handle("POST /transfer/confirm", a.confirm)
	handle("POST /transfer/abort", a.abort)
	handle("GET /transfer/receipt/{key}", a.receipt)
}

// transferSecrets are the fields of a session that who reads the memory must not
// have: with them goes a transfer's next step, in its user's name.
var transferSecrets = []*regexp.Regexp{secret("form"), secret("key")}

func (a *transferApp) Memory() []trace.Entry {
	all := append(a.bankMemory(), a.accounts.Memory()...)
	return append(all, sessionRecords(a.store, transferSecrets...)...)
}

// bankMemory lists the balances, and the keys by which a transfer is carried out
// once: these are there because of what was said, and outlive the session.
func (a *transferApp) bankMemory() (all []trace.Entry) {
	quiet := a.bank.Quiet()
	accounts, err := quiet.Accounts(context.Background())
	if err != nil {
		return []trace.Entry{unanswered(trace.MemoryResource, "balances")}
	}
	for _, c := range accounts {
		all = append(all, trace.Entry{Kind: trace.MemoryResource, Name: "balance " + c.Name, Value: strconv.FormatInt(c.Balance, 10), Bytes: c.Size()})
	}
	n, bytes, err := quiet.Kept(context.Background())
	switch {
	case err != nil:
		all = append(all, unanswered(trace.MemoryConversation, "decided transfers"))
	case n > 0:
		all = append(all, trace.Entry{Kind: trace.MemoryConversation, Name: "decided transfers", Value: strconv.Itoa(n), Bytes: bytes})
	}
	return all
}

// firstStep is the state of a session that nothing is known of. It has no form of its
// own: whoever only looks is not remembered.
var firstStep = transferState{Step: transferSteps[0]}

// state is where the session's transfer is. That one was carried out is for the bank
// to say: were it noted in the session as well, one of the two could be kept without
// the other. Of a late one it is what it was.
func (a *transferApp) state(ctx context.Context, s *session.Session) (t transferState, late bool, err error) {
	found, err := s.Get("transfer", &t)
	if err == nil && t.Key != "" {
		var done bool
		_, done, err = a.bank.Receipt(ctx, t.Key)
		found = found && !done
	}
	if err == nil && !found {
		t = firstStep
	}
	return t, found && a.late(t), err
}

// late reports whether a transfer has taken too long.
func (a *transferApp) late(t transferState) bool {
	return !t.Until.IsZero() && !a.services.Now().Before(t.Until)
}

// asks reports whether a form that comes is the one that the state waits for.
func (t *transferState) asks(r *http.Request) bool {
	return "/transfer/"+t.Step == r.URL.Path && t.Form == r.PostForm.Get("form")
}

// next is the state with a form of its own.
func (a *transferApp) next(t transferState) (transferState, error) {
	a.random.Lock()
	defer a.random.Unlock()
	b := make([]byte, 16)
	_, err := io.ReadFull(a.services.Rand, b)
	t.Form = hex.EncodeToString(b)
	return t, err
}

// answer shows a state: the page of its step to browsers, JSON to others.
func (a *transferApp) answer(w http.ResponseWriter, r *http.Request, t transferState) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		a.services.JSON(w, http.StatusOK, t)
		return
	}
	if r.Method == http.MethodPost { // so that the back button asks for nothing twice
		http.Redirect(w, r, Link(r, "/transfer/"), http.StatusSeeOther)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	balances, err := a.bank.Accounts(r.Context())
	if err != nil {
		a.broken(w, r, t.Key)
		return
	}
	a.services.Page(w, r, http.StatusOK, "transfer/index", map[string]any{"State": t, "Accounts": balances})
}

// broken answers where the bank does not. key is the transfer's: once it has one, the
// money may have moved, by this request or by one before it.
func (a *transferApp) broken(w http.ResponseWriter, r *http.Request, key string) {
	why := trace.Text{En: "The bank does not answer. Nothing was moved.", Ko: "은행이 답하지 않습니다. 돈은 움직이지 않았습니다."}
	if key != "" {
		why = trace.Text{
			En: "The bank does not answer. Whether the money has moved is not known: look at the receipt, or send this again. It moves once at most.",
			Ko: "은행이 답하지 않아, 돈이 움직였는지 알 수 없습니다. 영수증을 확인하거나 다시 보내십시오. 돈은 많아야 한 번 움직입니다.",
		}
	}
	a.services.Fail(w, r, http.StatusServiceUnavailable, why)
}

func (a *transferApp) page(w http.ResponseWriter, r *http.Request) {
	t, late, err := a.state(r.Context(), session.From(r.Context()))
	switch {
	case err != nil:
		a.broken(w, r, t.Key)
	case late:
		a.answer(w, r, firstStep)
	default:
		a.answer(w, r, t)
	}
}

// step takes a form of the step that its path names, if it is that of the state.
func (a *transferApp) step(do func(http.ResponseWriter, *http.Request, *transferState) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s := session.From(r.Context())
		t, ok := a.current(w, r, s)
		if !ok || !do(w, r, &t) {
			return
		}
		t, err := a.next(t)
		if err == nil {
			err = s.Put("transfer", t)
		}
		if err != nil {
			a.broken(w, r, t.Key)
			return
		}
		a.answer(w, r, t)
	}
}

// current is the session's state, if the form that comes is of it; otherwise it
// has answered.
func (a *transferApp) current(w http.ResponseWriter, r *http.Request, s *session.Session) (t transferState, ok bool) {
	if !a.services.form(w, r) {
		return t, false
	}
	t, late, err := a.state(r.Context(), s)
	if err == nil && late {
		err = a.abandon(r.Context(), t.Key)
		if moved := errors.Is(err, errMoved); err == nil || moved { // a moment ago: there is nothing to forget
			t, late, err = firstStep, !moved, nil
		}
	}
	switch {
	case err != nil:
		a.broken(w, r, t.Key)
	case t.asks(r):
		return t, true
	case late:
		a.tookTooLong(w, r, s)
	default:
		a.stale(w, r, t)
	}
	return t, false
}

// tookTooLong refuses what comes too late for a transfer that the bank has abandoned.
func (a *transferApp) tookTooLong(w http.ResponseWriter, r *http.Request, s *session.Session) {
	_ = s.Remove("transfer") // what is refused here is begun anew
	a.services.Fail(w, r, http.StatusConflict, trace.Text{
		En: "The transfer took too long, and is forgotten. Nothing was moved. Begin again.",
		Ko: "이체가 너무 오래 걸려 잊혔습니다. 돈은 움직이지 않았습니다. 처음부터 다시 하십시오.",
	})
}

// stale refuses a form that the state does not wait for.
func (a *transferApp) stale(w http.ResponseWriter, r *http.Request, t transferState) {
	a.services.Fail(w, r, http.StatusConflict, trace.Text{
		En: "This form is of another step, or was sent before. Nothing was done. The transfer is at: " + t.Step + ".",
		Ko: "다른 단계의 폼이거나 이미 보낸 폼입니다. 아무 일도 일어나지 않았습니다. 지금 단계: " + t.Step,
	})
}

func (a *transferApp) password(w http.ResponseWriter, r *http.Request, t *transferState) bool {
	who, status, why := a.accounts.login(w, r, r.PostForm.Get("account"), r.PostForm.Get("password"))
	if status == http.StatusUnauthorized {
		status = http.StatusForbidden // a form has no challenge, which 401 must bear (RFC 9110 §15.5.2)
	}
	if status != 0 {
		a.services.Fail(w, r, status, why)
		return false
	}
	if err := session.From(r.Context()).Login(who.User); err != nil {
		a.broken(w, r, t.Key)
		return false
	}
	t.Step, t.From, t.Until = "amount", who.User, a.services.Now().Add(transferLife)
	return true
}

func (a *transferApp) amount(w http.ResponseWriter, r *http.Request, t *transferState) bool {
	n, ok := wholeNumber(r.PostForm.Get("amount"))
	if !ok || n < 1 || n > bank.MaxAmount {
		a.refused(w, r, t.Key, bank.ErrAmount)
		return false
	}
	of, err := a.account(r.Context(), t.From)
	if err == nil && of.Balance < n {
		err = bank.ErrFunds // said now rather than at the end, where the bank looks again
	}
	if err != nil {
		a.refused(w, r, t.Key, err)
		return false
	}
	t.Step, t.Amount = "recipient", n
	return true
}

func (a *transferApp) recipient(w http.ResponseWriter, r *http.Request, t *transferState) bool {
	to := r.PostForm.Get("to")
	_, err := a.account(r.Context(), to)
	if err == nil && to == t.From {
		err = bank.ErrSelf
	}
	if err != nil {
		a.refused(w, r, t.Key, err)
		return false
	}
	named, err := a.next(*t) // the transfer's name in the bank is as hard to guess
	if err != nil {
		a.broken(w, r, t.Key)
		return false
	}
	t.Step, t.To, t.Key = "confirm", to, named.Form
	return true
}

// account is the one of that name, or bank.ErrAccount.
func (a *transferApp) account(ctx context.Context, name string) (bank.Account, error) {
	all, err := a.bank.Accounts(ctx)
	if err != nil {
		return bank.Account{}, err
	}
	i := slices.IndexFunc(all, func(c bank.Account) bool { return c.Name == name })
	if i < 0 {
		return bank.Account{}, bank.ErrAccount
	}
	return all[i], nil
}

// sum is all the money there is.
func (a *transferApp) sum(ctx context.Context) (sum int64, text string, err error) {
	all, err := a.bank.Quiet().Accounts(ctx)
	var parts []string
	for _, c := range all {
		sum += c.Balance
		parts = append(parts, fmt.Sprintf("%s %d", c.Name, c.Balance))
	}
	return sum, strings.Join(parts, ", "), err
}
