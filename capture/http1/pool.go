package http1

// Pool is where messages go that nobody needs any more, for conversations to
// use their memory again. The zero value is empty. It is not safe for
// concurrent use.
type Pool struct{ free []*Message }

// Put gives a message back: what it holds is overwritten from now on.
func (p *Pool) Put(m *Message) {
	if cap(m.Body) > defaultLimit {
		m.Body = nil
	}
	p.free = append(p.free, m)
}

// get returns an empty message. A nil Pool is empty.
func (p *Pool) get() *Message {
	if p == nil || len(p.free) == 0 {
		return &Message{}
	}
	last := len(p.free) - 1
	m := p.free[last]
	p.free = p.free[:last]
	*m = Message{Fields: m.Fields[:0], Head: m.Head[:0], Body: m.Body[:0]}
	return m
}
