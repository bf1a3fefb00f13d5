package explain

import (
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// webSocket explains a frame of WebSocket: unlike HTTP's messages, frames go
// both ways, unasked, and belong to one connection.
func (x *Explainer) webSocket(ev *trace.Event) Explanation {
	f := ev.WebSocket
	from, to := x.ends(ev)
	header := f.PayloadStart - f.Start
	values := args{
		"from": from, "to": to, "n": f.Length, "code": f.CloseCode, "reason": x.quoted(f.CloseReason),
		"total": header + f.Length, "header": header, "inflated": f.InflatedBytes,
	}
	t, section := wsDataText, "RFC 6455 §5.6"
	switch f.Opcode {
	case http1.OpText:
		t = wsTextText
	case http1.OpBinary:
	case http1.OpContinuation:
		t, section = wsContinuationText, "RFC 6455 §5.4"
	case http1.OpPing:
		t, section = wsPingText, "RFC 6455 §5.5.2"
	case http1.OpPong:
		t, section = wsPongText, "RFC 6455 §5.5.3"
	case http1.OpClose:
		t, section = wsCloseText, "RFC 6455 §5.5.1; §7.4"
		switch {
		case f.Length == 0 || f.CloseCode == 0:
			t = wsCloseBareText
		case f.CloseReason != "":
			t = wsCloseReasonText
		}
	default:
		t, section = wsReservedText, "RFC 6455 §5.2"
	}
	sentence := x.say(t, values)
	switch {
	case !f.Fin:
		sentence = join(sentence, x.say(wsMoreText, values))
	case f.InflatedBytes > 0:
		sentence = join(sentence, x.say(wsInflatedText, values))
		section += "; RFC 7692 §7.2.2"
	}
	for _, p := range f.Problems {
		said := wsProblems[p]
		sentence = join(sentence, x.say(said.text, values))
		if !strings.HasSuffix(section, said.section) {
			section += "; " + said.section
		}
	}
	if f.Truncated {
		return Explanation{Sentence: join(sentence, x.say(truncatedTexts[f.Break], values)), Section: section}
	}
	sum := wsSumText
	if f.Masked {
		sum = wsMaskedSumText
	}
	return Explanation{Sentence: sentence, Arithmetic: x.phrase(sum, values), Section: section}
}

// wsProblems say what the protocol forbids of a frame, and where.
var wsProblems = map[string]struct {
	text    text
	section string
}{
	http1.WSUnmasked: {text{En: "It is not masked, as a client's frame must be.", Ko: "클라이언트의 프레임인데 마스킹되어 있지 않습니다."}, "§5.1"},
	http1.WSMasked:   {text{En: "It is masked, as a server's frame must not be.", Ko: "서버의 프레임인데 마스킹되어 있습니다."}, "§5.1"},
	http1.WSReservedBits: {text{
		En: "It has reserved bits set, for which no extension was agreed upon.",
		Ko: "합의한 확장 없이 예약된 비트를 켰습니다.",
	}, "§5.2"},
	http1.WSReserved: {text{En: "Its opcode is reserved.", Ko: "옵코드가 예약된 것입니다."}, "§5.2"},
	http1.WSLength: {text{
		En: "Its length is not written in the fewest bytes.", Ko: "길이를 가장 적은 바이트로 적지 않았습니다.",
	}, "§5.2"},
	http1.WSControlLong: {text{
		En: "A control frame may hold no more than 125 bytes.", Ko: "제어 프레임은 125바이트를 넘을 수 없습니다.",
	}, "§5.5"},
	http1.WSControlCut: {text{En: "A control frame must not be fragmented.", Ko: "제어 프레임은 나누어 보낼 수 없습니다."}, "§5.5"},
	http1.WSStray: {text{
		En: "No message has begun that it could go on with.", Ko: "이어 보낼 메시지가 시작되지 않았습니다.",
	}, "§5.4"},
	http1.WSInterrupted: {text{
		En: "The message before it was not finished.", Ko: "앞의 메시지가 끝나지 않았습니다.",
	}, "§5.4"},
	http1.WSCloseCode: {text{
		En: "Its close code is none that may be sent.", Ko: "보낼 수 없는 종료 코드입니다.",
	}, "§7.4"},
	http1.WSCloseReason: {text{En: "Its reason is not UTF-8.", Ko: "종료 까닭이 UTF-8이 아닙니다."}, "§5.5.1"},
	http1.WSText:        {text{En: "Its text is not UTF-8.", Ko: "텍스트가 UTF-8이 아닙니다."}, "§8.1"},
	http1.WSAfterClose: {text{
		En: "After a Close frame its sender may send no further one.", Ko: "Close 프레임을 보낸 뒤에는 더 보낼 수 없습니다.",
	}, "§5.5.1"},
}

// WebSocket frames.
var (
	wsTextText = text{
		En: "{from} sends text in a WebSocket frame, {n|byte} of it, without being asked: this connection is a conversation.",
		Ko: "{from|이/가} 요청을 기다리지 않고 WebSocket 프레임에 텍스트 {n}바이트를 보냅니다. 이 연결 자체가 대화입니다.",
	}
	wsDataText = text{
		En: "{from} sends {n|byte} in a WebSocket frame, without being asked: this connection is a conversation.",
		Ko: "{from|이/가} 요청을 기다리지 않고 WebSocket 프레임에 {n}바이트를 보냅니다. 이 연결 자체가 대화입니다.",
	}
	wsContinuationText = text{
		En: "{from} goes on with a message that an earlier frame began, with {n|byte}.",
		Ko: "{from|이/가} 앞 프레임에서 시작한 메시지를 {n}바이트 더 이어 보냅니다.",
	}
	wsPingText      = text{En: "{from} asks whether {to} is still there.", Ko: "{from|이/가} {to|이/가} 아직 있는지 묻습니다."}
	wsPongText      = text{En: "{from} says that it is still there.", Ko: "{from|이/가} 아직 있다고 답합니다."}
	wsCloseBareText = text{
		En: "{from} ends the conversation and does not say why.",
		Ko: "{from|이/가} 까닭을 말하지 않고 대화를 끝냅니다.",
	}
	wsCloseText       = text{En: "{from} ends the conversation with code {code}.", Ko: "{from|이/가} 코드 {code|으로/로} 대화를 끝냅니다."}
	wsCloseReasonText = text{
		En: "{from} ends the conversation with code {code}: {reason}.",
		Ko: "{from|이/가} 코드 {code|으로/로} 대화를 끝냅니다. 까닭은 {reason}입니다.",
	}
	wsReservedText = text{
		En: "{from} sends a WebSocket frame of a kind that no standard defines.",
		Ko: "{from|이/가} 어떤 표준도 정하지 않은 종류의 WebSocket 프레임을 보냅니다.",
	}
	wsMoreText     = text{En: "The message goes on in a later frame.", Ko: "메시지는 뒤의 프레임으로 이어집니다."}
	wsInflatedText = text{
		En: "The message was compressed; inflated it has {inflated|byte}.",
		Ko: "메시지는 압축되어 있었고, 풀면 {inflated}바이트입니다.",
	}
	wsSumText = text{
		En: "{total} = {header|byte} of header + {n} of payload",
		Ko: "{total} = 헤더 {header}바이트 + 페이로드 {n}바이트",
	}
	wsMaskedSumText = text{
		En: "{total} = {header|byte} of header, the key of 4 among them, + {n} of payload",
		Ko: "{total} = 키 4바이트를 포함한 헤더 {header}바이트 + 페이로드 {n}바이트",
	}
)
