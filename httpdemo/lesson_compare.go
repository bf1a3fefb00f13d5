package httpdemo

import "statelab/capture/trace"

// compare lays the mechanisms beside one another, in numbers.
func compare() Lesson {
	return Lesson{
		Name: "compare",
		Title: trace.Text{
			En: "What each mechanism costs, measured",
			Ko: "방식마다 드는 비용의 실측",
		},
		Claims: []string{"B4", "C13", "D8"},
		Look: trace.Text{
			En: "Look for what moves: bytes that leave the server's memory come back on every request.",
			Ko: "무엇이 어디로 옮겨 가는지 보십시오. 서버의 메모리에서 빠진 바이트는 요청마다 되돌아옵니다.",
		},
		Point: trace.Text{
			En: "Somebody has to remember. A session costs the server memory and a look-up, and ends when it says so; a cookie or a token that carries the state costs bytes on every request, needs no memory, and stays good until it expires. A list of what was taken back is memory again.",
			Ko: "누군가는 기억해야 합니다. 세션은 서버의 메모리와 조회를 쓰고, 서버가 끝내면 끝납니다. 상태를 담은 쿠키나 토큰은 요청마다 바이트를 쓰고 메모리는 쓰지 않지만, 만료될 때까지 유효합니다. 취소한 것의 목록을 두면 다시 메모리입니다.",
		},
		Compare: Compare,
	}
}

// MechanismName is what a mechanism is called.
func MechanismName(key string) trace.Text {
	for _, m := range compareMechanisms() {
		if m.key == key {
			return m.name
		}
	}
	return trace.Text{En: key, Ko: key}
}
