package httpdemo

import (
	"net/http"
	"strings"

	"statelab/capture/trace"
	"statelab/httpdemo/token"
)

// tokenRefutes are the beliefs that the lesson refutes.
func tokenRefutes() []trace.Refutation {
	because := func(en, ko string) func([]trace.Event) trace.Text {
		return func([]trace.Event) trace.Text { return trace.Text{En: en, Ko: ko} }
	}
	return []trace.Refutation{
		{N: 32, Why: because(
			"after the logout the same access token is brought again, and answered with 200",
			"로그아웃한 뒤 같은 액세스 토큰을 다시 가져왔는데 200으로 답합니다",
		), Seen: []trace.Sight{tokenLoggedOut, tokenBrought, tokenTaken}},
		{N: 33, Why: because(
			"what went over the wire is base64: the user's name is read from it without any key",
			"오간 것은 base64입니다. 키 없이도 거기서 사용자의 이름이 읽힙니다",
		), Seen: []trace.Sight{tokenReadable}},
	}
}

// tokenLoggedOut sees the answer to a logout.
func tokenLoggedOut(e *trace.Event, _ []trace.Event) bool {
	return e.Kind == trace.KindMessage && e.Message.Status == http.StatusNoContent
}

// tokenBrought sees a request with an access token.
func tokenBrought(e *trace.Event, _ []trace.Event) bool {
	return tokenSubject(e) != ""
}

// tokenTaken sees that request answered with 200.
func tokenTaken(e *trace.Event, before []trace.Event) bool {
	return response(e, before) && e.Message.Status == http.StatusOK && e.Stream == before[1].Stream
}

// tokenReadable sees a token in which a user's name can be read.
func tokenReadable(e *trace.Event, _ []trace.Event) bool {
	return tokenSubject(e) == demoAccounts[0].User
}

// tokenSubject is what the token of a request says its user is, without a key.
func tokenSubject(e *trace.Event) string {
	if e.Kind != trace.KindMessage || !e.Message.Request {
		return ""
	}
	v, _ := e.Message.Get("Authorization")
	access, ok := strings.CutPrefix(v, "Bearer ")
	if !ok {
		return ""
	}
	d, err := token.Decode(access)
	if err != nil {
		return ""
	}
	return d.Subject()
}
