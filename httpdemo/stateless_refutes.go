package httpdemo

import (
	"bytes"

	"statelab/capture/trace"
)

// statelessRefutes are the beliefs that the lesson refutes.
func statelessRefutes() []trace.Refutation {
	return []trace.Refutation{
		{N: 29, Why: because(
			"the server answers twice on one connection, and is stateless all the same",
			"서버는 연결을 끊지 않고 두 번 답하는데, 그래도 무상태입니다",
		), Seen: []trace.Sight{responded, respondedNext}},
		{N: 30, Why: because(
			"the second answer on the same connection has the same content as the first, byte for byte",
			"같은 연결에서 받은 두 번째 응답의 내용도 첫 번째와 바이트 하나까지 같습니다",
		), Seen: []trace.Sight{responded, respondedAlike}},
	}
}

// respondedAlike sees the next response with the same content, to the same request.
func respondedAlike(l *trace.Look) bool {
	if !respondedNext(l) || l.Event().Message.Status != l.Last().Message.Status || len(l.Last().Message.Body) == 0 {
		return false
	}
	first, second := requestOf(l, l.Last()), requestOf(l, l.Event())
	return first != nil && second != nil && bytes.Equal(first.Head, second.Head) &&
		bytes.Equal(l.Event().Message.Body, l.Last().Message.Body)
}
