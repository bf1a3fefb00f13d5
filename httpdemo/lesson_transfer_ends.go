package httpdemo

import (
	"errors"
	"net/http"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// aborted ends the conversation by the user's wish, at each step.
func (t *transferRun) aborted() error {
	t.Step(trace.Text{
		En: "Aborted after the password, after the amount, before the confirmation: the session is forgotten",
		Ko: "비밀번호 뒤에, 금액 뒤에, 확인 전에 그만두기: 세션이 잊힙니다",
	})
	for _, step := range transferSteps[1:] {
		if err := t.walk(step); err != nil {
			return err
		}
		stale := t.last
		if err := t.post("abort", http.StatusOK); err != nil {
			return err
		}
		t.last = stale
	}
	t.Note(trace.Text{En: "The back button brings the old form back. It is refused:", Ko: "뒤로 가기로 옛 폼을 다시 보내면 거절됩니다."})
	if err := t.post("confirm", http.StatusConflict, http1.Field{Name: "key", Value: t.last.Key}); err != nil {
		return err
	}
	return t.balances()
}

// forgotten takes the server's power away between the steps: its sessions were in
// its memory.
func (t *transferRun) forgotten() error {
	for i, text := range []trace.Text{
		{En: "The server loses its power after the password", Ko: "비밀번호 뒤에 서버의 전원이 꺼집니다"},
		{En: "The server loses its power after the amount", Ko: "금액 뒤에 서버의 전원이 꺼집니다"},
		{En: "The server loses its power after the recipient", Ko: "수취인 뒤에 서버의 전원이 꺼집니다"},
	} {
		t.Step(text)
		step := transferSteps[i+1]
		if err := t.walk(step); err != nil {
			return err
		}
		if err := t.crash(); err != nil {
			return err
		}
		// The cookie is the same, and the server knows of no conversation.
		if err := t.post(step, http.StatusConflict, http1.Field{Name: "amount", Value: "3000"}, http1.Field{Name: "key", Value: t.last.Key}); err != nil {
			return err
		}
		if err := t.balances(); err != nil {
			return err
		}
	}
	t.Note(trace.Text{
		En: "Each time the conversation was lost and had to begin again. The balances were not part of it.",
		Ko: "그때마다 대화는 사라져 처음부터 다시 해야 했습니다. 잔액은 대화의 일부가 아니었습니다.",
	})
	return nil
}

// crash takes the power away, and starts the server on what is in the bank's file.
func (t *transferRun) crash() error {
	err := t.service.Crash()
	t.service = nil
	return errors.Join(err, t.stop(), t.start())
}
