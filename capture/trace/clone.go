package trace

import (
	"bytes"
	"maps"
	"slices"
)

// Clone returns a copy of e that stays valid: it shares nothing that is
// reused. Reading.Conn still points to the observer's connection, which goes on
// changing.
func (e *Event) Clone() Event {
	c := *e
	if e.Segment != nil {
		s := *e.Segment
		s.Payload = bytes.Clone(s.Payload)
		s.Options.Raw = bytes.Clone(s.Options.Raw)
		s.Findings = slices.Clone(s.Findings)
		s.Changes = slices.Clone(s.Changes)
		for i := range s.Changes {
			s.Changes[i].Frames = slices.Clone(s.Changes[i].Frames)
		}
		s.Settled = slices.Clone(s.Settled)
		c.Segment = &s
	}
	if e.State != nil {
		s := *e.State
		s.Frames = slices.Clone(s.Frames)
		c.State = &s
	}
	if e.Memory != nil {
		m := *e.Memory
		m.Entries = slices.Clone(m.Entries)
		c.Memory = &m
	}
	c.Verdict = clone(e.Verdict)
	c.Call = clone(e.Call)
	c.Note = clone(e.Note)
	c.Access = clone(e.Access)
	c.Other = clone(e.Other)
	if e.Message != nil {
		m := *e.Message
		m.Fields = slices.Clone(m.Fields)
		m.Body = bytes.Clone(m.Body)
		m.Head = bytes.Clone(m.Head)
		c.Message = &m
	}
	if e.WebSocket != nil {
		f := *e.WebSocket
		f.Payload, f.Inflated, f.Problems = bytes.Clone(f.Payload), bytes.Clone(f.Inflated), slices.Clone(f.Problems)
		c.WebSocket = &f
	}
	if e.Connection != nil {
		k := *e.Connection
		for i := range k.History {
			k.History[i] = slices.Clone(k.History[i])
		}
		k.Findings, k.Denied = maps.Clone(k.Findings), maps.Clone(k.Denied)
		c.Connection = &k
	}
	if e.Totals != nil {
		t := *e.Totals
		t.Others = maps.Clone(t.Others)
		c.Totals = &t
	}
	return c
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
