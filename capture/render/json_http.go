package render

import (
	"slices"

	"statelab/capture/http1"
)

// jsonExchange is a request and its response. One whose other half was not seen
// has null for it.
type jsonExchange struct {
	Stream   int          `json:"stream"`
	Number   int          `json:"number"`
	Nth      *int         `json:"nth"`
	Request  *jsonMessage `json:"request"`
	Response *jsonMessage `json:"response"`
	Interim  []jsonStatus `json:"interim,omitempty"`
	// Latency is from the last byte of the request to the first of the
	// response, in microseconds.
	Latency      *int64 `json:"latency_us"`
	RequestTime  *int64 `json:"request_us"`
	ResponseTime *int64 `json:"response_us"`
}

// jsonStatus is an interim response.
type jsonStatus struct {
	Frame  int `json:"frame"`
	Status int `json:"status"`
}

type jsonMessage struct {
	Frame     int         `json:"frame"`
	LastFrame int         `json:"last_frame"`
	Method    *string     `json:"method,omitempty"`
	Target    *string     `json:"target,omitempty"`
	Status    *int        `json:"status,omitempty"`
	Reason    *string     `json:"reason,omitempty"`
	Version   string      `json:"version"`
	Headers   [][2]string `json:"headers"`
	Framing   string      `json:"framing"`
	BodyBytes int64       `json:"body_bytes"`
	Chunks    int         `json:"chunks,omitempty"`
	Trailers  [][2]string `json:"trailers,omitempty"`
	Truncated bool        `json:"truncated,omitempty"`
	Missing   int64       `json:"missing_bytes,omitempty"`
	Malformed bool        `json:"malformed,omitempty"`
	Marks     []string    `json:"marks,omitempty"`
}

func exchangeOf(x *http1.Exchange) *jsonExchange {
	j := &jsonExchange{Stream: x.Stream, Number: x.Number}
	if x.Nth > 0 {
		j.Nth = &x.Nth
	}
	if x.Request != nil {
		j.Request = messageOf(x.Request)
	}
	if x.Response != nil {
		j.Response = messageOf(x.Response)
	}
	for _, m := range x.Interim {
		j.Interim = append(j.Interim, jsonStatus{m.FirstFrame, m.Status})
	}
	if s, ok := x.Split(); ok {
		j.Latency, j.RequestTime, j.ResponseTime = new(s.Wait.Microseconds()), new(s.Request.Microseconds()), new(s.Response.Microseconds())
	}
	return j
}

func messageOf(m *http1.Message) *jsonMessage {
	j := &jsonMessage{
		Frame: m.FirstFrame, LastFrame: m.LastFrame, Version: valid(m.Version), Headers: pairsOf(m.Fields), Framing: m.Framing.String(),
		BodyBytes: m.BodyBytes, Chunks: m.Chunks, Truncated: m.Truncated, Missing: m.Missing, Malformed: m.Malformed,
		Marks: slices.Collect(m.Marks.Names()),
	}
	if m.Request {
		j.Method, j.Target = new(valid(m.Method)), new(valid(m.Target))
	} else {
		j.Status, j.Reason = new(m.Status), new(valid(m.Reason))
	}
	if len(m.Trailers) > 0 {
		j.Trailers = pairsOf(m.Trailers)
	}
	return j
}

func pairsOf(fields []http1.Field) [][2]string {
	pairs := make([][2]string, 0, len(fields))
	for _, f := range fields {
		pairs = append(pairs, [2]string{valid(f.Name), valid(f.Value)})
	}
	return pairs
}
