package httpdemo

import (
	"net/http"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// theftRefutes are the beliefs that the lesson refutes.
func theftRefutes() []trace.Refutation {
	return []trace.Refutation{
		{N: 31, Why: because(
			"the same cookie, before the logout and after it: 200, then 401. What it names was at the server",
			"같은 쿠키인데 로그아웃 전에는 200, 뒤에는 401입니다. 쿠키가 가리키는 것은 서버에 있었습니다",
		), Seen: []trace.Sight{
			theftSession, answered(http.StatusOK),
			theftLogout, answered(http.StatusNoContent),
			theftSameSession, answered(http.StatusUnauthorized),
		}},
		{N: 32, Why: because(
			"after the logout the same token is brought once more, and answered with 200",
			"로그아웃한 뒤 같은 토큰을 다시 가져왔는데 200으로 답합니다",
		), Seen: []trace.Sight{
			tokenBrought, answered(http.StatusOK),
			requested(isTheftLogout), answered(http.StatusNoContent),
			tokenBroughtAgain, answered(http.StatusOK),
		}},
	}
}

// theftSession sees a request for the account that brings a session.
func theftSession(l *trace.Look) bool { return theftCookie(l.Event()) != "" }

// theftSameSession sees the cookie that was seen first brought again, on another
// connection.
func theftSameSession(l *trace.Look) bool {
	return theftSession(l) && theftCookie(l.Event()) == theftCookie(l.Seen(0)) && l.Event().Stream != l.Seen(0).Stream
}

// theftCookie is the cookie of a request for the account; empty for any other event.
func theftCookie(e *trace.Event) string {
	if !isMessage(e, true) || !to(e.Message, theftAttackable+"account") {
		return ""
	}
	return field(e.Message, "Cookie")
}

// theftLogout sees the logout of the session that was seen first.
func theftLogout(l *trace.Look) bool {
	return requested(isTheftLogout)(l) && field(l.Event().Message, "Cookie") == theftCookie(l.Seen(0))
}

func isTheftLogout(m *http1.Message) bool { return to(m, theftAttackable+"logout") }
