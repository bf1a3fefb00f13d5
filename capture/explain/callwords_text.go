package explain

// callArgs, by the call and its arguments as they are reported.
var callArgs = map[string]text{
	"shutdown write": {En: "write", Ko: "쓰기"},
	"close listener": {En: "listener", Ko: "LISTEN 소켓"},
}

// callResults, by the result as it is reported: the words that Go and the C
// library have for it.
var callResults = map[string]struct{ whole, short text }{
	"connected":                        {text{En: "connected", Ko: "연결됨"}, text{En: "connected", Ko: "연결됨"}},
	"EOF":                              {text{En: "EOF", Ko: "끝(EOF)"}, text{En: "EOF", Ko: "EOF"}},
	"connection refused":               {text{En: "connection refused", Ko: "연결 거부됨"}, text{En: "refused", Ko: "거부됨"}},
	"connection reset by peer":         {text{En: "connection reset by peer", Ko: "상대의 RST로 끊김"}, text{En: "reset", Ko: "RST로 끊김"}},
	"connection aborted":               {text{En: "connection aborted", Ko: "이쪽에서 끊음"}, text{En: "aborted", Ko: "끊음"}},
	"connection timed out":             {text{En: "connection timed out", Ko: "연결 시간 초과"}, text{En: "timed out", Ko: "시간 초과"}},
	"i/o timeout":                      {text{En: "i/o timeout", Ko: "정한 시한이 지남"}, text{En: "i/o timeout", Ko: "시한 지남"}},
	"operation was canceled":           {text{En: "operation was canceled", Ko: "호출이 취소됨"}, text{En: "canceled", Ko: "취소됨"}},
	"broken pipe":                      {text{En: "broken pipe", Ko: "보낼 수 없음(broken pipe)"}, text{En: "broken pipe", Ko: "보낼 수 없음"}},
	"address already in use":           {text{En: "address already in use", Ko: "이미 쓰는 주소"}, text{En: "in use", Ko: "사용 중"}},
	"use of closed network connection": {text{En: "use of closed network connection", Ko: "이미 닫은 소켓"}, text{En: "closed socket", Ko: "닫은 소켓"}},
	"not connected":                    {text{En: "not connected", Ko: "연결되지 않은 소켓"}, text{En: "not connected", Ko: "연결 없음"}},
	"cannot assign requested address":  {text{En: "cannot assign requested address", Ko: "쓸 수 없는 주소"}, text{En: "cannot assign", Ko: "쓸 수 없음"}},
	"invalid argument":                 {text{En: "invalid argument", Ko: "잘못된 인자"}, text{En: "invalid", Ko: "잘못됨"}},
	"no route to host":                 {text{En: "no route to host", Ko: "호스트로 가는 길이 없음"}, text{En: "no route", Ko: "길 없음"}},
	"network is unreachable":           {text{En: "network is unreachable", Ko: "네트워크에 닿을 수 없음"}, text{En: "unreachable", Ko: "닿을 수 없음"}},
}
