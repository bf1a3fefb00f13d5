package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// stage is a virtual network that a lesson runs on.
type stage struct {
	net  *virtual.Network
	book *book
	// bent: rules of the user's act on the wire.
	bent bool
}

func newStage(c network.Config) (*stage, error) {
	n, err := virtual.New(c)
	if err != nil {
		return nil, err
	}
	var sides []side
	for _, h := range n.Hosts() {
		sides = append(sides, h)
	}
	return &stage{net: n, book: newBook(n, sides...)}, nil
}

// perform runs a lesson's program to its end, or to the limit of the network's
// time, and returns what happened.
func (s *stage) perform(ctx context.Context, limit time.Duration, program func() error) (*performance, error) {
	defer context.AfterFunc(ctx, s.net.Stop)()
	var ended bool
	var failure error
	s.net.Go(func() {
		failure = program()
		ended = true
	})
	// Timers that are still running at the limit are part of the picture.
	_ = s.net.Run(limit)
	var err error
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case (failure != nil || !ended) && s.bent:
		s.net.Report(trace.Observation{Kind: trace.ObservedNote, Note: &trace.Note{Amiss: true, Text: trace.Text{
			En: "The lesson cannot go on from here: your rule has changed the outcome.",
			Ko: "시나리오를 더 진행할 수 없습니다. 사용자가 준 규칙이 결과를 바꾸었습니다.",
		}}})
	case failure != nil:
		err = failure
	case !ended:
		err = fmt.Errorf("the lesson had not ended after %v of the network's time", limit)
	}
	s.book.remember()
	p := &performance{recording: s.net.Recording(), roles: map[netip.Addr]trace.Participant{}}
	for _, h := range s.net.Hosts() {
		p.roles[h.Addr()] = unaddressed(h.Party())
		p.vantages = append(p.vantages, h.Party().Name())
		if !p.leaveOut(h.Party()) {
			p.lanes = append(p.lanes, h.Party())
		}
	}
	info := s.net.Info()
	p.network = fmt.Sprintf("%s · %s · seed %d", info.Name, info.Stack, s.net.Seed())
	return p, errors.Join(err, s.net.Close())
}

// performScenario runs a TCP lesson on the virtual network. What happened is
// worth seeing also where the lesson did not go as it was meant to: then there
// is an error beside it.
func performScenario(ctx context.Context, sc tcpdemo.Scenario, seed uint64, rules []network.Rule) (*performance, error) {
	c := sc.Network
	c.Seed, c.Rules, c.NoDiary = seed, append(c.Rules, rules...), sc.Fold
	s, err := newStage(c)
	if err != nil {
		return nil, err
	}
	s.book.coarse, s.bent = sc.Fold, len(rules) > 0
	lab := &tcpdemo.Lab{
		Clock: s.net, Client: s.net.Client(), Server: s.net.Server(), Ctx: ctx,
		Bent: s.bent, Report: s.book.take, Reboot: s.net.Server().Restart, Heap: heap,
		Inject: func(toward network.Direction, frame []byte) error {
			to := s.net.Server()
			if toward == network.ServerToClient {
				to = s.net.Client()
			}
			return s.net.Inject(to, frame)
		},
	}
	p, err := s.perform(ctx, sc.Within(), func() error { return sc.Run(lab) })
	if err != nil {
		err = fmt.Errorf("scenario %s: %w", sc.Name, err)
	}
	p.title, p.lesson = "tcp demo "+sc.Name, sc.Title
	p.refutes = sc.Refutes
	p.fold, p.curves = sc.Fold, congestionCurves(curves(s.net.Samples(), c))
	if s.bent && ctx.Err() == nil {
		itself, without := performScenario(ctx, sc, seed, nil)
		if without == nil {
			without = p.hold(itself, ofScenario)
		}
		err = errors.Join(err, without)
	}
	return p, err
}

// performLesson runs an HTTP lesson on the virtual network.
func performLesson(ctx context.Context, l httpdemo.Lesson, seed uint64, rules []network.Rule) (*performance, error) {
	c := network.Config{Seed: seed, Rules: rules, NoBuffers: true}
	for _, party := range l.Cast() {
		c.Hosts = append(c.Hosts, network.Member{Party: party})
	}
	s, err := newStage(c)
	if err != nil {
		return nil, err
	}
	s.bent = len(rules) > 0
	environment := &httpdemo.Env{
		Now: s.net.Now, Sleep: s.net.Sleep, Go: s.net.Go,
		Rand: seeded(seed), Report: s.book.take,
	}
	for _, party := range l.Cast() {
		environment.Machines = append(environment.Machines, machineOn(s.net.Host(party), party, httpPort, s.net.Host(party).Restart))
	}
	p, err := s.perform(ctx, lessonLimit, func() error {
		defer environment.Close()
		err := l.Run(ctx, environment)
		if err == nil && s.connected() {
			environment.Step(lessonPast)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("lesson %s: %w", l.Name, err)
	}
	p.title, p.lesson = "http demo "+l.Name, l.Title
	p.refutes = l.Refutes
	if s.bent && ctx.Err() == nil {
		itself, without := performLesson(ctx, l, seed, nil)
		if without == nil {
			without = p.hold(itself, ofLesson)
		}
		err = errors.Join(err, without)
	}
	return p, err
}

// lessonOver is the title of the step after a lesson's last: what belongs to none of
// its steps is not told as a part of one. lessonPast is the same where time does not
// count.
var (
	lessonOver = trace.Text{
		En: "The lesson is over: what is still open is closed",
		Ko: "마지막 정리: 아직 열려 있는 소켓을 닫습니다",
	}
	lessonPast = trace.Text{
		En: "The lesson is over: what is still open is closed, and the timers run out",
		Ko: "마지막 정리: 아직 열려 있는 소켓을 닫고, 남은 타이머가 끝납니다",
	}
)

// connected reports whether a host remembers a connection.
func (s *stage) connected() bool {
	return slices.ContainsFunc(s.net.Hosts(), func(h *virtual.Host) bool {
		m := h.Memory()
		return m.Bytes(trace.MemoryConnection) > 0
	})
}

// lessonLimit is how much of the network's time an HTTP lesson may take: sessions
// and tokens live for hours.
const lessonLimit = 24 * time.Hour

// httpPort is the well-known port of HTTP (RFC 9110 §4.2.1).
const httpPort = 80

// machineOn is a host as a party's machine.
func machineOn(h network.Host, party trace.Participant, port uint16, restart func() error) httpdemo.Machine {
	return httpdemo.Machine{
		Party: party, At: netip.AddrPortFrom(h.Addr(), port),
		Listen:  func() (net.Listener, error) { return h.Listen(port, 0) },
		Dial:    func(ctx context.Context, to netip.AddrPort) (net.Conn, error) { return h.Dial(ctx, to, 0) },
		Restart: restart,
	}
}

// unaddressed is a party as others know it: by role and number.
func unaddressed(p trace.Participant) trace.Participant {
	return trace.Participant{Role: p.Role, N: p.N}
}
