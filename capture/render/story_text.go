package render

import (
	"statelab/capture/http1"
	"statelab/capture/trace"
)

// The story's sentences. %[1]s is a cookie, %[2]s where it was set: see
// speaker.where; %[3]s is the host and %[4]s the path for which it was set.
var storyActs = map[http1.CookieAct]trace.Text{
	http1.CookieSet:     {En: "to be remembered: %[1]s", Ko: "기억해 달라고 함: %[1]s"},
	http1.CookieChanged: {En: "to be remembered anew: %[1]s, instead of what was set %[2]s", Ko: "값을 바꿔 기억해 달라고 함: %[1]s, 앞의 값은 %[2]s 설정됨"},
	http1.CookieRenewed: {En: "to be remembered further: %[1]s, as set %[2]s", Ko: "같은 값을 계속 기억해 달라고 함: %[1]s, %[2]s 설정됨"},
	http1.CookieIgnored: {En: "asked to be remembered, and ignored: %[1]s", Ko: "기억해 달라고 했으나 무시됨: %[1]s"},
	http1.CookieRemoved: {En: "to be forgotten: %[1]s, set %[2]s", Ko: "잊어 달라고 함: %[1]s, %[2]s 설정됨"},
	http1.CookieReturned: {
		En: "brings back %[1]s, set %[2]s", Ko: "되돌려 보냄: %[1]s, %[2]s 설정됨",
	},
	http1.CookieEarlier: {
		En: "brings back %[1]s, set %[2]s: not the latest (another browser at this address, or kept from before)",
		Ko: "되돌려 보냄: %[1]s, %[2]s 설정됨. 마지막으로 설정된 값이 아님(같은 주소의 다른 브라우저이거나 전의 값을 간직함)",
	},
	http1.CookieAltered: {
		En: "! sends %[1]s, which nothing in this trace has set; its latest value was set %[2]s", Ko: "! 이 트레이스에서 설정된 적이 없는 값을 보냄: %[1]s, 마지막 값은 %[2]s 설정됨",
	},
	http1.CookieUnsure: {
		En: "sends %[1]s, which is not what was set %[2]s; of the values before, not all are remembered here",
		Ko: "%[2]s 설정된 것과 다른 값을 보냄: %[1]s. 그 앞의 값은 여기서 모두 기억하지는 않음",
	},
	http1.CookieExpired: {
		En: "! sends %[1]s after its end, set %[2]s", Ko: "! 만료된 뒤에 보냄: %[1]s, %[2]s 설정됨",
	},
	http1.CookieElsewhere: {
		En: "! sends %[1]s, which was given to another client %[2]s", Ko: "! 다른 클라이언트에 준 것을 보냄: %[1]s, %[2]s 설정됨",
	},
	http1.CookieOtherHost: {
		En: "! sends %[1]s, set %[2]s for %[3]s and not for this host",
		Ko: "! 이 호스트가 아니라 %[3]s에 보내라고 한 것을 보냄: %[1]s, %[2]s 설정됨",
	},
	http1.CookieOtherPath: {
		En: "! sends %[1]s, set %[2]s for the path %[4]s, which this target does not match",
		Ko: "! 이 대상과 맞지 않는 경로 %[4]s에 보내라고 한 것을 보냄: %[1]s, %[2]s 설정됨",
	},
	http1.CookieNeverSet: {
		En: "sends %[1]s, which nothing in this trace has set", Ko: "이 트레이스에서는 설정된 적이 없는 것을 보냄: %[1]s",
	},
}

// storyRemovedBare is for a cookie that this trace has not set.
var storyRemovedBare = trace.Text{En: "to be forgotten: %[1]s", Ko: "잊어 달라고 함: %[1]s"}

// storyPlaces say where credentials stand: %[1]s is the name there, %[2]s the value.
var storyPlaces = map[http1.Place]trace.Text{
	http1.InField:  {En: "%[1]s: %[2]s", Ko: "%[1]s: %[2]s"},
	http1.InTarget: {En: "%[1]s=%[2]s in the target", Ko: "요청 대상의 %[1]s=%[2]s"},
	http1.InForm:   {En: "%[1]s=%[2]s in the body's form", Ko: "본문 폼의 %[1]s=%[2]s"},
	http1.InJSON:   {En: "%[1]s: %[2]s in the body's JSON", Ko: "본문 JSON의 %[1]s: %[2]s"},
}

// storyInTarget is for a password there.
var storyInTarget = trace.Text{En: "%[1]s in the target", Ko: "요청 대상의 %[1]s"}

var (
	storyNothing = trace.Text{En: "no Cookie and no Authorization", Ko: "Cookie도 Authorization도 없음"}
	storyHidden  = trace.Text{En: "(not shown)", Ko: "(보이지 않음)"}
	storyUser    = trace.Text{En: "user %s", Ko: "사용자 %s"}
	storyCutHead = trace.Text{En: "its head is not here whole", Ko: "헤더를 다 보지 못함"}
	storySays    = trace.Text{En: "says who asks: %s", Ko: "누구의 요청인지 밝힘: %s"}
	storyMaySay  = trace.Text{En: "may say who asks, by its name: %s", Ko: "이름으로 보아 누구의 요청인지 밝히는 것일 수 있음: %s"}
	storyTrusted = trace.Text{
		En: "Secure (over plain HTTP, but from loopback, which most browsers trust)",
		Ko: "Secure(평문 HTTP이지만 루프백이라 대부분의 브라우저가 믿음)",
	}
	storySession = trace.Text{En: "a session id, it seems", Ko: "세션 ID로 보임"}
	storyDecoded = trace.Text{
		En: "JWT, decoded and never verified: header %s, claims %s, %s of signature",
		Ko: "JWT, 디코딩만 하고 검증하지 않음: 헤더 %s, 클레임 %s, 서명 %d바이트",
	}
	storyUntilClosed = trace.Text{En: "until the browser is closed", Ko: "브라우저를 닫을 때까지"}
	storyUntil       = trace.Text{En: "until %s UTC", Ko: "만료 %s UTC"}
	storyKept        = trace.Text{En: "what it was given to remember", Ko: "기억해 달라고 받은 것"}
	storySetIn       = trace.Text{En: "set %s", Ko: "%s 설정됨"}
	storyBefore      = trace.Text{En: "%s before it", Ko: "그 앞의 값 %d개"}
	storyLast        = trace.Text{En: "brought back last %s", Ko: "마지막으로 %s 되돌려 보냄"}
	storyNever       = trace.Text{En: "never brought back", Ko: "한 번도 되돌려 보내지 않음"}
	storyUnasked     = trace.Text{En: "no request here that would bring it back", Ko: "되돌려 보냈을 요청이 여기에 없음"}
	storyRemoved     = trace.Text{En: "removed by the server %s", Ko: "서버가 %s 지움"}
	storyNameless    = trace.Text{En: "(no name)", Ko: "(이름 없음)"}
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
