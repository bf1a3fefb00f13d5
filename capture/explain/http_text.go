package explain

import "statelab/capture/http1"

// HTTP messages.
var (
	requestText  = text{En: "{from} requests {method} {target}.", Ko: "{from|이/가} {method} {target|을/를} 요청합니다."}
	requestTexts = bodyTexts{
		body: text{
			En: "{from} requests {method} {target} with {n|byte} of body.",
			Ko: "{from|이/가} 본문 {n}바이트와 함께 {method} {target|을/를} 요청합니다.",
		},
		none: requestText,
		announced: text{
			En: "{from} requests {method} {target} and announces {length|byte} of body (seen: {seen}).",
			Ko: "{from|이/가} 본문 {length}바이트를 예고하며(보인 것: {seen}바이트) {method} {target|을/를} 요청합니다.",
		},
		open: text{
			En: "{from} requests {method} {target} with a body (seen: {seen|byte}).",
			Ko: "{from|이/가} 본문과 함께(보인 것: {seen}바이트) {method} {target|을/를} 요청합니다.",
		},
	}
	noCookieText = text{
		En: "It brings no cookie and no recognisable credentials, and must be understood by itself.",
		Ko: "쿠키도, 알아볼 수 있는 인증 정보도 없으므로 이 요청만으로 이해되어야 합니다.",
	}
	noCookieHeadText = text{
		En: "Its head brings no cookie and no recognisable credentials; the request must be understood by itself.",
		Ko: "헤더에는 쿠키도, 알아볼 수 있는 인증 정보도 없습니다. 이 요청만으로 이해되어야 합니다.",
	}
	cookieText = text{
		En: "By its Cookie, not by the connection, {to} can recognise who asks.",
		Ko: "{to|은/는} 연결이 아니라 Cookie로 누구의 요청인지 알아볼 수 있습니다.",
	}
	cookieBesideText = text{
		En: "By its Cookie and by {field}, not by the connection, {to} can recognise who asks.",
		Ko: "{to|은/는} 연결이 아니라 Cookie와 {field|으로/로} 누구의 요청인지 알아볼 수 있습니다.",
	}
	credentialsText = text{
		En: "{field} says who asks, anew with each request.",
		Ko: "누가 요청하는지는 {field|이/가} 요청마다 새로 알립니다.",
	}
	parameterText = text{
		En: "By {field}, not by the connection, {to} can recognise who asks.",
		Ko: "{to|은/는} 연결이 아니라 {field|으로/로} 누구의 요청인지 알아볼 수 있습니다.",
	}
	unsureText = text{
		En: "By its name, {field} may say who asks.",
		Ko: "이름으로 보면 {field|이/가} 누구의 요청인지 알리는 것일 수 있습니다.",
	}
	conditionText = text{
		En: "{field} tells of a copy that it has: a body is needed only if that has changed.",
		Ko: "{field|으로/로} 이미 가진 사본을 알립니다. 내용이 바뀌었을 때만 본문이 필요합니다.",
	}
	upgradeText = text{
		En: "With Upgrade it asks to speak another protocol on this connection.",
		Ko: "Upgrade로 이 연결에서 다른 프로토콜을 쓰자고 제안합니다.",
	}
	responseText  = text{En: "{from} answers {answer}.", Ko: "{from|이/가} {answer|으로/로} 답합니다."}
	responseTexts = bodyTexts{
		body: text{
			En: "{from} answers {answer} with {n|byte} of body.",
			Ko: "{from|이/가} {answer}, 본문 {n}바이트로 답합니다.",
		},
		none: text{En: "{from} answers {answer}, without a body.", Ko: "{from|이/가} 본문 없이 {answer|으로/로} 답합니다."},
		announced: text{
			En: "{from} answers {answer} and announces {length|byte} of body (seen: {seen}).",
			Ko: "{from|이/가} 본문 {length}바이트를 예고하며(보인 것: {seen}바이트) {answer|으로/로} 답합니다.",
		},
		open: text{
			En: "{from} answers {answer} with a body (seen: {seen|byte}).",
			Ko: "{from|이/가} 본문과 함께(보인 것: {seen}바이트) {answer|으로/로} 답합니다.",
		},
	}
	setCookieText = text{
		En: "Set-Cookie asks the client to remember a value and to bring it along next time.",
		Ko: "Set-Cookie는 클라이언트에 값을 기억했다가 다음 요청에 함께 보내 달라고 합니다.",
	}
	removeCookieText = text{
		En: "Set-Cookie asks the client to forget a value: it makes the cookie expire.",
		Ko: "Set-Cookie는 쿠키를 만료시켜 클라이언트에 값을 잊어 달라고 합니다.",
	}
	malformedText = text{
		En: "Where the message ends cannot be told: its framing is contradictory or damaged, or its head too long.",
		Ko: "프레이밍이 서로 어긋나거나 깨졌거나 헤더가 너무 길어, 메시지가 어디서 끝나는지 알 수 없습니다.",
	}
	headSumText   = text{En: "{total} bytes of the stream, head only", Ko: "스트림의 {total}바이트, 헤더뿐"}
	lengthSumText = text{
		En: "{total} = {head|byte} of head + {body} of body (Content-Length)",
		Ko: "{total} = 헤더 {head}바이트 + 본문 {body}바이트(Content-Length)",
	}
	chunkedSumText = text{
		En: "{total} = {head|byte} of head + {body} of chunks, which hold {n} of body",
		Ko: "{total} = 헤더 {head}바이트 + 청크 {body}바이트(그 안의 본문 {n}바이트)",
	}
	untilCloseSumText = text{
		En: "{total} = {head|byte} of head + {body} of body, ended by the close",
		Ko: "{total} = 헤더 {head}바이트 + 본문 {body}바이트(연결이 닫혀 끝남)",
	}
)

