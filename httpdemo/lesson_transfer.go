package httpdemo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/bank"
)

// transfer shows a conversation of four steps that is kept in a session, and money
// that is not: whatever ends the conversation, the balances add up.
func transfer() Lesson {
	return Lesson{
		Name: "transfer",
		Title: trace.Text{
			En: "A bank transfer in four steps, interrupted at each",
			Ko: "네 단계로 하는 은행 이체를 단계마다 끊어 보기",
		},
		Claims:  []string{"C6"},
		Crashes: true,
		Look: trace.Text{
			En: "Look at two things after each step: the session, which grows with what was said, and the balances, which change at one moment only.",
			Ko: "단계마다 두 가지를 보십시오. 말한 것이 쌓이는 세션과, 단 한 순간에만 바뀌는 잔액입니다.",
		},
		Point: trace.Text{
			En: "The steps were state of the conversation: aborted, timed out or lost in a crash, they were gone, and nothing else was. The money moved in one transaction, under a key that the bank remembers: twice asked, once moved.",
			Ko: "단계는 대화의 상태였습니다. 그만두거나 시간이 지나거나 서버가 죽으면 사라졌고, 그 밖에는 아무것도 잃지 않았습니다. 돈은 은행이 기억하는 키가 붙은 트랜잭션 하나로 움직였습니다. 두 번 요청해도 한 번만 움직입니다.",
		},
		Run: runTransfer,
		App: newTransfer,
	}
}

// transferRun is the lesson under way.
type transferRun struct {
	*Env
	ctx     context.Context
	path    string // of the bank
	app     *transferApp
	site    *Site
	service *Service
	browser *Browser
	last    transferState
	total   int64
}

