package sockstate

import (
	"errors"
	"fmt"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// look asks once: for as little as the counters allow.
func (w *Watcher) look(hurried, last bool) error {
	ended := false
	missed, err := w.probe.destroyed(func(s *Socket) {
		ended = true
		w.final(s)
	})
	if err != nil {
		return fmt.Errorf("watch sockets: %w", err)
	}
	count, known := w.probe.counters()
	now := time.Now()
	var ask States
	switch {
	case last || missed || !known || !w.known || !count.sameConnections(w.count):
		ask = All
	case hurried || ended || count != w.count && now.Sub(w.dumped) >= w.flowing(now) || w.timed() > 0 && now.Sub(w.dumped) >= steady:
		ask = All &^ Only(tcpstate.Established)
	}
	if ask != 0 {
		w.count, w.known, w.dumped = count, known, now
	}
	if now.Sub(w.heard) >= listeners {
		ask |= Only(tcpstate.Listen)
	}
	if ask == 0 {
		err = w.settle(last)
	} else {
		w.heard = now
		err = w.ask(ask, last)
	}
	if err != nil {
		return fmt.Errorf("watch sockets: %w", err)
	}
	return nil
}

// settle finds out what became of the connections that were told of, and that no
// dump has shown.
func (w *Watcher) settle(last bool) error {
	for _, t := range w.heardOf(last) {
		if w.socks[t.cookie] != nil {
			continue
		}
		w.asked = time.Now()
		now, err := w.probe.Lookup(t.conn.Local, t.conn.Remote)
		switch {
		case err == nil && now.Cookie == t.cookie && now.State != tcpstate.Closed:
			w.found(&now)
		case err == nil || errors.Is(err, ErrNotFound):
			s := w.request(&Socket{State: tcpstate.Established, Local: t.conn.Local, Remote: t.conn.Remote, Cookie: t.cookie})
			if s == nil {
				s = &watched{state: tcpstate.Established, conn: t.conn, party: trace.Participant{Role: t.role, Addr: t.conn.Local}}
				w.socks[t.cookie] = s
				w.in[s.state]++
			}
			w.gone(t.cookie, s)
		default:
			return err
		}
	}
	return nil
}

// ask compares the sockets in some states with what they were.
func (w *Watcher) ask(states States, last bool) error {
	w.round++
	first := w.round == 1
	w.asked = time.Now()
	clear(w.later)
	var seen []Socket // those that changed: looked at when the dump is over, since listeners decide roles
	err := w.probe.Dump(Filter{Port: w.opts.Port, States: states}, func(s *Socket) {
		if !w.opts.follows(s) {
			return
		}
		old := w.socks[s.Cookie]
		if old != nil {
			old.round = w.round
			old.silent = old.silent || w.isOver(s.Cookie)
		}
		if old == nil || old.state != s.State {
			seen = append(seen, *s)
		}
	})
	if err != nil {
		return err
	}
	take := func(listening bool) {
		for i := range seen {
			if (seen[i].State == tcpstate.Listen) == listening && !w.later[seen[i].Cookie] {
				w.saw(&seen[i], first)
			}
		}
	}
	take(true)
	// What is gone goes before what is new: that may have the same addresses.
	for cookie, s := range w.socks {
		if s.round != w.round && states.Has(s.state) {
			if err := w.missing(cookie, s); err != nil {
				return err
			}
		}
	}
	if err := w.settle(last); err != nil {
		return err
	}
	take(false)
	return nil
}

// missing finds out what became of a socket that a dump did not show: it may
// have gone to a state that was not asked for, or been passed over while it
// moved within the kernel's tables.
func (w *Watcher) missing(cookie uint64, s *watched) error {
	w.asked = time.Now()
	now, err := w.probe.Lookup(s.conn.Local, s.conn.Remote)
	switch {
	case err == nil && now.Cookie != cookie && s.state == tcpstate.SynReceived && now.State != tcpstate.SynReceived:
		w.found(&now) // the child takes the request's place
		return nil
	case err == nil && now.Cookie == cookie && now.State != tcpstate.Closed:
		if now.State != s.state {
			w.found(&now)
		}
		s.round = w.round
		return nil
	case err == nil || errors.Is(err, ErrNotFound):
		w.gone(cookie, s)
		return nil
	}
	return err
}

// found takes a socket that was asked for by itself: what a dump before has shown of
// it is older.
func (w *Watcher) found(s *Socket) {
	w.later[s.Cookie] = true
	w.saw(s, false)
}

// gone reports the end of a socket that the system knows no more.
func (w *Watcher) gone(cookie uint64, s *watched) {
	s.silent = s.silent || w.isOver(cookie)
	w.moved(s, tcpstate.Closed)
	w.in[tcpstate.Closed] = 0
	if w.opts.Memory && !s.listens {
		w.report(s, trace.ObservedMemory).Memory = &trace.Memory{}
	}
	if s.listens {
		w.ports[s.conn.Local.Port()]--
	}
	delete(w.socks, cookie)
	w.later[cookie] = true // a dump that showed it is older
}

// saw takes a socket that is new, or in another state than before.
func (w *Watcher) saw(s *Socket, first bool) {
	old := w.socks[s.Cookie]
	if old == nil {
		old = w.request(s)
	}
	if old == nil {
		old = &watched{conn: trace.Conn{Local: s.Local, Remote: s.Remote}}
		old.party = trace.Participant{Role: w.role(s), Addr: s.Local}
		switch {
		case first:
			old.silent = w.opts.Fresh && s.State != tcpstate.Listen
		case old.party.Role == trace.RoleServer && s.State != tcpstate.Listen:
			old.state = tcpstate.Listen
		default:
			old.state = tcpstate.Closed
		}
		old.listens = s.State == tcpstate.Listen
		w.socks[s.Cookie] = old
		w.in[old.state]++
	}
	old.round = w.round
	if old.state == s.State {
		return // found in another way meanwhile
	}
	w.moved(old, s.State)
	if w.opts.Memory && s.State != tcpstate.Listen { // a listener remembers no peer
		w.remember(old, s)
	}
}

// remember reports what is remembered of a socket. The variables, for which the
// dump did not ask, are asked for now; the state may have changed since.
func (w *Watcher) remember(old *watched, s *Socket) {
	asked := time.Now()
	again, err := w.probe.Lookup(s.Local, s.Remote)
	if err == nil && again.Cookie == s.Cookie && again.State != tcpstate.Closed {
		w.asked = asked
		if again.State != s.State {
			w.moved(old, again.State)
		}
		s = &again
	}
	old.slight = !s.HasInfo
	w.report(old, trace.ObservedMemory).Memory = s.Memory()
}

// request finds the connection request that a new socket has grown out of. It
// has the child's cookie, unless it was first asked for its own after the child
// had been made: then each has one of its own.
func (w *Watcher) request(child *Socket) *watched {
	if w.in[tcpstate.SynReceived] == 0 || child.State == tcpstate.SynReceived || child.State == tcpstate.Listen {
		return nil
	}
	conn := trace.Conn{Local: child.Local, Remote: child.Remote}
	for cookie, s := range w.socks {
		if s.state == tcpstate.SynReceived && s.conn == conn {
			delete(w.socks, cookie)
			w.socks[child.Cookie] = s
			return s
		}
	}
	return nil
}

func (w *Watcher) role(s *Socket) trace.Role {
	port := s.Local.Port()
	if s.State == tcpstate.Listen {
		w.ports[port]++
		return trace.RoleServer
	}
	if port == w.opts.Port && port != 0 || w.opts.Port == 0 && w.ports[port] > 0 {
		return trace.RoleServer
	}
	return trace.RoleClient
}

// final reports the last variables of a control block that is given up: of a
// connection that is gone, or that enters TIME-WAIT, for which less is kept.
func (w *Watcher) final(s *Socket) {
	old := w.socks[s.Cookie]
	if old == nil || !w.opts.Memory || !s.HasInfo || s.Remote != old.conn.Remote {
		return // an aborted socket has been disconnected: its variables are void
	}
	if old.slight {
		return // it comes late: the smaller block that took its place was seen
	}
	s.State = old.state
	w.report(old, trace.ObservedMemory).Memory = s.Memory()
}

func (w *Watcher) moved(s *watched, to tcpstate.State) {
	o := w.report(s, trace.ObservedState)
	o.From, o.To = s.state, to
	o.Cause = trace.Cause{Kind: tcpstate.OnPoll, Name: "poll"}
	if !s.silent {
		w.change = o.At
	}
	w.in[s.state]--
	w.in[to]++
	s.state = to
}

// report adds an observation to those that are yielded next.
func (w *Watcher) report(s *watched, kind trace.ObservationKind) *trace.Observation {
	if s.silent {
		return &trace.Observation{}
	}
	w.queue = append(w.queue, trace.Observation{Kind: kind, At: time.Now(), Asked: w.asked, Party: s.party, Conn: s.conn})
	return &w.queue[len(w.queue)-1]
}
