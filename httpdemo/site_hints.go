package httpdemo

import "statelab/capture/trace"

// pageHints say what to do on a lesson's pages, and what to look at there; the
// lessons' own hints are for the terminal.
var pageHints = map[string]trace.Text{
	"stateless": {
		En: "Reload the page a few times: the same bytes, and nothing is added to the memory.",
		Ko: "페이지를 몇 번 새로 고쳐 보십시오. 바이트는 똑같고 메모리에는 아무것도 늘지 않습니다.",
	},
	"vending": {
		En: "Buy twice. Then leave out the coin: the machine does not know that you paid a moment ago.",
		Ko: "두 번 사 보고, 동전 없이도 눌러 보십시오. 자판기는 조금 전에 돈을 낸 것을 모릅니다.",
	},
	"api": {
		En: "Send the three requests from a terminal, the last with another token.",
		Ko: "터미널에서 세 요청을 보내 보고, 마지막 것은 토큰을 바꿔 보십시오.",
	},
	"cookie": {
		En: "Set the three cookies, change one in the console, and see which of them the server still takes.",
		Ko: "쿠키 세 개를 설정하고 콘솔에서 하나를 고쳐, 서버가 어느 것을 여전히 받는지 보십시오.",
	},
	"session": {
		En: "Log in, and watch the memory grow by one record; log in from a second browser, and end that session from here.",
		Ko: "로그인하면 메모리에 기록이 하나 느는 것을 보십시오. 다른 브라우저로도 로그인하고 그 세션을 여기서 끝내 보십시오.",
	},
	"flask": {
		En: "Log in, and read your own cookie: the memory does not change.",
		Ko: "로그인하고 자기 쿠키를 읽어 보십시오. 메모리는 바뀌지 않습니다.",
	},
	"cart": {
		En: "Put A and then B into the cart, here and in the shop without memory.",
		Ko: "A와 B를 차례로 담아 보십시오. 여기서 한 번, 기억하지 않는 가게에서 한 번.",
	},
	"token": {
		En: "Log in, look into the token, log out, and use it once more before it expires.",
		Ko: "로그인해서 토큰을 들여다보고, 로그아웃한 뒤 만료되기 전에 한 번 더 써 보십시오.",
	},
	"token-attacks": {
		En: "Paste a token that you have changed, and read which check refuses it.",
		Ko: "고친 토큰을 붙여 넣고, 어느 검사가 거절하는지 읽어 보십시오.",
	},
	"theft": {
		En: "Log in, and use the cookie and the token from another terminal; then log out, and try both again.",
		Ko: "로그인하고 쿠키와 토큰을 다른 터미널에서 써 보십시오. 로그아웃한 뒤 둘을 다시 써 보십시오.",
	},
	"websocket": {
		En: "Open two tabs and talk; the memory has an entry for each open connection. Log out, and both close.",
		Ko: "탭 두 개를 열고 대화해 보십시오. 메모리에는 열린 연결마다 항목이 있습니다. 로그아웃하면 둘 다 닫힙니다.",
	},
	"cache": {
		En: "Ask with curl for the article, then with its ETag: 304, and no body.",
		Ko: "curl로 글을 받고, ETag를 붙여 다시 물어보십시오. 304이고 본문이 없습니다.",
	},
	"restart": {
		En: "Log in, start this part of the server anew, and see which mechanisms still know you.",
		Ko: "로그인하고 서버의 이 부분을 다시 시작해, 어느 방법이 아직 당신을 아는지 보십시오.",
	},
	"transfer": {
		En: "Go to the last step, then go back, use a second tab, click twice: the balances change once.",
		Ko: "마지막 단계까지 가서 뒤로 가고, 탭을 하나 더 쓰고, 두 번 눌러 보십시오. 잔액은 한 번만 바뀝니다.",
	},
}
