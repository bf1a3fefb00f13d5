package explain

import (
	"net/netip"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// endingLimit is of how many ends what they reported is remembered, over all
// connections; the endings of further ones are told from their segments alone.
const endingLimit = 1 << 16

// endKey is one end of one connection.
type endKey struct {
	stream int
	addr   netip.AddrPort
}

// reported is what the parties said of their own states. Segments tell how a
// connection was opened and closed; that one end has given it up alone, only
// that end knows.
type reported struct {
	state  map[endKey]tcpstate.State
	synced map[int]bool // connections that came to be open at an end
	over   map[int]bool // those that no end remembers any more
	reset  map[int]bool // those in which a RST was sent
	// answered are those in which a SYN,ACK was sent.
	answered map[int]bool
	sockets  map[trace.Conn]standing // ends as their programs' next calls find them
	calls    map[callKey]standing    // how the latest ones found them
	deaf     map[netip.AddrPort]bool // whose listening socket was closed
	// witnesses are the hosts that report: what they do not mention is not.
	witnesses map[netip.Addr]bool
}

func (r *reported) observe(ev *trace.Event) {
	if r.state == nil {
		*r = reported{map[endKey]tcpstate.State{}, map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]bool{}, map[trace.Conn]standing{}, map[callKey]standing{}, map[netip.AddrPort]bool{}, map[netip.Addr]bool{}}
	}
	if s := ev.Segment; ev.Kind == trace.KindSegment && s != nil && s.Flags.Has(tcpstate.RST) && len(r.reset) < endingLimit {
		r.reset[ev.Stream] = true
	}
	if s := ev.Segment; ev.Kind == trace.KindSegment && s != nil && s.Flags.Has(tcpstate.SYN|tcpstate.ACK) && len(r.answered) < endingLimit {
		r.answered[ev.Stream] = true
	}
	if ev.Kind == trace.KindCall && ev.Call != nil {
		r.called(ev)
	}
	c := ev.State
	if ev.Kind != trace.KindState || c == nil {
		return
	}
	r.came(ev)
	if c.Basis != tcpstate.Observed {
		return
	}
	if len(r.witnesses) < endingLimit {
		r.witnesses[ev.From.Addr.Addr()] = true
	}
	k := endKey{ev.Stream, ev.From.Addr}
	was, known := r.state[k]
	switch {
	case ev.Stream < 0 || !known && len(r.state) >= endingLimit:
		return
	case known && c.From == tcpstate.Closed && c.To == tcpstate.SynSent && !alive(was):
		return // a new connection on the same ports, which has no number yet
	}
	r.state[k] = c.To
	if c.To == tcpstate.Established {
		r.synced[ev.Stream] = true
	}
	peer, ok := r.state[endKey{ev.Stream, ev.To.Addr}]
	if r.synced[ev.Stream] && ok && !alive(peer) && !alive(c.To) {
		r.over[ev.Stream] = true
	}
}

// alive reports whether an end in that state keeps a control block.
func alive(s tcpstate.State) bool {
	return s != tcpstate.Unknown && s != tcpstate.Closed && s != tcpstate.Listen
}

// of returns what an end of a connection is in: what it reported, else what the
// segments show.
func (r *reported) of(c *tcpstate.Conn, end tcpstate.End) (s tcpstate.State, said bool) {
	addr := c.Key.Client
	if end == tcpstate.Server {
		addr = c.Key.Server
	}
	if s, ok := r.state[endKey{c.Stream, addr}]; ok {
		return s, true
	}
	return c.State[end], false
}

// silent reports whether an end that has not been heard of keeps no control
// block: its host tells of those that it keeps.
func (r *reported) silent(end netip.AddrPort) bool {
	return r.witnesses[end.Addr()] && len(r.state) < endingLimit
}

// ending is how a connection ended, or has not: the key of its label, and the
// state that the label names.
func (r *reported) ending(c *tcpstate.Conn) (key string, state tcpstate.State) {
	key, state = r.ended(c)
	if key == "ending.half" && c.OneSided() {
		return "ending.one-sided", state // its FIN could not be seen
	}
	if itself := key + "-itself"; c.Key.OneEnd() && endingLabels[itself] != (text{}) {
		key = itself
	}
	return key, state
}

func (r *reported) ended(c *tcpstate.Conn) (key string, state tcpstate.State) {
	key = "ending." + c.Ending.String()
	client, clientSaid := r.of(c, tcpstate.Client)
	server, serverSaid := r.of(c, tcpstate.Server)
	// One end has closed, and gave its block up: half-closed is half-open now.
	given := c.Ending == tcpstate.EndHalf && clientSaid && serverSaid && (alive(client) != alive(server))
	if c.Ending != tcpstate.EndOpen && c.Ending != tcpstate.EndNever && !given {
		return key, tcpstate.Unknown
	}
	switch {
	case r.over[c.Stream] && r.reset[c.Stream]:
		return "ending.rst", tcpstate.Unknown
	case r.over[c.Stream]:
		return "ending.over", tcpstate.Unknown
	case (server == tcpstate.SynReceived || r.answered[c.Stream] && server == tcpstate.Listen) && !c.Handshake.Complete &&
		!serverSaid && r.witnesses[c.Key.Server.Addr()]:
		return "ending.cookie", tcpstate.Unknown
	case server == tcpstate.SynReceived, client == tcpstate.SynReceived:
		return "ending.never", tcpstate.SynReceived
	case client == tcpstate.SynSent && (server == tcpstate.SynSent || !alive(server)), server == tcpstate.SynSent && !alive(client):
		return "ending.never", tcpstate.SynSent
	case !clientSaid && !serverSaid && r.silent(c.Key.Client) && r.silent(c.Key.Server):
		return "ending.over", tcpstate.Unknown
	case alive(client) && clientSaid && !serverSaid && r.silent(c.Key.Server):
		return "ending.client-remembers", tcpstate.Unknown
	case !clientSaid || !serverSaid:
		return key, tcpstate.Unknown
	case alive(client) && !alive(server):
		return "ending.client-remembers", tcpstate.Unknown
	case alive(server) && !alive(client):
		return "ending.server-remembers", tcpstate.Unknown
	case !alive(server) && !alive(client):
		return "ending.over", tcpstate.Unknown
	case client == tcpstate.FinWait1 && server == tcpstate.Established, server == tcpstate.FinWait1 && client == tcpstate.Established:
		return "ending.unheard", tcpstate.FinWait1
	}
	return key, tcpstate.Unknown
}

// Ending says in a few words how a connection ended, or that it has not: from
// its segments, and from what its ends have reported so far (RFC 9293 §3.5.1 on
// half-open connections).
func (x *Explainer) Ending(c *tcpstate.Conn) string {
	key, state := x.reported.ending(c)
	if state != tcpstate.Unknown {
		gap := " "
		if x.lang == Korean {
			gap = ""
		}
		return Label(x.lang, key) + gap + "(" + state.String() + ")"
	}
	return Label(x.lang, key)
}
