package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"time"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/httpdemo"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/host"
)

// hostLesson runs a lesson's program on the machine's own network, and shows it
// as it happens: time there is real time.
func (f *lessonFlags) hostLesson(ctx context.Context, e *env, w io.Writer, v view, port uint16, parties []trace.Participant, title trace.Text, refutes []trace.Refutation, program func(context.Context, *hostStage) error) error {
	o := host.Options{Rules: f.ruleSet}
	if len(parties) > 2 { // two are told apart by who serves
		o.Members = host.Loopback(parties)
	}
	n, err := host.New(o)
	if err != nil {
		return misuse{inLanguage(err, v.lang)}
	}
	l := liveFlags{viewFlags: f.viewFlags, capture: true, optional: true, fresh: true, write: f.write, to: w, lesson: title, refutes: refutes}
	s := &hostStage{net: n, open: &opened{}}
	var sides []side
	for _, h := range n.Hosts() {
		sides = append(sides, h)
	}
	s.book = newBook(n, sides...)
	l.last = s.book.remember
	if err = s.takePorts(port); err != nil {
		return errors.Join(err, n.Close())
	}
	if len(parties) > 2 {
		l.party, l.also = n.Party, s.ports[1:]
		for _, h := range n.Hosts() {
			v.opts.Lanes = append(v.opts.Lanes, h.Party())
		}
	}
	return errors.Join(l.watch(ctx, e, v, n, s.ports[0], func(ctx context.Context) error {
		defer context.AfterFunc(ctx, s.open.close)()
		err := program(ctx, s)
		if ctx.Err() != nil {
			err = nil // the user has had enough
		}
		s.end()
		return err
	}), n.Close())
}

// end closes what the lesson has left open: on this network nobody else does. It is
// a step of its own, and over when the segments of that have crossed.
func (s *hostStage) end() {
	s.net.Sleep(settling)
	s.book.take(trace.Observation{Kind: trace.ObservedNote, Note: &trace.Note{Step: true, Text: lessonOver}})
	if s.over != nil {
		s.over()
	}
	s.open.close()
	s.net.Sleep(settling)
}

// hostStage is the machine's own network as a lesson's stage.
type hostStage struct {
	net  *host.Network
	book *book
	open *opened
	// ports are those of the lesson's services, by party: one for all where each
	// party has an address of its own.
	ports []uint16
	// over, if set, closes what the lesson's program has left open, as it would itself.
	over func()
}

// waiting reports whether this machine remembers, in TIME-WAIT, a connection of the
// lesson's.
func (s *hostStage) waiting() bool {
	return slices.ContainsFunc(s.net.Hosts(), (*host.Host).Waiting)
}

// port is the port of the service of the party at that place.
func (s *hostStage) port(place int) uint16 { return s.ports[place%len(s.ports)] }

// errNoWire says what only a network of statelab's own can do.
var errNoWire = errors.New("this needs a wire or a host of statelab's own: use --net virtual")

// ownNetwork says that a scenario cannot run on the machine's own network.
type ownNetwork struct{ scenario string }

func (o ownNetwork) Error() string { return o.Text("en") }

// Text returns the message in "ko", or in English.
func (o ownNetwork) Text(lang string) string {
	if lang == "ko" {
		return o.scenario + ": 회선이나 스택을 조작하는 시나리오입니다. 이 컴퓨터의 네트워크는 조작할 수 없으므로 --net virtual을 쓰십시오"
	}
	return "scenario " + o.scenario + " tells the wire or the stacks what to do, and this machine's own cannot be told: use --net virtual"
}

// endurance is how long a lesson may last where time does not wait.
const endurance = 10 * time.Minute

// tooLong says that a scenario would last for hours in real time.
type tooLong struct{ scenario string }

func (l tooLong) Error() string { return l.Text("en") }

// Text returns the message in "ko", or in English.
func (l tooLong) Text(lang string) string {
	if lang == "ko" {
		return l.scenario + ": 몇 시간이 지나야 끝나는 시나리오입니다. 시간을 건너뛰려면 --net virtual을 쓰십시오"
	}
	return "scenario " + l.scenario + " lets hours pass, and here they would be real ones: use --net virtual"
}

