package httpdemo

import (
	"context"
	"fmt"
	"net/http"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// api shows that servers that remember nothing can stand in for one another.
func api() Lesson {
	return Lesson{
		Name: "api",
		Title: trace.Text{
			En: "An API with a token in each request, on two interchangeable servers",
			Ko: "요청마다 토큰을 담는 API와, 서로 바꿔 쓸 수 있는 서버 둘",
		},
		Claims:  []string{"B3", "B1"},
		Parties: []trace.Participant{Client, Server1, Server2},
		Look: trace.Text{
			En: "Look at which server gets each request: the client never logs in to either.",
			Ko: "요청이 어느 서버로 가는지 보십시오. 클라이언트는 어느 쪽에도 로그인하지 않습니다.",
		},
		Point: trace.Text{
			En: "The token went with each request and was compared with a value that never changes. Neither server had to know what the other had answered: add a third, and it can begin at once.",
			Ko: "토큰은 요청마다 실려 갔고, 서버는 변하지 않는 값과 비교했을 뿐입니다. 어느 서버도 다른 서버가 무엇을 답했는지 알 필요가 없었습니다. 세 번째 서버를 더해도 바로 일할 수 있습니다.",
		},
		Run: runAPI,
		App: newAPI,
	}
}

func runAPI(ctx context.Context, e *Env) error {
	s, err := e.services()
	if err != nil {
		return err
	}
	var sites []*Site
	for _, p := range []trace.Participant{Server1, Server2} {
		site, err := NewSite(s, api(), stateless())
		if err != nil {
			return err
		}
		if _, err := e.Serve(p, site); err != nil {
			return err
		}
		e.Follow(p, site.Memory)
		sites = append(sites, site)
	}
	b := e.Browser(ctx, Client)
	token := http1.Field{Name: "X-API-TOKEN", Value: s.APIToken()}

	bodies := map[string]string{}
	for _, c := range []struct {
		step   trace.Text
		server trace.Participant
		target string
		fields []http1.Field
		want   int
	}{
		{trace.Text{En: "Without a token: what is public", Ko: "토큰 없이: 공개된 것"}, Server1, "/api/public", nil, http.StatusOK},
		{trace.Text{En: "Without a token: what is not", Ko: "토큰 없이: 공개되지 않은 것"}, Server1, "/api/data", nil, http.StatusUnauthorized},
		{trace.Text{En: "With the token, at server 1", Ko: "토큰을 가지고 서버 1에"}, Server1, "/api/data", []http1.Field{token}, http.StatusOK},
		{trace.Text{En: "The same request at server 2, which has never met this client", Ko: "같은 요청을 서버 2에. 이 클라이언트를 처음 봅니다"}, Server2, "/api/data", []http1.Field{token}, http.StatusOK},
		{trace.Text{En: "Server 1 again, without the token: it does not remember the request before", Ko: "다시 서버 1에, 토큰 없이: 조금 전의 요청을 기억하지 못합니다"}, Server1, "/api/data", nil, http.StatusUnauthorized},
	} {
		e.Step(c.step)
		r, err := b.Get(e.Machine(c.server).URL(c.target), c.fields...)
		if err != nil {
			return err
		}
		if r.StatusCode != c.want {
			return fmt.Errorf("%s answered %s with %d, not %d", c.server.Name(), c.target, r.StatusCode, c.want)
		}
		if before, ok := bodies[c.target]; c.want == http.StatusOK && ok && before == r.Text {
			e.Note(trace.Text{
				En: fmt.Sprintf("The same %d bytes as from the other server.", len(r.Text)),
				Ko: fmt.Sprintf("다른 서버에서 받은 것과 같은 %d바이트입니다.", len(r.Text)),
			})
		}
		if c.want == http.StatusOK {
			bodies[c.target] = r.Text
		}
		e.Follow(Client, b.Memory)
		e.Follow(Server1, sites[0].Memory)
		e.Follow(Server2, sites[1].Memory)
	}
	return nil
}
