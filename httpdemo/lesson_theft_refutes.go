package httpdemo

import (
	"net/http"

	"statelab/capture/trace"
)

// theftRefutes are the beliefs that the lesson refutes.
func theftRefutes() []trace.Refutation {
	because := func(en, ko string) func([]trace.Event) trace.Text {
		return func([]trace.Event) trace.Text { return trace.Text{En: en, Ko: ko} }
	}
	return []trace.Refutation{
		{N: 31, Why: because(
			"the same cookie, before the logout and after it: 200, then 401. What it names was at the server",
			"같은 쿠키인데 로그아웃 전에는 200, 뒤에는 401입니다. 쿠키가 가리키는 것은 서버에 있었습니다",
		), Seen: []trace.Sight{theftSession, theftAnswer(http.StatusOK), theftSameSession, theftAnswer(http.StatusUnauthorized)}},
		{N: 32, Why: because(
			"after the logout the same token is brought once more, and answered with 200",
			"로그아웃한 뒤 같은 토큰을 다시 가져왔는데 200으로 답합니다",
		), Seen: []trace.Sight{theftLogout, tokenBrought, theftAnswer(http.StatusOK)}},
	}
}

// theftSession sees a request that brings a session.
func theftSession(e *trace.Event, _ []trace.Event) bool { return theftCookie(e) != "" }

// theftSameSession sees that one's cookie on another connection.
func theftSameSession(e *trace.Event, before []trace.Event) bool {
	return theftCookie(e) != "" && theftCookie(e) == theftCookie(&before[0]) && e.Stream != before[0].Stream
}

// theftCookie is the cookie of a request for the account.
func theftCookie(e *trace.Event) string {
	if e.Kind != trace.KindMessage || !e.Message.Request || e.Message.Target != theftAttackable+"account" {
		return ""
	}
	v, _ := e.Message.Get("Cookie")
	return v
}

// theftAnswer sees the answer to the request before.
func theftAnswer(status int) trace.Sight {
	return func(e *trace.Event, before []trace.Event) bool {
		return response(e, before) && e.Message.Status == status && e.Stream == before[len(before)-1].Stream
	}
}

// theftLogout sees the request of a logout.
func theftLogout(e *trace.Event, _ []trace.Event) bool {
	return e.Kind == trace.KindMessage && e.Message.Request && e.Message.Target == theftAttackable+"logout"
}