// refuseOnHost is a misuse if a scenario needs what the machine's own network lacks.
func refuseOnHost(sc *tcpdemo.Scenario, lang explain.Lang) error {
	if sc.Own || !reflect.ValueOf(sc.Network).IsZero() {
		return misuse{inLanguage(ownNetwork{sc.Name}, lang)}
	}
	if sc.Within() > endurance {
		return misuse{inLanguage(tooLong{sc.Name}, lang)}
	}
	return nil
}

// scenarioOnHost runs a TCP lesson on the machine's own network.
func (f *lessonFlags) scenarioOnHost(ctx context.Context, e *env, w io.Writer, v view, sc tcpdemo.Scenario) error {
	return f.hostLesson(ctx, e, w, v, tcpdemo.EchoPort, twoParties, sc.Title, nil, func(ctx context.Context, s *hostStage) error {
		lab := &tcpdemo.Lab{
			Clock: mortal{s.net, ctx}, Client: onePort{s.keep(s.net.Client()), s.port(0)}, Server: onePort{s.keep(s.net.Server()), s.port(0)},
			Ctx: ctx, Report: s.book.take, Waiting: s.waiting,
			Inject: func(network.Direction, []byte) error { return errNoWire },
			Reboot: func() error { return errNoWire },
		}
		if err := sc.Run(lab); err != nil {
			return fmt.Errorf("scenario %s: %w", sc.Name, err)
		}
		return nil
	})
}

// mortal is a clock whose sleepers wake when the lesson is interrupted.
type mortal struct {
	network.Clock
	ctx context.Context
}

func (m mortal) Sleep(d time.Duration) { _ = wait(m.ctx, d) }

// opened keeps what a lesson has opened, to close it at the end: on this network
// nobody else does, and programs would wait for ever.
type opened struct {
	mu        sync.Mutex
	all       []io.Closer
	listening int // listeners that nobody has closed
}

// listens reports whether a listener is open.
func (o *opened) listens() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.listening > 0
}

// count notes that a listener was opened or closed.
func (o *opened) count(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listening += n
}

func (o *opened) add(c io.Closer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, c)
}

func (o *opened) close() {
	o.mu.Lock()
	all := o.all
	o.all = nil
	o.mu.Unlock()
	for _, c := range all {
		_ = c.Close() // most are closed already
	}
}

// onePort is a host on which every service has the one port that is recorded:
// those below 1024 are not for everyone to bind, and a lesson needs one.
type onePort struct {
	keptHost
	port uint16
}

func (h onePort) Listen(_ uint16, backlog int) (net.Listener, error) {
	l, err := h.keptHost.Listen(h.port, backlog)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, portTaken{err, h.open.listens()}
	}
	return l, err
}

// portTaken says who has the port that a lesson wants to listen on.
type portTaken struct {
	error
	own bool // the lesson itself
}

func (p portTaken) Unwrap() error { return p.error }
func (p portTaken) Error() string { return p.Text("en") }

// Text returns the message in "ko", or in English.
func (p portTaken) Text(lang string) string {
	switch {
	case lang == "ko" && p.own:
		return p.error.Error() + ": 서비스 둘을 한꺼번에 열려면 포트가 둘 필요합니다. --net virtual을 쓰십시오"
	case lang == "ko":
		return p.error.Error() + ": 그사이 다른 프로그램이 이 포트를 차지했습니다. 다시 실행하면 빈 포트를 씁니다"
	case p.own:
		return p.error.Error() + ": a lesson with two services at one time needs two ports: use --net virtual"
	}
	return p.error.Error() + ": another program has taken the port meanwhile: run the lesson again, and it takes one that is free"
}

func (h onePort) Dial(ctx context.Context, to netip.AddrPort, local uint16) (network.Conn, error) {
	return h.keptHost.Dial(ctx, netip.AddrPortFrom(to.Addr(), h.port), local)
}

// keptHost is a host of which the stage knows what was opened on it.
type keptHost struct {
	network.Host
	open *opened
}

func (s *hostStage) keep(h network.Host) keptHost { return keptHost{h, s.open} }

func (h keptHost) Listen(port uint16, backlog int) (net.Listener, error) {
	l, err := h.Host.Listen(port, backlog)
	if err != nil {
		return nil, err
	}
	h.open.count(+1)
	k := &keptListener{Listener: l, open: h.open}
	h.open.add(k)
	return k, nil
}

