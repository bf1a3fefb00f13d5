package httpdemo

import (
	"context"
	"fmt"
	"net/http"

	"statelab/capture/trace"
)

// vending shows a request that is complete in itself, and two that are not.
func vending() Lesson {
	return Lesson{
		Name: "vending",
		Title: trace.Text{
			En: "A vending machine: coin and choice in one request",
			Ko: "자판기: 동전과 선택을 요청 하나에",
		},
		Claims: []string{"B2"},
		Look: trace.Text{
			En: "Look at the third and the fourth request: together they would buy a drink, but they come apart.",
			Ko: "세 번째와 네 번째 요청을 보십시오. 둘을 합치면 음료를 살 수 있지만, 따로따로 옵니다.",
		},
		Point: trace.Text{
			En: "The same request got the same answer, whoever came before. What was split over two requests was lost between them: a stateless server has nowhere to put it.",
			Ko: "같은 요청은 앞에 누가 왔든 같은 응답을 받았습니다. 요청 둘로 나눈 것은 그 사이에서 사라졌습니다. 무상태 서버에는 그것을 둘 곳이 없습니다.",
		},
		Run: runVending,
		App: newVending,
	}
}

func runVending(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	site, err := NewSite(s, vending())
	if err != nil {
		return err
	}
	if _, err := e.Serve(Server, site); err != nil {
		return err
	}
	b := e.Browser(ctx, Client)
	e.Follow(Server, site.Memory)

	for _, c := range []struct {
		step trace.Text
		body string
		want int
		said trace.Text
	}{
		{
			trace.Text{En: "A coin and a choice in one request", Ko: "동전과 선택을 요청 하나에 담습니다"},
			`{"coin":2000,"choice":"cola"}`, http.StatusOK,
			trace.Text{En: "All that the machine needs is in the request.", Ko: "자판기에 필요한 것이 요청 안에 다 있습니다."},
		},
		{
			trace.Text{En: "The next buyer sends the same", Ko: "다음 사람이 같은 것을 보냅니다"},
			`{"coin":2000,"choice":"cola"}`, http.StatusOK,
			trace.Text{En: "The same answer: nothing of the first buyer is in it.", Ko: "같은 응답입니다. 앞사람의 흔적은 없습니다."},
		},
		{
			trace.Text{En: "Now in two requests. First the coin alone", Ko: "이번에는 요청 둘로 나눕니다. 먼저 동전만"},
			`{"coin":2000,"choice":""}`, http.StatusUnprocessableEntity,
			trace.Text{En: "The machine gives the coin back: it could not remember it.", Ko: "자판기는 동전을 돌려줍니다. 기억해 둘 수 없기 때문입니다."},
		},
		{
			trace.Text{En: "Then the choice alone", Ko: "그다음 선택만"},
			`{"coin":0,"choice":"cola"}`, http.StatusPaymentRequired,
			trace.Text{En: "The machine does not know of the coin of a moment ago.", Ko: "자판기는 조금 전의 동전을 모릅니다."},
		},
	} {
		e.Step(c.step)
		r, err := b.Do(Request{Method: http.MethodPost, URL: e.Machine(Server).URL("/vending/"), Type: "application/json", Body: c.body})
		if err != nil {
			return err
		}
		if r.StatusCode != c.want {
			return fmt.Errorf("the machine answered %d, not %d", r.StatusCode, c.want)
		}
		e.Note(c.said)
		e.Follow(Client, b.Memory)
		e.Follow(Server, site.Memory)
	}
	return nil
}
