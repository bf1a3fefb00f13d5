package httpdemo

import (
	"bytes"

	"statelab/capture/trace"
)

// statelessRefutes are the beliefs that the lesson refutes.
func statelessRefutes() []trace.Refutation {
	because := func(en, ko string) func([]trace.Event) trace.Text {
		return func([]trace.Event) trace.Text { return trace.Text{En: en, Ko: ko} }
	}
	return []trace.Refutation{
		{N: 29, Why: because(
			"the server answers twice on one connection, and is stateless all the same",
			"서버는 연결을 끊지 않고 두 번 답하는데, 그래도 무상태입니다",
		), Seen: []trace.Sight{response, responseOnSame}},
		{N: 30, Why: because(
			"the second answer on the same connection has the same content as the first, byte for byte",
			"같은 연결에서 받은 두 번째 응답의 내용도 첫 번째와 바이트 하나까지 같습니다",
		), Seen: []trace.Sight{response, responseAlike}},
	}
}

// response sees an HTTP response.
func response(e *trace.Event, _ []trace.Event) bool {
	return e.Kind == trace.KindMessage && !e.Message.Request
}

// responseOnSame sees a further response on the connection of the first.
func responseOnSame(e *trace.Event, before []trace.Event) bool {
	return response(e, before) && e.Stream == before[0].Stream
}

// responseAlike sees one with the same body, there.
func responseAlike(e *trace.Event, before []trace.Event) bool {
	return responseOnSame(e, before) && bytes.Equal(e.Message.Body, before[0].Message.Body)
}
