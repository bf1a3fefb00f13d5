package httpdemo

import (
	_ "embed"
	"net/http"
	"strings"

	"statelab/capture/trace"
)

// The second part of the lesson: how tokens end, or do not.

// theft: a refresh token used twice ends its family (C9).
func (l *tokenVisit) theft() error {
	l.thief.refresh = l.user.refresh
	l.stolen = []trace.Entry{{
		Kind: trace.MemoryConversation, Name: "stolen refresh_token", Value: l.thief.refresh, Bytes: len("refresh_token") + len(l.thief.refresh),
	}}
	l.step("The attacker has copied the refresh token. The user is first to use it",
		"공격자가 리프레시 토큰을 복사해 두었습니다. 사용자가 먼저 씁니다")
	status, err := l.user.renew()
	if err := l.want(http.StatusOK, status, err); err != nil {
		return err
	}
	l.step("Then the attacker uses it, a second time: the whole family is revoked (RFC 9700 §4.14.2)",
		"이어서 공격자가 씁니다. 두 번째 사용이므로 토큰 계열 전체를 폐기합니다(RFC 9700 §4.14.2)")
	l.Sleep(tokenWindow)
	if status, err = l.thief.renew(); l.want(http.StatusBadRequest, status, err) != nil {
		return l.want(http.StatusBadRequest, status, err)
	}
	l.step("The user's own is of that family: who is who is told by the password alone",
		"사용자의 것도 같은 계열입니다. 누가 누구인지는 비밀번호로만 가릴 수 있습니다")
	if status, err = l.user.renew(); l.want(http.StatusBadRequest, status, err) != nil {
		return l.want(http.StatusBadRequest, status, err)
	}
	return l.login()
}

// logsOut: the refresh token is refused, the access token is not (C8, E5).
func (l *tokenVisit) logsOut() error {
	access, refresh := l.user.access, l.user.refresh
	l.step("Logout: the client forgets its tokens, and the server ends the refresh token",
		"로그아웃: 클라이언트는 토큰을 버리고, 서버는 리프레시 토큰을 끝냅니다")
	status, err := l.user.logout()
	if err := l.want(http.StatusNoContent, status, err); err != nil {
		return err
	}
	l.stolen = []trace.Entry{{
		Kind: trace.MemoryConversation, Name: "copied access_token", Value: access, Bytes: len("access_token") + len(access),
	}}
	l.thief.refresh = refresh
	l.step("A copy of the refresh token is refused at once", "복사해 둔 리프레시 토큰은 바로 거절됩니다")
	if status, err = l.thief.renew(); l.want(http.StatusBadRequest, status, err) != nil {
		return l.want(http.StatusBadRequest, status, err)
	}
	l.step("A copy of the access token still works, at every server", "복사해 둔 액세스 토큰은 모든 서버에서 여전히 통합니다")
	for _, server := range []trace.Participant{Server1, Server2} {
		if err := l.profile(l.thief, server, access, http.StatusOK); err != nil {
			return err
		}
	}
	l.step("It ends when its 30 s are over, and not before", "30초가 다 되어야, 그때 비로소 끝납니다")
	l.Sleep(tokenShort)
	return l.profile(l.thief, Server1, access, http.StatusUnauthorized)
}

// denies: a denylist takes an access token back, where it is kept.
func (l *tokenVisit) denies() error {
	l.step("Login again, and a logout that also puts the access token on a denylist at server 1",
		"다시 로그인하고, 이번에는 로그아웃하면서 액세스 토큰을 서버 1의 차단 목록에 올립니다")
	if err := l.login(); err != nil {
		return err
	}
	access := l.user.access
	_, status, err := l.user.post("/token/revoke", map[string]string{"token": access})
	if err := l.want(http.StatusOK, status, err); err != nil {
		return err
	}
	if status, err = l.user.logout(); l.want(http.StatusNoContent, status, err) != nil {
		return l.want(http.StatusNoContent, status, err)
	}
	l.stolen[0].Value, l.stolen[0].Bytes = access, len("access_token")+len(access)
	l.step("The copy is refused at server 1: state again, for as long as the token would have lived",
		"사본은 서버 1에서 거절됩니다. 토큰이 살아 있을 동안, 다시 상태를 기억합니다")
	if err := l.profile(l.thief, Server1, access, http.StatusUnauthorized); err != nil {
		return err
	}
	l.step("Server 2 does not have that list, and takes it: a denylist has to be shared", "서버 2에는 그 목록이 없어서 받아들입니다. 차단 목록은 공유해야 합니다")
	return l.profile(l.thief, Server2, access, http.StatusOK)
}

// tokenClientSource is the program at the client, to count.
//
//go:embed token_client.go
var tokenClientSource string

// clientCode says what the client had to do (C13).
func (l *tokenVisit) clientCode() error {
	l.note("The client's program for this has %d lines: keep, send, renew, throw away. With a cookie the browser does it, and the program has none.",
		"이를 위한 클라이언트 프로그램은 %d줄입니다. 보관하고, 보내고, 갱신하고, 버립니다. 쿠키라면 브라우저가 하므로 프로그램은 한 줄도 없습니다.",
		codeLines(tokenClientSource))
	return nil
}

// codeLines counts the lines of a Go file that are no comments, and not empty.
func codeLines(source string) (n int) {
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}
