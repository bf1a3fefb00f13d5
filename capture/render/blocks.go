package render

import (
	"cmp"
	"slices"
	"strings"

	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// blockEnds returns the addresses of the connection whose control block a memory
// holds entry by entry, and a name that both of its ends give it; all are empty
// where it holds none, or several.
func blockEnds(m *trace.Memory) (local, remote, connection string) {
	for _, e := range m.Entries {
		switch {
		case e.Kind != trace.MemoryConnection:
		case e.Name == "local address":
			local = e.Value
		case e.Name == "remote address":
			remote = e.Value
		}
	}
	if local == "" || remote == "" {
		return "", "", ""
	}
	return local, remote, min(local, remote) + " " + max(local, remote)
}

// paired shows the one control block of a party in a line, named as its peer names
// it, where the peer has several and names each in a line: so the two ends of a
// connection stand side by side.
func paired(holders []ladder.Remembered) []ladder.Remembered {
	var named []string
	for _, h := range holders {
		for _, e := range h.Memory.Entries {
			if e.Kind == trace.MemoryConnection && strings.HasPrefix(e.Name, trace.BlockName) {
				named = append(named, e.Name)
			}
		}
	}
	out := slices.Clone(holders)
	for i := range out {
		m := &out[i].Memory
		local, remote, connection := blockEnds(m)
		if connection == "" {
			continue
		}
		for _, end := range []string{local, remote} {
			if name := trace.BlockName + end; slices.Contains(named, name) {
				*m = inOneLine(m, name)
				break
			}
		}
	}
	return out
}

// inOneLine returns a memory with the entries of its control block as one.
func inOneLine(m *trace.Memory, name string) trace.Memory {
	block := trace.Entry{Kind: trace.MemoryConnection, Name: name}
	var rest []trace.Entry
	for _, e := range m.Entries {
		if e.Kind != trace.MemoryConnection {
			rest = append(rest, e)
			continue
		}
		block.Bytes += e.Bytes
		if e.Name == "state" {
			block.Value = cmp.Or(block.Value, e.Value)
		}
	}
	short := *m
	short.Entries = append([]trace.Entry{block}, rest...)
	return short
}
