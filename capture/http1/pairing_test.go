package http1_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// habit is how a client sends its requests.
type habit int

const (
	serial  habit = iota // one after the other has been answered
	batches              // several at once, then their answers
	window               // up to so many that wait for answers
)

// wire is two programs that speak HTTP over TCP, and what is seen of them: by a
// tap at one of them, in the order in which segments leave it or reach it.
type wire struct {
	*rand.Rand
	tap      tcpstate.End
	sent     [2]uint32 // SND.NXT, without the SYN
	received [2]uint32 // RCV.NXT
	flying   [2][]tcpstate.Segment
	seen     []seen
}

type seen struct {
	from tcpstate.End
	tcpstate.Segment
}

// send cuts octets up into segments of at most size octets, and sends them.
func (w *wire) send(from tcpstate.End, data string, size int) {
	for data != "" {
		n := min(len(data), size)
		s := tcpstate.Segment{Seq: tcpstate.Seq(w.sent[from] + 1), Ack: tcpstate.Seq(w.received[from] + 1), Flags: tcpstate.ACK, Len: n, Payload: []byte(data[:n])}
		w.sent[from] += uint32(n)
		w.flying[from] = append(w.flying[from], s)
		if data = data[n:]; w.tap == from {
			w.seen = append(w.seen, seen{from, s})
		}
	}
}

// arrive delivers the first segment that is on its way to an end, if there is one.
func (w *wire) arrive(to tcpstate.End) (data string) {
	from := to.Peer()
	if len(w.flying[from]) == 0 {
		return ""
	}
	s := w.flying[from][0]
	w.flying[from] = w.flying[from][1:]
	if w.tap == to {
		w.seen = append(w.seen, seen{from, s})
	}
	w.received[to] += uint32(s.Len)
	return string(s.Payload)
}

// exchanges has a client send n requests, each of which is numbered, and a server
// answer each with its number.
func (w *wire) exchanges(h habit, n, size int) {
	depth := 1
	if h != serial {
		depth = 2 + w.IntN(4)
	}
	asked, answered, refill := 0, 0, true
	var kinds []int
	var got, heard strings.Builder // by the server, by the client
	served, step := 0, 0           // requests that are answered; how far the one at hand is
	for answered < n {
		switch w.IntN(4) {
		case 0:
			if h == batches && asked == answered {
				refill = true
			}
			if asked < n && asked-answered < depth && refill {
				kinds = append(kinds, w.IntN(4))
				w.send(tcpstate.Client, requestOf(asked, kinds[asked]), size)
				asked++
				refill = h != batches || asked-answered < depth
			}
		case 1:
			got.WriteString(w.arrive(tcpstate.Server))
		case 2:
			_, head, _ := strings.Cut(got.String(), fmt.Sprintf("/%d/", served))
			if served >= asked || !strings.Contains(head, "\r\n\r\n") {
				continue
			}
			whole := strings.Contains(got.String(), last("end", served, kinds[served] < 2))
			switch kind := kinds[served]; {
			case kind == 2 && step == 0: // RFC 9110 §10.1.1
				w.send(tcpstate.Server, "HTTP/1.1 100 Continue\r\n\r\n", size)
				step = 1
			case !whole && (kind != 3 || w.IntN(8) > 0): // kind 3 may be answered early
			default:
				w.send(tcpstate.Server, responseOf(served, kind), size)
				served, step = served+1, 0
			}
		case 3:
			heard.WriteString(w.arrive(tcpstate.Client))
			for answered < asked && strings.Contains(heard.String(), last("done", answered, kinds[answered] == 1)) {
				answered++
			}
		}
	}
	for len(w.flying[tcpstate.Client]) > 0 {
		w.arrive(tcpstate.Server)
	}
}

func requestOf(i, kind int) string {
	mark := last("end", i, kind < 2)
	switch kind {
	case 1:
		return fmt.Sprintf("HEAD /%d/ HTTP/1.1\r\nX: %s", i, mark)
	case 2, 3:
		expect := ""
		if kind == 2 {
			expect = "Expect: 100-continue\r\n"
		}
		body := strings.Repeat("x", i%50) + mark
		return fmt.Sprintf("POST /%d/ HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s", i, expect, len(body), body)
	}
	return fmt.Sprintf("GET /%d/ HTTP/1.1\r\nX: %s", i, mark)
}

