package http1

// maxPending bounds the requests that wait for a response. Nobody pipelines
// that many; those beyond are not paired.
const maxPending = 1000

// request is what must be known of a request to read its response; or it stands for
// those, of number unknown, that the capture lacks, with 0 for its exchange.
type request struct {
	exchange      int
	head, connect bool
	// start is the offset of its first octet, and heard how much of the responses
	// its sender had when it sent that: see stream.Chunk.Acked.
	start, heard int64
	// missed: its response may have been in what the capture lacks.
	missed bool
}

// response is what must be known of a response to find the request that it answers.
type response struct {
	// start is the offset of its first octet, and acked how much of the requests its
	// sender had.
	start, acked int64
	final        bool // RFC 9110 §15.2
	// unread: of what its sender had, some was not read.
	unread bool
}

// pending are the requests of a connection without a final response yet, the oldest
// first.
//
// Responses come in the order of their requests (RFC 9112 §9.3.2). Where the capture
// lacks some of either, the acknowledgments tell: what a response answers reached the
// server before it was sent, and left the client before it was received. A client that
// does not pipeline has sent one request more than it got responses, so that of
// several it is the newest. Of one that does, nobody can tell.
type pending struct {
	requests  []request
	begun     bool  // there was one
	heard     int64 // of the newest
	midway    bool  // the capture began midway
	pipelines bool  // a request was sent before the one before it was answered
	paired    int64 // one more than where the newest response begins that was paired
	stray     int64 // what was asked before this offset was received before a response that answers none
	flooded   bool  // there were more than are kept: no further one is paired
}

// beginsMidway says that the beginning of a direction was not seen.
func (p *pending) beginsMidway() {
	if !p.begun {
		p.midway, p.heard = true, -1
	}
}

// add adds a request.
func (p *pending) add(q request) {
	p.pipelines = p.pipelines || q.heard >= 0 && (p.begun && q.heard == p.heard || q.heard < p.paired)
	p.push(q)
}

func (p *pending) push(q request) {
	p.begun, p.heard = true, q.heard
	q.missed = q.missed || q.start < p.stray
	if p.flooded = p.flooded || len(p.requests) == maxPending; !p.flooded {
		p.requests = append(p.requests, q)
	}
}

// lostRequests: an unknown number of requests is missing at that offset; it may be
// none, unless one ended before and another begins behind.
func (p *pending) lostRequests(start int64, none bool) {
	if n := len(p.requests); n == 0 || p.requests[n-1].exchange > 0 {
		p.push(request{start: start, heard: p.heard, missed: none})
	}
}

// lostResponses: an unknown number of responses is missing before that offset.
func (p *pending) lostResponses(before int64) {
	for i := range p.requests {
		q := &p.requests[i]
		q.missed = q.missed || q.heard < before
	}
}

// answered returns the request that a response answers, which waits no longer if that
// is final; none where it was not seen, or nobody can tell.
func (p *pending) answered(r response) (to request) {
	i := p.find(&r)
	if i < 0 {
		p.stray = max(p.stray, r.acked)
		return to
	}
	to = p.requests[i]
	switch {
	case to.exchange == 0:
		p.requests[i].missed = r.final || to.missed
	case r.final:
		p.paired = r.start + 1
		i++
	}
	p.requests = append(p.requests[:0], p.requests[i:]...) // and not its tail, which would be a new one for each request
	return to
}

// find returns the place of the request that a response answers, below 0 for none.
func (p *pending) find(r *response) (found int) {
	all := p.requests
	if len(all) > 0 && !all[0].missed {
		if p.pipelines = p.pipelines || len(all) > 1 && all[1].exchange > 0 && all[1].before(r); p.pipelines && p.midway {
			return -1
		}
		return 0
	}
	found, count, sure, together := -1, 0, 0, false
	for i := range all {
		q := &all[i]
		if !q.before(r) {
			continue
		}
		count++
		if q.exchange == 0 && q.missed && found >= 0 && !all[found].missed {
			continue // what is missing is rather the rest of the one before
		}
		together = found >= 0 && all[found].exchange > 0 && all[found].heard == q.heard
		found = i
		if q.exchange > 0 && !q.missed {
			sure++
		}
	}
	p.pipelines = p.pipelines || sure > 1
	if r.unread || together || p.pipelines && (count > 1 || p.midway) || found >= 0 && all[found].exchange == 0 {
		return -1
	}
	return found
}

// before reports whether a request is one that reached the server before it sent the
// response, and left the client before that was received.
func (q *request) before(r *response) bool {
	return (r.acked < 0 || q.start < r.acked) && q.heard <= r.start
}