func runTransfer(ctx context.Context, e *Env) (err error) {
	folder, err := os.MkdirTemp("", "statelab-bank")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	t := &transferRun{Env: e, ctx: ctx, path: filepath.Join(folder, "bank.db"), browser: e.Browser(ctx, Client)}
	if err := t.start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.app.Close()) }()
	if t.total, _, err = t.app.sum(ctx); err != nil {
		return err
	}
	for _, act := range []func() error{t.whole, t.again, t.aborted, t.late, t.forgotten, t.crashes} {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

// start starts the server: its sessions are in memory, its bank in a file.
func (t *transferRun) start() error {
	s, err := t.services()
	if err != nil {
		return err
	}
	if t.app, err = newTransferAt(s, t.path); err != nil {
		return err
	}
	if t.site, err = NewSite(s, Lesson{Name: "transfer", App: func(*Services) (App, error) { return t.app, nil }}); err != nil {
		return err
	}
	t.service, err = t.Serve(Server, t.site)
	t.remember()
	return err
}

func (t *transferRun) stop() error {
	t.browser.Close()
	if t.service != nil {
		t.service.Close()
		t.service = nil
	}
	return t.app.Close()
}

func (t *transferRun) remember() {
	t.Follow(Client, t.browser.Memory)
	t.Follow(Server, t.app.Memory)
}

// post sends the form of a step, and reads the state from the answer.
func (t *transferRun) post(step string, want int, form ...http1.Field) error {
	target := t.Machine(Server).URL("/transfer/" + step)
	if t.last.Form != "" {
		form = append([]http1.Field{{Name: "form", Value: t.last.Form}}, form...)
	}
	r, err := t.browser.PostForm(target, form...)
	if err != nil {
		return err
	}
	if r.StatusCode != want {
		return fmt.Errorf("%s was answered with %d, not %d: %s", step, r.StatusCode, want, r.Text)
	}
	if want == http.StatusOK {
		t.last = transferState{}
		if err := json.Unmarshal([]byte(r.Text), &t.last); err != nil {
			return err
		}
	}
	t.remember()
	return nil
}

// walk goes through the steps up to one, from the beginning.
func (t *transferRun) walk(upTo string) error {
	r, err := t.browser.Get(t.Machine(Server).URL("/transfer/"))
	if err != nil {
		return err
	}
	t.last = transferState{}
	if err := json.Unmarshal([]byte(r.Text), &t.last); err != nil {
		return err
	}
	forms := map[string][]http1.Field{
		"password":  {{Name: "account", Value: "jisoo"}, {Name: "password", Value: "blue-whale-42"}},
		"amount":    {{Name: "amount", Value: "3000"}},
		"recipient": {{Name: "to", Value: "alex"}},
	}
	for _, step := range transferSteps {
		if step == upTo || step == "confirm" {
			return nil
		}
		if err := t.post(step, http.StatusOK, forms[step]...); err != nil {
			return err
		}
	}
	return nil
}

// balances notes them, and holds that no money was made or lost.
func (t *transferRun) balances() error {
	sum, text, err := t.app.sum(t.ctx)
	if err != nil {
		return err
	}
	if sum != t.total {
		return fmt.Errorf("the balances add up to %d, and were %d", sum, t.total)
	}
	t.Note(trace.Text{
		En: fmt.Sprintf("Balances: %s; together %d, as before.", text, sum),
		Ko: fmt.Sprintf("잔액: %s. 합계 %d, 전과 같습니다.", text, sum),
	})
	return nil
}

func (t *transferRun) whole() error {
	t.Step(trace.Text{En: "Password, amount, recipient: the session remembers each", Ko: "비밀번호, 금액, 수취인: 세션이 하나하나 기억합니다"})
	if err := t.walk("confirm"); err != nil {
		return err
	}
	if err := t.balances(); err != nil {
		return err
	}
	t.Step(trace.Text{En: "Confirm: the money moves", Ko: "확인: 돈이 움직입니다"})
	if err := t.post("confirm", http.StatusOK, http1.Field{Name: "key", Value: t.last.Key}); err != nil {
		return err
	}
	return t.balances()
}

func (t *transferRun) again() error {
	t.Step(trace.Text{En: "A double click sends the confirmation again: the key is known, nothing moves", Ko: "두 번 누르면 확인이 또 옵니다: 아는 키이므로 아무것도 움직이지 않습니다"})
	if err := t.post("confirm", http.StatusOK, http1.Field{Name: "key", Value: t.last.Key}); err != nil {
		return err
	}
	return t.balances()
}

func (t *transferRun) late() error {
	t.Step(trace.Text{En: "The confirmation comes too late: after 4 minutes", Ko: "확인이 너무 늦게, 4분 뒤에 옵니다"})
	if err := t.walk("confirm"); err != nil {
		return err
	}
	t.Sleep(4 * time.Minute)
	if err := t.post("confirm", http.StatusConflict, http1.Field{Name: "key", Value: t.last.Key}); err != nil {
		return err
	}
	return t.balances()
}

// crashes ends the server's process at every point of a transfer, and starts it
// again.
func (t *transferRun) crashes() error {
	for _, p := range bank.Points() {
		t.Step(trace.Text{
			En: fmt.Sprintf("The server dies while it moves the money, at: %s", p),
			Ko: fmt.Sprintf("돈을 옮기는 도중에 서버가 죽습니다. 시점: %s", p),
		})
		if err := t.walk("confirm"); err != nil {
			return err
		}
		t.app.bank.At = func(here bank.Point) error {
			if here == p {
				panic(http.ErrAbortHandler) // no answer: the connection ends
			}
			return nil
		}
		key := t.last.Key
		if err := t.post("confirm", http.StatusOK, http1.Field{Name: "key", Value: key}); err == nil {
			return fmt.Errorf("the server answered, though it died at %s", p)
		}
		if err := errors.Join(t.stop(), t.start()); err != nil {
			return err
		}
		if err := t.ask(key, p == bank.Committed); err != nil {
			return err
		}
		if err := t.balances(); err != nil {
			return err
		}
	}
	return nil
}

// ask is what a client does that got no answer: it logs in again, the session being
// gone, and asks whether the transfer of its key was carried out.
func (t *transferRun) ask(key string, moved bool) error {
	want := http.StatusNotFound
	if moved {
		want = http.StatusOK
	}
	if err := t.walk("amount"); err != nil {
		return err
	}
	r, err := t.browser.Get(t.Machine(Server).URL("/transfer/receipt/" + key))
	if err != nil {
		return err
	}
	if r.StatusCode != want {
		return fmt.Errorf("the receipt of %s: %d, not %d", short(key), r.StatusCode, want)
	}
	if moved {
		t.Note(trace.Text{En: "The client got no answer, logs in again, and asks: it was carried out, once.", Ko: "응답을 받지 못한 클라이언트가 다시 로그인하고 묻습니다. 한 번 이루어졌습니다."})
	} else {
		t.Note(trace.Text{En: "The client got no answer, logs in again, and asks: nothing was carried out.", Ko: "응답을 받지 못한 클라이언트가 다시 로그인하고 묻습니다. 아무 일도 없었습니다."})
	}
	return t.post("abort", http.StatusOK)
}

// short is the beginning of a long name.
func short(s string) string { return s[:min(8, len(s))] }
