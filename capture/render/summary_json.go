package render

import (
	"encoding/json"
	"io"
	"strconv"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var summaryJSON = Format{
	Name: "json", Extension: ".summary.json", MIME: "application/json", Cuts: true, Render: SummaryJSON,
	About:  trace.Text{En: "the same numbers, one object", Ko: "같은 수를 담은 객체 하나"},
	Bodies: noBodies, Kinds: summaryText.Kinds,
}

// SummaryJSON writes the numbers of Summary as one object. What is absent is null.
func SummaryJSON(w io.Writer, events Events, o Options) error {
	s, failed := summarise(events, o)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return firstError(enc.Encode(s.object(&o)), failed)
}

type jsonSummary struct {
	View        string                 `json:"view"`
	File        string                 `json:"file"`
	Frames      int                    `json:"frames"`
	Segments    int                    `json:"segments"`
	Others      map[string]int         `json:"others"`
	Damaged     int                    `json:"damaged"`
	Cut         int                    `json:"cut"`
	Incomplete  int                    `json:"incomplete"`
	Dropped     int                    `json:"dropped"`
	First       *time.Time             `json:"first_time"`
	Last        *time.Time             `json:"last_time"`
	Span        *int64                 `json:"span_ns"`
	Connections jsonSummaryConnections `json:"connections"`
	Bytes       ends[int64]            `json:"bytes"`
	Findings    map[string]jsonFound   `json:"findings"`
	Look        []jsonTroubled         `json:"look_first"`
	HTTP        *jsonSummaryHTTP       `json:"http"`
}

type jsonSummaryConnections struct {
	Count     int            `json:"count"`
	Complete  int            `json:"complete_handshakes"`
	UnseenSYN int            `json:"unseen_syn"`
	Closed    map[string]int `json:"closed"`
}

type jsonFound struct {
	Times       int `json:"times"`
	Connections int `json:"connections"`
}

type jsonTroubled struct {
	Stream   int            `json:"stream"`
	Frame    int            `json:"frame"`
	Client   jsonAddress    `json:"client"`
	Server   jsonAddress    `json:"server"`
	Findings map[string]int `json:"findings"`
}

type jsonSummaryHTTP struct {
	Requests  int            `json:"requests"`
	Responses int            `json:"responses"`
	Methods   map[string]int `json:"methods"`
	Statuses  map[string]int `json:"statuses"`
	Wait      *jsonWait      `json:"wait_ns"`
	Slowest   []jsonSlow     `json:"slowest"`
}

// jsonWait holds quantiles, to within 3 %, and the longest.
type jsonWait struct {
	P50 time.Duration `json:"p50"`
	P90 time.Duration `json:"p90"`
	P99 time.Duration `json:"p99"`
	Max time.Duration `json:"max"`
}

type jsonSlow struct {
	Stream int           `json:"stream"`
	Frame  int           `json:"frame"`
	Method string        `json:"method"`
	Target string        `json:"target"`
	Status *int          `json:"status"`
	Wait   time.Duration `json:"wait_ns"`
}

// object is the summary as a program reads it.
func (s *summary) object(o *Options) *jsonSummary {
	t := &s.totals
	j := &jsonSummary{
		View: "summary", File: valid(o.File), Frames: t.Frames, Segments: t.Segments, Others: validKeys(t.Others),
		Damaged: t.Damaged, Cut: t.Cut, Incomplete: t.Incomplete, Dropped: t.Dropped,
		Connections: jsonSummaryConnections{s.connections, s.complete, s.openings[0], map[string]int{}},
		Bytes:       ends[int64]{s.bytes[tcpstate.Client], s.bytes[tcpstate.Server]},
		Findings:    map[string]jsonFound{}, Look: []jsonTroubled{}, HTTP: s.exchanges(),
	}
	if !t.First.IsZero() {
		first, last, span := t.First.UTC(), t.Last.UTC(), int64(t.Last.Sub(t.First))
		j.First, j.Last, j.Span = &first, &last, &span
	}
	for e, n := range s.endings {
		if n > 0 {
			j.Connections.Closed[tcpstate.Ending(e).String()] = n
		}
	}
	for name, f := range s.findings {
		j.Findings[valid(name)] = jsonFound{f.times, f.connections}
	}
	for _, c := range s.troubled {
		j.Look = append(j.Look, jsonTroubled{
			c.stream, c.frame, jsonAddress{ipText(c.key.Client), c.key.Client.Port()}, jsonAddress{ipText(c.key.Server), c.key.Server.Port()}, validKeys(c.findings),
		})
	}
	return j
}

// exchanges is the part about HTTP, nil where there is none.
func (s *summary) exchanges() *jsonSummaryHTTP {
	if s.requests+s.responses == 0 {
		return nil
	}
	j := &jsonSummaryHTTP{Requests: s.requests, Responses: s.responses, Methods: validKeys(s.methods), Statuses: map[string]int{}, Slowest: []jsonSlow{}}
	for status, n := range s.statuses {
		j.Statuses[strconv.Itoa(status)] = n
	}
	if w := &s.waits; w.n > 0 {
		j.Wait = &jsonWait{w.quantile(0.5), w.quantile(0.9), w.quantile(0.99), w.max}
	}
	for _, x := range s.slowest {
		slow := jsonSlow{x.stream, x.FirstFrame, valid(x.method), valid(x.target), nil, x.wait}
		if x.status > 0 {
			slow.Status = new(x.status)
		}
		j.Slowest = append(j.Slowest, slow)
	}
	return j
}