func (h keptHost) Dial(ctx context.Context, to netip.AddrPort, local uint16) (network.Conn, error) {
	c, err := h.Host.Dial(ctx, to, local)
	if err == nil {
		h.open.add(c)
	}
	return c, err
}

// keptListener notes the connections that it accepts.
type keptListener struct {
	net.Listener
	open *opened
	once sync.Once
}

// Close closes the listener.
func (l *keptListener) Close() error {
	err := l.Listener.Close()
	l.once.Do(func() { l.open.count(-1) })
	return err
}

func (l *keptListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.open.add(c)
	}
	return c, err
}

// takePorts takes ports for the lesson's services: the well-known one and 7000,
// for which no rights are needed, or any other when a program has that already.
// Parties that share an address need one each.
func (s *hostStage) takePorts(wellKnown uint16) error {
	hosts := s.net.Hosts()
	if len(hosts) <= 2 || hosts[0].Addr() != hosts[1].Addr() {
		port, err := s.net.Reserve(wellKnown+7000, hosts...)
		s.ports = []uint16{port}
		return err
	}
	for i, h := range hosts {
		port, err := s.net.Reserve(wellKnown+7000+uint16(i), h)
		if err != nil {
			return err
		}
		s.ports = append(s.ports, port)
	}
	return nil
}

// needsPower says why a lesson that takes a server's power away cannot do so on the
// machine's own network.
type needsPower struct {
	lesson string
	error
}

func (n needsPower) Unwrap() error { return n.error }
func (n needsPower) Error() string { return n.Text("en") }

// Text returns the message in "ko", or in English.
func (n needsPower) Text(lang string) string {
	command := "statelab http demo " + n.lesson
	rights := []any{n.lesson, n.error, command, command, command}
	switch elsewhere := errors.Is(n.error, errors.ErrUnsupported); {
	case elsewhere && lang == "ko":
		return n.lesson + ": 도중에 서버의 전원을 끊는 레슨입니다. 운영체제의 TCP에 그렇게 할 수 있는 것은 Linux뿐이므로 --net virtual을 쓰십시오"
	case elsewhere:
		return "lesson " + n.lesson + " takes a server's power away, which of all systems' own TCP only Linux's lets a program do: use --net virtual"
	case lang == "ko":
		return fmt.Sprintf(`%s: 도중에 서버의 전원을 끊는 레슨입니다. FIN 없이 소켓을 잊게 하려면 CAP_NET_ADMIN 권한이 필요합니다: %v
해결: sudo %s --net host
또는 root 없이 자기만의 네트워크에서: unshare -Urn sh -c 'ip link set lo up && %s --net host'
또는 권한이 필요 없는 가상 네트워크에서: %s`, rights...)
	}
	return fmt.Sprintf(`lesson %s takes a server's power away: its sockets are forgotten without a FIN, which needs CAP_NET_ADMIN: %v
hint: sudo %s --net host
or without root, in a network of your own: unshare -Urn sh -c 'ip link set lo up && %s --net host'
or on the virtual network, which needs no rights: %s`, rights...)
}

// refuseNoPower is an error if a lesson needs what this machine's own network cannot do.
func refuseNoPower(l *httpdemo.Lesson, lang explain.Lang) error {
	if !l.Crashes {
		return nil
	}
	err := host.CanRestart()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errors.ErrUnsupported):
		return misuse{inLanguage(needsPower{l.Name, err}, lang)}
	}
	return inLanguage(needsPower{l.Name, err}, lang)
}

// lessonOnHost runs an HTTP lesson on the machine's own network.
func (f *lessonFlags) lessonOnHost(ctx context.Context, e *env, w io.Writer, v view, l httpdemo.Lesson) error {
	parties := l.Cast()
	return f.hostLesson(ctx, e, w, v, httpPort, parties, l.Title, l.Refutes, func(ctx context.Context, s *hostStage) error {
		environment := &httpdemo.Env{
			Now: s.net.Now, Sleep: mortal{s.net, ctx}.Sleep, Go: s.net.Go,
			Rand: seeded(f.seedNumber), Report: s.book.take,
		}
		for i, party := range parties {
			environment.Machines = append(environment.Machines, machineOn(s.keep(s.net.Host(party)), party, s.port(i), s.net.Host(party).Restart))
		}
		s.over = environment.Close
		if err := l.Run(ctx, environment); err != nil {
			return fmt.Errorf("lesson %s: %w", l.Name, err)
		}
		return nil
	})
}
