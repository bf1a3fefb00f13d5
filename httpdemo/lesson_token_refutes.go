package httpdemo

import (
	"bytes"
	"net/http"
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
	"statelab/httpdemo/token"
)

// tokenRefutes are the beliefs that the lesson refutes.
func tokenRefutes() []trace.Refutation {
	return []trace.Refutation{
		{N: 32, Why: because(
			"after the logout the same access token is brought again, and answered with 200",
			"로그아웃한 뒤 같은 액세스 토큰을 다시 가져왔는데 200으로 답합니다",
		), Seen: []trace.Sight{
			tokenIssued, requested(isTokenLogout), answered(http.StatusNoContent),
			tokenOfBefore, answered(http.StatusOK),
		}},
		{N: 33, Why: because(
			"what went over the wire is base64: the user's name is read from it without any key",
			"오간 것은 base64입니다. 키 없이도 거기서 사용자의 이름이 읽힙니다",
		), Seen: []trace.Sight{tokenReadable}},
	}
}

func isTokenLogout(m *http1.Message) bool { return to(m, "/token/logout") }

// tokenIssued sees a response that hands out an access token.
func tokenIssued(l *trace.Look) bool {
	return responded(l) && bytes.Contains(l.Event().Message.Body, []byte(`"access_token"`))
}

// tokenOfBefore sees a request with the access token that was handed out first.
func tokenOfBefore(l *trace.Look) bool {
	return tokenBrought(l) && bytes.Contains(l.Seen(0).Message.Body, []byte(accessIn(l.Event().Message)))
}

// tokenBrought sees a request with an access token.
func tokenBrought(l *trace.Look) bool { return tokenSubject(l.Event()) != "" }

// tokenBroughtAgain sees the token that a request has brought first, brought once more.
func tokenBroughtAgain(l *trace.Look) bool {
	return tokenBrought(l) && field(l.Event().Message, "Authorization") == field(l.Seen(0).Message, "Authorization")
}

// tokenReadable sees a token in which a user's name can be read.
func tokenReadable(l *trace.Look) bool { return tokenSubject(l.Event()) == demoAccounts[0].User }

// tokenSubject is what the token of a request says its user is, without a key;
// empty for any other event.
func tokenSubject(e *trace.Event) string {
	if !isMessage(e, true) {
		return ""
	}
	d, err := token.Decode(accessIn(e.Message))
	if err != nil {
		return ""
	}
	return d.Subject()
}

// accessIn is the access token of a request (RFC 6750 §2.1), empty if it has none.
func accessIn(m *http1.Message) string {
	access, ok := strings.CutPrefix(field(m, "Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return access
}
