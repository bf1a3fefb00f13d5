package render

import (
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// exchanges collects the HTTP exchanges of a timeline, in the order in which
// the first message of each was complete.
type exchanges struct {
	tale http1.Tale
	all  []*told
	by   map[*http1.Exchange]*told
}

// told is an exchange, and what its messages did to cookies.
type told struct {
	*http1.Exchange
	client, server trace.Participant
	facts          map[*http1.Message][]http1.CookieFact
	over           bool // nothing more will come of it
}

func (x *exchanges) add(e *trace.Event) {
	switch {
	case e.Kind == trace.KindMessage && e.Message != nil:
		x.message(e)
	case e.Kind == trace.KindConnection:
		for _, pair := range x.tale.Forget(e.Stream) {
			if one := x.by[pair]; one != nil {
				one.over = true
			}
			delete(x.by, pair)
		}
	}
}

// parties are the client and the server of a message.
func parties(e *trace.Event) (client, server trace.Participant) {
	if e.Message.Request {
		return e.From, e.To
	}
	return e.To, e.From
}

func (x *exchanges) message(e *trace.Event) {
	client, server := parties(e)
	pair, fresh, facts := x.tale.Add(client.Addr, server.Addr, e.Stream, e.Message)
	one := x.by[pair]
	if fresh {
		one = &told{Exchange: pair, client: client, server: server}
		x.all = append(x.all, one)
		if x.by == nil {
			x.by = map[*http1.Exchange]*told{}
		}
		x.by[pair] = one
	}
	if len(facts) > 0 {
		if one.facts == nil {
			one.facts = map[*http1.Message][]http1.CookieFact{}
		}
		key := pair.Response
		switch {
		case e.Message.Request:
			key = pair.Request
		case e.Message.Status/100 == 1 && e.Message.Status != 101:
			key = pair.Interim[len(pair.Interim)-1]
		}
		one.facts[key] = facts
	}
	if pair.Response != nil && (pair.Request != nil || e.Message.Exchange == 0) {
		one.over = true
		delete(x.by, pair)
	}
}

// maxOpen is how many exchanges wait for one before them to be over.
const maxOpen = 4096

// take takes out those that are over, in their order as long as not too many
// have to wait for it.
func (x *exchanges) take() (done []*told) {
	for len(x.all) > 0 && x.all[0].over {
		done = append(done, x.all[0])
		x.all = x.all[1:]
	}
	if len(x.all) <= maxOpen {
		return done
	}
	still := x.all[:0:0]
	for _, one := range x.all {
		if one.over {
			done = append(done, one)
		} else {
			still = append(still, one)
		}
	}
	x.all = still
	return done
}

// readExchanges reads a timeline to its end. first is the time of its first
// event that has one.
func readExchanges(events Events, o *Options) (x exchanges, first time.Time, failed error) {
	for e, err := range events {
		if err != nil {
			return x, first, err
		}
		if first.IsZero() {
			first = e.At
		}
		if e.Stream < 0 || o.shows(e.Stream) {
			x.add(&e)
		}
	}
	return x, first, nil
}