// truncatedTexts tell why a message is not whole.
var truncatedTexts = map[http1.Break]text{
	http1.BreakGap: {
		En: "The message is incomplete: the capture lacks some of it.",
		Ko: "캡처에 일부가 없어 메시지가 불완전합니다.",
	},
	http1.BreakClose: {
		En: "The message is incomplete: {from} closed the connection before its end.",
		Ko: "메시지가 끝나기 전에 {from|이/가} 연결을 닫아 불완전합니다.",
	},
	http1.BreakCut: {
		En: "The message is incomplete: the connection was reset, or the capture ended, before it did.",
		Ko: "메시지가 끝나기 전에 연결이 리셋되었거나 캡처가 끝나 불완전합니다.",
	},
}

// headAnswerText tells why a response is not whole of which no request is known: the
// answer to a HEAD announces a body that it does not have (RFC 9110 §9.3.2).
var headAnswerText = text{
	En: "The body is not all here: {from} closed the connection before its end; or it answers a HEAD, which is not in the trace.",
	Ko: "본문이 다 있지 않습니다. {from|이/가} 끝나기 전에 연결을 닫았거나, 트레이스에 없는 HEAD에 대한 응답입니다.",
}

// truncatedText tells why a message is not whole.
func truncatedText(m *http1.Message) text {
	if m.Break == http1.BreakClose && !m.Request && m.Exchange == 0 {
		return headAnswerText
	}
	return truncatedTexts[m.Break]
}

// credentialPlaces name a credential by where it stands.
var credentialPlaces = map[http1.Place]text{
	http1.InField:  {En: "{name}", Ko: "{name}"},
	http1.InTarget: {En: "{name} in its target", Ko: "요청 대상의 {name}"},
	http1.InForm:   {En: "{name} in its body's form", Ko: "본문 폼의 {name}"},
	http1.InJSON:   {En: "{name} in its body's JSON", Ko: "본문 JSON의 {name}"},
}

// statusMeanings: the codes about which lessons have something to say.
var statusMeanings = map[int]text{
	100: {En: "Go on and send the body.", Ko: "본문을 계속 보내라는 뜻입니다."},
	101: {
		En: "From here on the connection speaks another protocol: a conversation with state.",
		Ko: "이제부터 이 연결은 다른 프로토콜을 씁니다. 상태가 있는 대화입니다.",
	},
	206: {En: "Only the part that was asked for.", Ko: "요청한 부분만 보냅니다."},
	301: {En: "It has moved for good, to where Location says.", Ko: "Location이 가리키는 곳으로 영구히 옮겼습니다."},
	302: {En: "Look elsewhere this time: Location says where.", Ko: "이번에는 Location이 가리키는 곳을 보라는 뜻입니다."},
	303: {En: "The result is elsewhere: get it with GET from Location.", Ko: "결과는 Location이 가리키는 곳에서 GET으로 받습니다."},
	304: {En: "The client's copy is still good, so nothing need be sent.", Ko: "클라이언트의 사본이 아직 유효하므로 본문을 보내지 않습니다."},
	400: {En: "The request cannot be understood.", Ko: "요청을 이해할 수 없습니다."},
	401: {En: "The server does not know who asks.", Ko: "서버는 누가 요청했는지 모릅니다."},
	403: {En: "The server understands and refuses.", Ko: "서버가 이해했지만 거절합니다."},
	404: {En: "There is nothing under that target.", Ko: "그 대상에는 아무것도 없습니다."},
	405: {En: "The target exists, but not for this method.", Ko: "대상은 있지만 이 메서드는 쓸 수 없습니다."},
	409: {En: "The request conflicts with the state of the resource.", Ko: "요청이 자원의 현재 상태와 충돌합니다."},
	412: {En: "The condition of the request does not hold.", Ko: "요청의 조건이 맞지 않습니다."},
	429: {En: "Too many requests: the server counts them, and so remembers.", Ko: "요청이 너무 많습니다. 서버가 세고 있다는 것은 기억한다는 뜻입니다."},
	500: {En: "The server failed, not the request.", Ko: "요청이 아니라 서버가 실패했습니다."},
	502: {En: "A server behind this one gave no proper answer.", Ko: "뒤의 서버가 올바른 답을 주지 않았습니다."},
	503: {En: "The server cannot answer for now.", Ko: "서버가 지금은 답할 수 없습니다."},
	504: {En: "A server behind this one did not answer in time.", Ko: "뒤의 서버가 제때 답하지 않았습니다."},
}
