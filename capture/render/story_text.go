package render

import (
	"statelab/capture/http1"
	"statelab/capture/trace"
)

// The story's sentences. %[1]s is a cookie, %[2]d the frame that set it.
var storyActs = map[http1.CookieAct]trace.Text{
	http1.CookieSet:     {En: "to be remembered: %[1]s", Ko: "기억해 달라고 함: %[1]s"},
	http1.CookieChanged: {En: "to be remembered anew: %[1]s, instead of what frame %[2]d set", Ko: "값을 바꿔 기억해 달라고 함: %[1]s, 앞서 설정한 프레임 %[2]d"},
	http1.CookieRenewed: {En: "to be remembered further: %[1]s, as set in frame %[2]d", Ko: "같은 값을 계속 기억해 달라고 함: %[1]s, 앞서 설정한 프레임 %[2]d"},
	http1.CookieRemoved: {En: "to be forgotten: %[1]s, set in frame %[2]d", Ko: "잊어 달라고 함: %[1]s, 설정한 프레임 %[2]d"},
	http1.CookieReturned: {
		En: "brings back %[1]s, set in frame %[2]d", Ko: "되돌려 보냄: %[1]s, 설정한 프레임 %[2]d",
	},
	http1.CookieAltered: {
		En: "! sends %[1]s, which is not what frame %[2]d set", Ko: "! 설정된 값과 다름: %[1]s, 설정한 프레임 %[2]d",
	},
	http1.CookieExpired: {
		En: "! sends %[1]s after its end, set in frame %[2]d", Ko: "! 만료된 뒤에 보냄: %[1]s, 설정한 프레임 %[2]d",
	},
	http1.CookieElsewhere: {
		En: "! sends %[1]s, which frame %[2]d gave to another client", Ko: "! 다른 클라이언트에 준 것을 보냄: %[1]s, 설정한 프레임 %[2]d",
	},
	http1.CookieNeverSet: {
		En: "sends %[1]s, which nothing in this trace has set", Ko: "이 트레이스에서는 설정된 적이 없는 것을 보냄: %[1]s",
	},
}

var (
	storyNothing = trace.Text{En: "no cookie, no credentials: nothing says who asks", Ko: "쿠키도 인증 정보도 없음: 누구의 요청인지 알 수 없음"}
	storyUser    = trace.Text{En: "user %s", Ko: "사용자 %s"}
	storyAnew    = trace.Text{En: ": says anew who asks", Ko: ": 누구의 요청인지 다시 밝힘"}
	storySession = trace.Text{En: "a session id, it seems", Ko: "세션 ID로 보임"}
	storyDecoded = trace.Text{
		En: "JWT, decoded and never verified: header %s, claims %s, %d bytes of signature",
		Ko: "JWT, 디코딩만 하고 검증하지 않음: 헤더 %s, 클레임 %s, 서명 %d바이트",
	}
	storyUntilClosed = trace.Text{En: "until the browser is closed", Ko: "브라우저를 닫을 때까지"}
	storyUntil       = trace.Text{En: "until %s UTC", Ko: "만료 %s UTC"}
	storyKept        = trace.Text{En: "what it was given to remember", Ko: "기억해 달라고 받은 것"}
	storySetIn       = trace.Text{En: "set in frame %d", Ko: "설정한 프레임 %d"}
	storyLast        = trace.Text{En: "brought back last in frame %d", Ko: "마지막으로 되돌려 보낸 프레임 %d"}
	storyNever       = trace.Text{En: "never brought back", Ko: "한 번도 되돌려 보내지 않음"}
	storyRemoved     = trace.Text{En: "then removed by the server", Ko: "그 뒤 서버가 지움"}
)

// storyProblems say why a browser would ignore a cookie (RFC 6265bis §5.7).
var storyProblems = map[string]trace.Text{
	"secure-over-plain-http":       {En: "Secure, but sent over plain HTTP", Ko: "Secure인데 평문 HTTP로 옴"},
	"samesite-none-without-secure": {En: "SameSite=None without Secure", Ko: "Secure 없는 SameSite=None"},
	"secure-prefix":                {En: "__Secure- without Secure", Ko: "Secure 없는 __Secure-"},
	"host-prefix":                  {En: "__Host- asks for Secure, Path=/ and no Domain", Ko: "__Host-에는 Secure, Path=/가 있고 Domain이 없어야 함"},
	"partitioned-without-secure":   {En: "Partitioned without Secure", Ko: "Secure 없는 Partitioned"},
	"foreign-domain":               {En: "a Domain that is not the server's", Ko: "서버의 것이 아닌 Domain"},
	"too-long":                     {En: "longer than 4096 bytes", Ko: "4096바이트보다 김"},
}
