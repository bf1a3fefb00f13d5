package httpdemo

import (
	"bytes"
	"net"
	"sync"

	"statelab/capture/trace"
)

// wiretap is what somebody on the way to a server sees of its connections: every
// byte that goes by, and not what TLS has made of it.
type wiretap struct {
	mu   sync.Mutex
	seen bytes.Buffer // both ways
	in   bytes.Buffer // to the server
	// records, if set, tells of the TLS records that go by.
	records *tlsWatch
}

// maxTapped bounds what a wiretap keeps, in bytes.
const maxTapped = 1 << 20

// tap puts a wiretap before a party's server. It is to be there before the server
// starts.
func (e *Env) tap(p trace.Participant) *wiretap {
	w := &wiretap{}
	m := e.Machine(p)
	listen := m.Listen
	m.Listen = func() (net.Listener, error) {
		l, err := listen()
		if err != nil {
			return nil, err
		}
		return Tap(l, w.take), nil
	}
	return w
}

func (w *wiretap) take(client net.Addr, in bool, b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.records != nil {
		w.records.take(client.String(), in, b)
	}
	b = b[:min(len(b), max(0, maxTapped-w.seen.Len()))]
	w.seen.Write(b)
	if in {
		w.in.Write(b)
	}
}

// watch tells of the TLS records from now on.
func (w *wiretap) watch(e *Env) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.records = &tlsWatch{env: e, readers: map[string]*[2]tlsReader{}}
}

// unwatch ends that, and returns what went by: records, those in the clear, and
// octets.
func (w *wiretap) unwatch() (records, clear, octets int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	records, clear, octets = w.records.records, w.records.clear, w.records.octets
	w.records = nil
	return records, clear, octets
}

// Len is how much went by, in bytes.
func (w *wiretap) Len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.Len()
}

// after returns what went by since the first n bytes.
func (w *wiretap) after(n int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.seen.Bytes()[min(n, w.seen.Len()):])
}

// sent returns what clients have sent.
func (w *wiretap) sent() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.in.String()
}
