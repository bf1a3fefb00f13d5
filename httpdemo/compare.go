package httpdemo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"time"
)

// Compared is what was measured of one mechanism, in this process, over
// connections in memory.
type Compared struct {
	Mechanism string `json:"mechanism"`
	// Up and Down are the bytes of one request and of its response, heads included.
	Up   int `json:"request_bytes"`
	Down int `json:"response_bytes"`
	// Client is what the client keeps, in bytes of content.
	Client int `json:"client_bytes"`
	// Heap is by how much the server's live heap grew for 1,000 users who are logged
	// in, in bytes: the middle of several weighings. Stored is the content that it
	// keeps for them, wherever.
	Heap   int64 `json:"server_heap_bytes_at_1000"`
	Stored int   `json:"server_stored_bytes_at_1000"`
	// Spread is what the weighings cannot tell from zero, in bytes: how far they lie
	// apart; how far two readings do with as many requests between them, and no login;
	// and how far the weighings of the mechanism do that has no login at all.
	Spread int64 `json:"heap_spread_bytes"`
	// Lookups is how often a store or list was asked for one request.
	Lookups float64 `json:"lookups_per_request"`
	// Survives says that the login was still good after the server's process had
	// ended and begun again; nil where there is no login.
	Survives *bool `json:"survives_restart"`
	// Logout is how long after a logout the credential was still accepted, in
	// seconds; nil where there is no login.
	Logout *float64 `json:"logout_takes_effect_after_s"`
	// Rate is requests a second on one connection: the median of several short runs.
	// Low and High are where the median of very many would lie, with 96 %
	// probability, if all runs were alike; Slowest and Fastest the least and the most.
	Rate    float64 `json:"requests_per_second"`
	Low     float64 `json:"requests_per_second_low"`
	High    float64 `json:"requests_per_second_high"`
	Slowest float64 `json:"requests_per_second_min"`
	Fastest float64 `json:"requests_per_second_max"`
}

// Light reports whether the growth of the heap cannot be told from none.
func (c *Compared) Light() bool { return c.Heap <= c.Spread && -c.Heap <= c.Spread }

// How much is measured.
const (
	compareUsers  = 1000
	compareWarmUp = 200 // users who log in before those that are weighed
	// CompareWeighed is how often the users are weighed.
	CompareWeighed = 5
	compareAsked   = 100 // requests whose look-ups are counted
	compareRunTime = 20 * time.Millisecond
	// CompareRuns is how many runs a rate is the median of. Of so many, the median of
	// all lies between the compareTail-th and the compareTail-th last with 96 %
	// probability (binomial, p = 1/2).
	CompareRuns = 15
	compareTail = 4
)

// Ranks returns which place each has among the rates, from the best that it may be
// to the worst: those whose intervals overlap are not told apart.
func Ranks(all []Compared) [][2]int {
	ranks := make([][2]int, len(all))
	for i, c := range all {
		ranks[i] = [2]int{1, len(all)}
		for _, o := range all {
			switch {
			case o.Low > c.High:
				ranks[i][0]++
			case o.High < c.Low:
				ranks[i][1]--
			}
		}
	}
	return ranks
}

// Compare measures every mechanism. told is called as each begins.
func Compare(ctx context.Context, told func(n, of int)) (all []Compared, err error) {
	folder, err := os.MkdirTemp("", "statelab-compare")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	mechanisms := compareMechanisms()
	var control int64 // the spread of the first, which stores nothing
	for i, m := range mechanisms {
		told(i, len(mechanisms))
		w := &compareWorld{folder: folder, secret: make([]byte, 32)}
		var seed [32]byte
		seed[0] = byte(i)
		_, _ = rand.NewChaCha8(seed).Read(w.secret) // never fails
		c, err := m.measure(ctx, w)
		if err != nil {
			return all, fmt.Errorf("%s: %w", m.key, err)
		}
		c.Spread = max(c.Spread, control)
		if m.nobody {
			control = c.Spread
		}
		all = append(all, c)
	}
	return all, race(ctx, folder, mechanisms, all)
}

// race counts requests of several short runs, the mechanisms in turn, so that what
// else the machine does meets all alike.
func race(ctx context.Context, folder string, mechanisms []compareMechanism, all []Compared) error {
	rates := make([][]float64, len(mechanisms))
	clients := make([]*compareClient, len(mechanisms))
	for i, m := range mechanisms {
		s, err := m.start(&compareWorld{folder: folder, secret: make([]byte, 32)})
		if err != nil {
			return err
		}
		defer func() { _ = s.stop() }() // what counted has been counted
		if clients[i], err = s.client(m); err != nil {
			return err
		}
		if err := clients[i].login("user-0000"); err != nil {
			return err
		}
	}
	for run := range CompareRuns {
		for turn := range clients {
			i := (run + turn) % len(clients) // nobody is always the first
			client := clients[i]
			n, begin := 0, time.Now()
			for time.Since(begin) < compareRunTime {
				if err := errors.Join(client.me(http.StatusOK), ctx.Err()); err != nil {
					return err
				}
				n++
			}
			rates[i] = append(rates[i], float64(n)/time.Since(begin).Seconds())
		}
	}
	for i, r := range rates {
		slices.Sort(r)
		all[i].Rate, all[i].Slowest, all[i].Fastest = r[len(r)/2], r[0], r[len(r)-1]
		all[i].Low, all[i].High = r[compareTail-1], r[len(r)-compareTail]
	}
	return nil
}

