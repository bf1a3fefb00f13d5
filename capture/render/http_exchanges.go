package render

import (
	"slices"
	"time"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// exchanges collects the HTTP exchanges of a timeline, in the order in which
// the first message of each was complete.
type exchanges struct {
	tale http1.Tale
	says bool // what requests say of who asks is kept
	all  []*told
	by   map[*http1.Exchange]*told
	over int // how many of all are
	left int // how many are not listed
	cut  int // frames of which the capture kept a part
}

// told is an exchange, and what its messages did to cookies.
type told struct {
	*http1.Exchange
	client, server trace.Participant
	facts          map[*http1.Message][]http1.CookieFact
	says           []http1.Credential
}

func (x *exchanges) add(e *trace.Event) {
	switch {
	case e.Kind == trace.KindMessage && e.Message != nil:
		x.message(e)
	case e.Kind == trace.KindConnection:
		for _, pair := range x.tale.Forget(e.Stream) {
			x.end(pair)
		}
	case e.Kind == trace.KindTotals:
		x.cut = e.Totals.Cut
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
	if x.says && e.Message.Request {
		one.says = e.Message.Credentials()
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
	if pair.Over {
		x.end(pair)
	}
}

// end notes that nothing more will come of an exchange.
func (x *exchanges) end(pair *http1.Exchange) {
	if x.by[pair] != nil {
		x.over++
		delete(x.by, pair)
	}
}

// maxOpen is how many exchanges that are over may wait for one before them that is
// not: so many, or as many as are open.
const maxOpen = 4096

// take takes out those that are over, in their order as long as not too many
// have to wait for it. What it costs is spread over what it takes.
func (x *exchanges) take() (done []*told) {
	for len(x.all) > 0 && x.all[0].Over {
		done = append(done, x.all[0])
		x.all = x.all[1:]
	}
	x.over -= len(done)
	if x.over <= maxOpen || x.over < len(x.all)/2 {
		return done
	}
	still := x.all[:0:0]
	for _, one := range x.all {
		if one.Over {
			done = append(done, one)
		} else {
			still = append(still, one)
		}
	}
	x.all, x.over = still, 0
	return done
}

// maxListed bounds the exchanges that are kept to be told together, at the end.
const maxListed = 20_000

var wordLeftOut = trace.Text{
	En: "%d more are left out here; --format csv and har have all of them, --stream and --where choose",
	Ko: "여기서 생략한 것: %d개. --format csv와 har에는 모두 있고, --stream과 --where로 고를 수 있습니다",
}

// readExchanges reads a timeline to its end, and keeps the first maxListed
// exchanges that are chosen. first is the time of its first event that has one.
func readExchanges(events Events, o *Options) (x exchanges, first time.Time, failed error) {
	var listed []*told
	x.says = true
	failed = x.each(timed(events, &first), o, func(done []*told) {
		room := min(len(done), maxListed-len(listed))
		listed = append(listed, done[:room]...)
		x.left += len(done) - room
	})
	slices.SortFunc(listed, func(a, b *told) int { return a.Number - b.Number })
	x.all = listed
	return x, first, failed
}

// chosen leaves out exchanges of which no part lies where it is asked for.
func (o *Options) chosen(all []*told) []*told {
	if o.Between == nil {
		return all
	}
	return slices.DeleteFunc(all, func(x *told) bool { return !o.Between.Touches(x.Span()) })
}

// each reads a timeline to its end, and hands on the exchanges that are chosen when
// nothing more will come of them.
func (x *exchanges) each(events Events, o *Options, do func([]*told)) (failed error) {
	for e, err := range events {
		if err != nil {
			failed = err
			break
		}
		o.Between.begins(e.At)
		if e.Stream < 0 || o.shows(e.Stream) {
			x.add(&e)
		}
		do(o.chosen(x.take()))
	}
	do(o.chosen(x.all))
	return failed
}