// last is what a message ends with: a field, where it has no body.
func last(mark string, i int, head bool) string {
	mark = fmt.Sprintf("%s%d.", mark, i)
	if head {
		mark += "\r\n\r\n"
	}
	return mark
}

func responseOf(i, kind int) string {
	mark := last("done", i, kind == 1)
	if kind == 1 {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nOf: /%d/\r\nContent-Length: 1000\r\nX: %s", i, mark)
	}
	body := strings.Repeat("y", i%40) + mark
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nOf: /%d/\r\nContent-Length: %d\r\n\r\n%s", i, len(body), body)
}

// paired reads what was seen, and says of each response, by the target of the request
// that it answers, what it was paired with: "" for nothing.
func paired(all []seen, handshake bool) (asked []string, answers map[string]string) {
	targets, answers := map[int]string{}, map[string]string{}
	c := http1.New(http1.Limits{}, func(from tcpstate.End, m *http1.Message) {
		if m.Request {
			targets[m.Exchange] = m.Target
			asked = append(asked, m.Target)
		} else if of, ok := m.Get("Of"); ok {
			answers[of] = fmt.Sprint(m.Exchange)
		}
	})
	conn := stream.New(stream.Limits{}).Open(c.Feed)
	if handshake {
		conn.Segment(tcpstate.Client, &tcpstate.Segment{Flags: tcpstate.SYN})
		conn.Segment(tcpstate.Server, &tcpstate.Segment{Flags: tcpstate.SYN | tcpstate.ACK, Ack: 1})
	}
	for i, s := range all {
		s.Frame, s.Time = i+1, second(i+1)
		conn.Segment(s.from, &s.Segment)
	}
	conn.Close()
	for of, exchange := range answers {
		n := 0
		fmt.Sscan(exchange, &n)
		answers[of] = targets[n]
	}
	return asked, answers
}

// fate is what becomes of what was seen.
type fate int

const (
	oneMissing fate = iota
	someMissing
	midway // the capture begins later
	midwaySomeMissing
	disordered // a frame is captured after some that it came before
	cut        // frames are, after so many octets
	fates
)

func (f fate) befall(r *rand.Rand, all []seen) []seen {
	all = slices.Clone(all)
	if f == midway || f == midwaySomeMissing {
		all = all[r.IntN(len(all)):]
	}
	switch f {
	case oneMissing:
		i := r.IntN(len(all))
		all = slices.Delete(all, i, i+1)
	case someMissing, midwaySomeMissing:
		all = slices.DeleteFunc(all, func(seen) bool { return r.IntN(6) == 0 })
	case disordered:
		for range 3 {
			if i := r.IntN(len(all)); i+3 < len(all) {
				all[i], all[i+1], all[i+2], all[i+3] = all[i+1], all[i+2], all[i+3], all[i]
			}
		}
	case cut:
		for i := range all {
			all[i].Payload = all[i].Payload[:min(len(all[i].Payload), 60)]
		}
	}
	return all
}

// TestNeverPairedWrong has clients and servers converse, changes what was seen of it,
// and looks whether a response is ever paired with a request that it does not answer;
// and whether each is paired that can be. Where what is missing is what tells that a
// client pipelines, it is taken for one that does not.
func TestNeverPairedWrong(t *testing.T) {
	t.Parallel()
	seeds := uint64(3000)
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds *= 100
	}
	right, wrong := 0, 0 // of clients that pipeline
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 11))
		h, f := habit(r.IntN(3)), fate(r.IntN(int(fates)))
		w := &wire{Rand: r, tap: tcpstate.End(r.IntN(2))}
		size := 1000
		if r.IntN(4) == 0 {
			size = 20 + r.IntN(40)
		}
		w.exchanges(h, 12, size)
		begun := f != midway && f != midwaySomeMissing
		asked, answers := paired(f.befall(r, w.seen), begun)
		for of, to := range answers {
			switch {
			case h == serial && to != "" && to != of:
				t.Errorf("seed %d, fate %d: the response to %s is paired with %s", seed, f, of, to)
			case h == serial && to == "" && slices.Contains(asked, of) && (f == disordered || size == 1000 && (f == oneMissing || f == cut)):
				t.Errorf("seed %d, fate %d: the response to %s is not paired", seed, f, of)
			case h == serial || !begun || to == "":
			case to == of:
				right++
			default:
				wrong++
			}
		}
	}
	if wrong*100 > right {
		t.Errorf("of clients that pipeline %d responses are paired wrong, %d right", wrong, right)
	}
}
