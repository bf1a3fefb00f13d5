package ladder

import (
	"net/netip"
	"strings"

	"statelab/capture/trace"
)

// hosts are those of the chosen connections, as far as these have been seen.
type hosts struct {
	known  map[netip.Addr]bool
	stream int // the last connection that was met
}

// meet takes in the hosts of a segment's connection.
func (h *hosts) meet(e *trace.Event) {
	if e.Segment == nil || h.known != nil && h.stream == e.Stream {
		return
	}
	if h.known == nil {
		h.known = map[netip.Addr]bool{}
	}
	h.stream = e.Stream
	h.known[e.Segment.Src.Addr()], h.known[e.Segment.Dst.Addr()] = true, true
}

// concern reports whether a frame without TCP may have to do with them: it passes
// between two of them, or an ICMP message comes from one or goes there. Of what has no
// IP header nobody knows.
func (h *hosts) concern(o *trace.Other) bool {
	switch src, dst := h.known[o.Src], h.known[o.Dst]; {
	case !o.Src.IsValid():
		return true
	case strings.HasPrefix(o.Protocol, "ICMP"):
		return src || dst
	default:
		return src && dst
	}
}