// measure measures one mechanism.
func (m compareMechanism) measure(ctx context.Context, w *compareWorld) (c Compared, err error) {
	c.Mechanism = m.key
	s, err := m.start(w)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	client, err := s.client(m)
	if err != nil {
		return c, err
	}
	if err := client.login("user-0000"); err != nil {
		return c, err
	}
	before := s.server.lookups()
	for range compareAsked {
		if err := errors.Join(client.me(http.StatusOK), ctx.Err()); err != nil {
			return c, err
		}
	}
	c.Lookups = float64(s.server.lookups()-before) / compareAsked
	c.Up, c.Down, c.Client = client.up, client.down, client.holds()
	if err := m.weigh(s, &c); err != nil {
		return c, err
	}
	if m.nobody {
		return c, nil
	}
	if err := m.outlive(w, s, client, &c); err != nil {
		return c, err
	}
	return c, m.leave(w, s, client, &c)
}

// weigh lets a thousand users log in, several times over, and weighs the heap before
// and after each thousand; and before and after as many requests with no login
// between. Where there is none at all, nothing but requests is weighed.
func (m compareMechanism) weigh(s *compareRunning, c *Compared) error {
	visitor, err := s.client(m)
	if err != nil {
		return err
	}
	defer visitor.conn.Close()
	ask := func(_, n int) error {
		for range n {
			if err := visitor.me(http.StatusOK); err != nil {
				return err
			}
		}
		return nil
	}
	enter := func(from, n int) error {
		for i := from; i < from+n; i++ {
			visitor.cookies, visitor.token = nil, ""
			if err := visitor.login(fmt.Sprintf("user-%04d", i)); err != nil {
				return err
			}
		}
		return nil
	}
	if m.nobody {
		enter = ask
	}
	if err := enter(1, compareWarmUp); err != nil {
		return err
	}
	content := s.server.stored()
	var idle, growth []int64
	for i := range CompareWeighed {
		first := liveHeap()
		if err := ask(0, compareUsers); err != nil {
			return err
		}
		before := liveHeap()
		if err := enter(1+compareWarmUp+i*compareUsers, compareUsers); err != nil {
			return err
		}
		idle, growth = append(idle, before-first), append(growth, liveHeap()-before)
	}
	runtime.KeepAlive(s.server)
	c.Heap, c.Spread = weighed(idle, growth)
	c.Stored = (s.server.stored() - content) / CompareWeighed
	return nil
}

// weighed is the middle of some weighings, and what they cannot tell from zero: as
// far as they lie apart, or as the scales moved with nothing on them.
func weighed(idle, growth []int64) (middle, spread int64) {
	growth = slices.Sorted(slices.Values(growth))
	spread = growth[len(growth)-1] - growth[0]
	for _, g := range idle {
		spread = max(spread, g, -g)
	}
	return growth[len(growth)/2], spread
}

// outlive ends the server's process, in effect: all that was in its memory is
// gone, and its files and secret are not. Then the client asks again.
func (m compareMechanism) outlive(w *compareWorld, s *compareRunning, client *compareClient, c *Compared) error {
	if err := s.stop(); err != nil {
		return err
	}
	next, err := m.start(w)
	if err != nil {
		return err
	}
	*s = *next
	if err := client.reconnect(s); err != nil {
		return err
	}
	status, err := client.send(http.MethodGet, "/me")
	survives := status == http.StatusOK
	c.Survives = &survives
	return err
}

// leave logs out, and sends the credential that a thief has kept until it is
// refused: time passes without being waited for.
func (m compareMechanism) leave(w *compareWorld, s *compareRunning, client *compareClient, c *Compared) error {
	client.cookies, client.token = nil, ""
	if err := client.login("user-9999"); err != nil {
		return err
	}
	thief, err := s.client(m)
	if err != nil {
		return err
	}
	defer thief.conn.Close()
	thief.cookies, thief.token = slices.Clone(client.cookies), client.token
	if status, err := client.send(http.MethodPost, "/logout"); err != nil || status != http.StatusOK {
		return fmt.Errorf("logout: %d, %w", status, err)
	}
	const step = 5 * time.Second
	began := w.skip.Load()
	for limit := 2 * compareLife; time.Duration(w.skip.Load()-began) <= limit; w.skip.Add(int64(step)) {
		status, err := thief.send(http.MethodGet, "/me")
		if err != nil {
			return err
		}
		if status == http.StatusUnauthorized {
			after := time.Duration(w.skip.Load() - began).Seconds()
			c.Logout = &after
			return nil
		}
	}
	return errors.New("a credential never expires")
}

// compareRunning is a server that is running over connections in memory.
type compareRunning struct {
	server *compareServer
	http   *http.Server
	l      *memoryListener
	served chan error
}

func (m compareMechanism) start(w *compareWorld) (*compareRunning, error) {
	server, err := m.open(w)
	if err != nil {
		return nil, err
	}
	s := &compareRunning{server: server, l: newMemoryListener(), served: make(chan error, 1)}
	s.http = NewServer(server, Limits{}, nil)
	go func() { s.served <- s.http.Serve(s.l) }()
	return s, nil
}

func (s *compareRunning) stop() error {
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	<-s.served
	s.http = nil
	return errors.Join(err, s.server.close())
}
