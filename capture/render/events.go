package render

import (
	"bufio"
	"encoding/json"
	"io"
	"net/netip"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// EventLines writes every event of the timeline as one JSON object a line. What
// is absent is left out. The names of the fields are English in every language
// and do not change; README and docs rely on them.
func EventLines(w io.Writer, events Events, o Options) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	var tale http1.Tale
	for e, err := range events {
		if err != nil {
			return firstError(out.Flush(), err)
		}
		if e.Stream >= 0 && !o.shows(e.Stream) {
			continue
		}
		line := eventOf(&e)
		switch {
		case e.Kind == trace.KindMessage && e.Message != nil:
			client, server := parties(&e)
			_, _, facts := tale.Add(client.Addr, server.Addr, e.Stream, e.Message)
			line.Message = messageOf(e.Message, facts)
		case e.Kind == trace.KindConnection:
			tale.Forget(e.Stream)
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// jsonEvent is one line of EventLines.
type jsonEvent struct {
	Kind       string          `json:"kind"`
	Time       *time.Time      `json:"time,omitempty"`
	Frame      int             `json:"frame,omitempty"`
	Wire       uint64          `json:"wire,omitempty"`
	Stream     *int            `json:"stream,omitempty"`
	From       *jsonParty      `json:"from,omitempty"`
	To         *jsonParty      `json:"to,omitempty"`
	Segment    *jsonSegment    `json:"segment,omitempty"`
	State      *jsonChange     `json:"state,omitempty"`
	Memory     *jsonMemory     `json:"memory,omitempty"`
	Verdict    *jsonVerdict    `json:"verdict,omitempty"`
	Call       *jsonCall       `json:"call,omitempty"`
	Message    *jsonMessage    `json:"message,omitempty"`
	WebSocket  *jsonWebSocket  `json:"websocket,omitempty"`
	Note       *jsonNote       `json:"note,omitempty"`
	Store      *jsonAccess     `json:"store,omitempty"`
	Other      *jsonOther      `json:"other,omitempty"`
	Connection *jsonConnection `json:"connection,omitempty"`
	Totals     *jsonTotals     `json:"totals,omitempty"`
	Lost       int             `json:"lost_frames,omitempty"`
}

type jsonParty struct {
	Role string `json:"role"`
	N    int    `json:"n,omitempty"`
	IP   string `json:"ip,omitempty"`
	Port uint16 `json:"port,omitempty"`
}

type jsonSegment struct {
	Flags       []string      `json:"flags"`
	Seq         uint32        `json:"seq"`
	Ack         *uint32       `json:"ack,omitempty"`
	RelativeSeq *uint32       `json:"relative_seq,omitempty"`
	RelativeAck *uint32       `json:"relative_ack,omitempty"`
	Len         int           `json:"len"`
	Window      uint16        `json:"window"`
	Scaled      *uint32       `json:"scaled_window,omitempty"`
	InFlight    uint32        `json:"in_flight,omitempty"`
	RTT         *int64        `json:"rtt_us,omitempty"`
	AcksFrame   int           `json:"acks_frame,omitempty"`
	NewerAck    int           `json:"newer_ack,omitempty"`
	Anew        uint32        `json:"anew,omitempty"`
	Findings    []jsonFinding `json:"findings,omitempty"`
	Settled     []jsonSettled `json:"settled,omitempty"`
}

// jsonSettled is a state that had been assumed, by an earlier frame, and that this
// segment proves.
type jsonSettled struct {
	End   string `json:"end"`
	State string `json:"state"`
	Frame int    `json:"frame"`
}

type jsonFinding struct {
	Name  string `json:"name"`
	Frame int    `json:"frame,omitempty"`
	Nth   int    `json:"nth,omitempty"`
}

type jsonChange struct {
	End          string `json:"end"`
	From         string `json:"from"`
	To           string `json:"to"`
	Trigger      string `json:"trigger"`
	Name         string `json:"name,omitempty"`
	Basis        string `json:"basis"`
	Contradicted bool   `json:"contradicted,omitempty"`
	Corrects     bool   `json:"corrects,omitempty"`
	Frames       []int  `json:"frames,omitempty"`
	Source       string `json:"source,omitempty"`
}

type jsonMemory struct {
	Entries []jsonEntry    `json:"entries"`
	Bytes   map[string]int `json:"bytes"`
	Heap    *int64         `json:"heap_bytes,omitempty"`
}

type jsonEntry struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Bytes int    `json:"bytes"`
}

type jsonVerdict struct {
	Fate string `json:"fate"`
	Rule string `json:"rule,omitempty"`
	ByUS int64  `json:"by_us,omitempty"`
	Bit  *int   `json:"bit,omitempty"`
}

type jsonCall struct {
	Name   string `json:"name"`
	Args   string `json:"args,omitempty"`
	Result string `json:"result,omitempty"`
	Bytes  int    `json:"bytes,omitempty"`
}

type jsonNote struct {
	Step bool   `json:"step,omitempty"`
	En   string `json:"en"`
	Ko   string `json:"ko"`
}

type jsonAccess struct {
	Store    string `json:"store"`
	Op       string `json:"op"`
	Key      string `json:"key,omitempty"`
	Bytes    int    `json:"bytes"`
	Revision uint64 `json:"revision,omitempty"`
	Outcome  string `json:"outcome"`
}

type jsonOther struct {
	Protocol string `json:"protocol"`
	Info     string `json:"info,omitempty"`
	Error    string `json:"error,omitempty"`
}

type jsonTotals struct {
	Frames      int            `json:"frames"`
	Segments    int            `json:"segments"`
	Connections int            `json:"connections"`
	Others      map[string]int `json:"others,omitempty"`
	Damaged     int            `json:"damaged,omitempty"`
	Cut         int            `json:"cut,omitempty"`
	Incomplete  int            `json:"incomplete,omitempty"`
	Dropped     int            `json:"dropped,omitempty"`
}

// eventOf makes e's line.
func eventOf(e *trace.Event) *jsonEvent {
	j := &jsonEvent{
		Kind: e.Kind.String(), Frame: e.Frame, Wire: e.Wire, Lost: e.N,
		From: partyOf(e.From), To: partyOf(e.To),
	}
	if !e.At.IsZero() {
		j.Time = new(e.At.UTC())
	}
	if e.Stream >= 0 && e.Kind != trace.KindTotals {
		j.Stream = &e.Stream
	}
	if e.Segment != nil {
		j.Segment = segmentOf(e.Segment)
	}
	if e.State != nil {
		j.State = changeOf(e.State)
	}
	if e.Memory != nil {
		j.Memory = memoryOf(e.Memory)
	}
	if v := e.Verdict; v != nil {
		j.Verdict = &jsonVerdict{Fate: v.Fate.String(), Rule: valid(v.Rule), ByUS: v.By.Microseconds()}
		if v.Fate == trace.Corrupted {
			j.Verdict.Bit = &v.Bit
		}
	}
	if c := e.Call; c != nil {
		j.Call = &jsonCall{Name: valid(c.Name), Args: valid(c.Args), Result: valid(c.Result), Bytes: c.Bytes}
	}
	if e.WebSocket != nil {
		j.WebSocket = webSocketOf(e.WebSocket)
	}
	if n := e.Note; n != nil {
		j.Note = &jsonNote{Step: n.Step, En: valid(n.Text.En), Ko: valid(n.Text.Ko)}
	}
	if a := e.Access; a != nil {
		j.Store = accessOf(a)
	}
	if n := e.Other; n != nil {
		j.Other = &jsonOther{Protocol: valid(n.Protocol), Info: valid(n.Info.En)}
		if n.Err != nil {
			j.Other.Error = valid(n.Err.Error())
		}
	}
	if e.Connection != nil {
		j.Connection = connectionOf(e.Connection)
	}
	if n := e.Totals; n != nil {
		j.Totals = &jsonTotals{
			Frames: n.Frames, Segments: n.Segments, Connections: n.Connections,
			Others: validKeys(n.Others), Damaged: n.Damaged, Cut: n.Cut, Incomplete: n.Incomplete, Dropped: n.Dropped,
		}
	}
	return j
}

func accessOf(a *trace.Access) *jsonAccess {
	j := &jsonAccess{Store: valid(a.Store), Op: valid(a.Op), Key: valid(a.Key), Bytes: a.Bytes, Revision: a.Revision, Outcome: valid(a.Outcome)}
	if a.Done() {
		j.Outcome = trace.StoreDone
	}
	return j
}

// validKeys is valid for the keys of m.
func validKeys(m map[string]int) map[string]int {
	out := make(map[string]int, len(m))
	for k, n := range m {
		out[valid(k)] += n
	}
	return out
}

func partyOf(p trace.Participant) *jsonParty {
	if p == (trace.Participant{}) {
		return nil
	}
	j := &jsonParty{Role: p.Role.String(), N: p.N, Port: p.Addr.Port()}
	if p.Addr.IsValid() {
		j.IP = ipText(p.Addr)
	}
	return j
}

func ipText(a netip.AddrPort) string { return valid(a.Addr().String()) }

func segmentOf(s *trace.Segment) *jsonSegment {
	j := &jsonSegment{
		Flags: flagList(s.Flags), Seq: uint32(s.Segment.Seq), Len: s.Len, Window: s.Window,
		InFlight: s.InFlight, AcksFrame: s.AcksFrame, NewerAck: s.NewerAck, Anew: s.Anew,
	}
	hasAck := s.Flags.Has(tcpstate.ACK)
	if hasAck {
		j.Ack = new(uint32(s.Ack))
	}
	if s.Relative {
		j.RelativeSeq = new(s.RelSeq)
		if hasAck {
			j.RelativeAck = new(s.RelAck)
		}
	}
	if s.ScaleKnown {
		j.Scaled = new(s.ScaledWindow)
	}
	if s.AcksFrame > 0 {
		j.RTT = new(s.RTT.Microseconds())
	}
	for _, f := range s.Findings {
		j.Findings = append(j.Findings, jsonFinding{Name: valid(f.Name), Frame: f.Frame, Nth: f.Nth})
	}
	for _, x := range s.Settled {
		j.Settled = append(j.Settled, jsonSettled{x.End.String(), x.State.String(), x.Frame})
	}
	return j
}

var (
	triggerNames = [...]string{"call", "receive", "send", "timer", "poll"}
	basisNames   = [...]string{"observed", "inferred", "assumed"}
)

func changeOf(c *trace.StateChange) *jsonChange {
	j := &jsonChange{
		End: c.End.String(), From: c.Change.From.String(), To: c.To.String(),
		Trigger: triggerNames[min(int(c.Trigger.Kind), len(triggerNames)-1)], Name: valid(c.Trigger.Name),
		Basis: basisNames[min(int(c.Basis), len(basisNames)-1)], Contradicted: c.Contradicted, Corrects: c.Corrects, Frames: c.Frames,
	}
	if c.Edge != nil {
		j.Source = c.Edge.Source
	}
	return j
}

func memoryOf(m *trace.Memory) *jsonMemory {
	j := &jsonMemory{Entries: []jsonEntry{}, Bytes: map[string]int{}}
	for _, e := range m.Entries {
		j.Entries = append(j.Entries, jsonEntry{Kind: e.Kind.String(), Name: valid(e.Name), Value: valid(e.Value), Bytes: e.Bytes})
		j.Bytes[e.Kind.String()] += e.Bytes
	}
	if m.HeapMeasured {
		j.Heap = &m.Heap
	}
	return j
}
