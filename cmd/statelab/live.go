package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/live"
	"statelab/capture/pcapfile"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/tcpdemo/network/host"
)

// liveFlags say what is watched of the real network, beside the program that
// runs on it.
type liveFlags struct {
	viewFlags
	capture, noSplit, remote bool
	// optional: what cannot be captured is told by states alone.
	optional bool
	// fresh leaves out connections that were there before.
	fresh bool
	// only, if not 0, is the port of the connection that is shown; others are
	// left out.
	only uint16
	// also are further ports whose frames are captured.
	also []uint16
	// last, if it is set, reports what is so when all frames have been seen.
	last func()
	// lesson is the title of the lesson that runs, if one does.
	lesson trace.Text
	// refutes are beliefs that what happens is to refute: what does so is told where
	// frames are captured.
	refutes []trace.Refutation
	// party, if it is set, knows whose an end of a connection is.
	party  func(netip.AddrPort) (trace.Participant, bool)
	filter filterFlag
	// to is where the output goes, if it is not where -o says.
	to           io.Writer
	iface, write string
}

func (f *liveFlags) register(c *cobra.Command) {
	f.viewFlags.register(c)
	fs := c.Flags()
	if !f.capture { // a command that always captures has no choice to offer, and no address
		fs.BoolVar(&f.capture, "capture", false, "capture real frames and draw the ladder (needs CAP_NET_RAW); -i, -w and --filter imply it")
		fs.BoolVar(&f.remote, "allow-remote", false, "permit addresses that are not on loopback")
	}
	fs.StringVarP(&f.iface, "interface", "i", "", "interface to capture on (default: the address's own)")
	f.filter.register(fs, "capture only the frames that pass, in tcpdump's language, e.g. 'host 10.0.0.1 and not port 22'")
	fs.BoolVar(&f.noSplit, "no-split", false, "leave offloaded frames as they came")
	fs.StringVarP(&f.write, "write", "w", "", "write the captured frames to a pcapng file, each explained; - is stdout, and the ladder goes to stderr")
}

// resolve reads all flags.
func (f *liveFlags) resolve(e *env) (view, error) {
	v, err := f.viewFlags.resolve(e)
	if err != nil {
		return v, err
	}
	f.capture = f.capture || f.write != "" || f.iface != "" || f.filter.expr != ""
	v.live = true
	v.aside = f.write == "-"
	return v, errors.Join(f.filter.resolve(v.lang), refuseBinary(e, f.write))
}

// watch runs a program on the machine's network and shows what happens, until
// the program ends or ctx does. The capture is drained before watch returns.
func (f *liveFlags) watch(ctx context.Context, e *env, v view, n *host.Network, port uint16, program func(context.Context) error) error {
	defer e.spare(serving)()
	if v.trace && f.write == "" {
		f.capture, f.write, v.out = true, v.out, "-"
	}
	// The recording outlives ctx, to see how the program ends.
	rec, err := n.Record(context.WithoutCancel(ctx), host.RecordOptions{
		Port: port, Filter: f.filter.live(f.iface, v.lang, append([]uint16{port}, f.also...)...), Interface: f.iface, NoCapture: !f.capture, NoSplit: f.noSplit,
		Memory: true, Fresh: f.fresh, NoCalls: !f.capture, Last: f.last,
	})
	if err != nil {
		return misuseOfInterface(err, v.lang)
	}
	defer rec.Close()
	if err := f.excuse(e, v.lang, rec); err != nil {
		return err
	}
	frames, finish, err := f.keep(e, v.lang, rec)
	if err != nil {
		return err
	}
	interrupted := ctx
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(interrupted, func() {
		if e.terminal { // it has put ^C where the next row begins
			fmt.Fprintln(e.stderr)
		}
		cancel()
	})()
	done := make(chan error, 1)
	go func() {
		done <- program(ctx)
		rec.Stop()
	}()
	info := n.Info()
	v.head(v.opts.Title, f.lesson, info.Name+" · "+info.Stack)
	events := f.ours(finish.note(analyze.Options{Party: f.party}.Run(frames, rec.Observations())))
	if len(f.refutes) > 0 && rec.CaptureErr() == nil {
		v.opts.Beliefs = make([]render.Belief, len(f.refutes))
		events = refuting(v.lang, events, f.refutes, v.opts.Beliefs)
	}
	if port == 0 { // the whole machine: a thousand sockets may lie in TIME-WAIT that nobody asked for
		events = passing(events)
	}
	draw := v.format.Render
	if v.page && !f.capture {
		draw = render.Lives
	}
	if f.to != nil {
		err = draw(f.to, events, v.opts)
	} else {
		err = v.output(e, func(w io.Writer) error { return draw(w, events, v.opts) })
	}
	cancel() // nobody reads any more: the program is to end too
	return errors.Join(err, <-done, finish.close())
}

// settling is how long what is still on its way when a program ends is waited
// for: Linux delays an ACK by 40 ms, also that of a FIN.
const settling = 100 * time.Millisecond

// serve listens on an address and watches a server at work. The title says
// what it is: "tcp serve", and with it goes the address that it has. That it
// listens is said when it is being watched as well.
func (f *liveFlags) serve(ctx context.Context, e *env, v view, addr netip.AddrPort, program func(context.Context, *host.Network, net.Listener) error) error {
	n, err := host.New(host.Options{AllowRemote: f.remote, Server: addr.Addr(), Client: loopbackLike(addr.Addr(), f.remote)})
	if err != nil {
		return hintRemote(inLanguage(err, v.lang))
	}
	l, err := n.Server().Listen(addr.Port(), 0)
	if err != nil {
		return errors.Join(inLanguage(hintPort(err), v.lang), n.Close())
	}
	port := l.Addr().(*net.TCPAddr).AddrPort().Port()
	v.opts.Title += " " + l.Addr().String()
	err = f.watch(ctx, e, v, n, port, func(ctx context.Context) error {
		fmt.Fprintln(e.stderr, "statelab: "+v.lang.Of(trace.Text{
			En: "listening on " + l.Addr().String(),
			Ko: l.Addr().String() + "에서 연결을 기다립니다",
		}))
		err := program(ctx, n, l)
		n.Sleep(settling)
		return err
	})
	_ = l.Close() // the program has closed it, unless it never came to run
	return errors.Join(err, n.Close())
}

func hintRemote(err error) error {
	var r *host.RemoteError
	if errors.As(err, &r) {
		return misuse{fmt.Errorf("%w\nhint: --allow-remote permits it", err)}
	}
	return err
}

func hintPort(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return &portError{err, trace.Text{
			En: "another program has the port; see which with: ss -ltnp, or take another",
			Ko: "다른 프로그램이 이 포트를 쓰고 있습니다. ss -ltnp로 확인하거나 다른 포트를 쓰십시오",
		}}
	case errors.Is(err, syscall.EACCES):
		return &portError{err, trace.Text{
			En: "ports below 1024 need rights; take one above",
			Ko: "1024보다 작은 포트는 권한이 있어야 쓸 수 있습니다. 더 큰 포트를 쓰십시오",
		}}
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return &portError{err, trace.Text{
			En: "this machine does not have the address; see those that it has with: ip address",
			Ko: "이 컴퓨터에 없는 주소입니다. 있는 주소는 ip address로 확인하십시오",
		}}
	}
	return err
}

// portError says why a port cannot be listened on, and what to do.
type portError struct {
	error
	hint trace.Text
}

func (e *portError) Error() string { return e.Text("en") }

// Text returns the message in "ko", or in English.
func (e *portError) Text(lang string) string {
	if lang == "ko" {
		return e.error.Error() + "\n해결: " + e.hint.Ko
	}
	return e.error.Error() + "\nhint: " + e.hint.En
}

func (e *portError) Unwrap() error { return e.error }

// ours leaves out what other connections do.
func (f *liveFlags) ours(events render.Events) render.Events {
	if f.only == 0 {
		return events
	}
	return func(yield func(trace.Event, error) bool) {
		for ev, err := range events {
			ends := ev.From.Addr.IsValid() || ev.To.Addr.IsValid()
			if err == nil && ends && ev.From.Addr.Port() != f.only && ev.To.Addr.Port() != f.only {
				continue
			}
			if !yield(ev, err) {
				return
			}
		}
	}
}

// excuse says what cannot be seen. Frames that were asked for and cannot be had
// are an error; states that the system does not tell are not.
func (f *liveFlags) excuse(e *env, lang explain.Lang, rec *host.Recorder) error {
	if err := rec.CaptureErr(); err != nil {
		if !f.optional || f.write != "" {
			return inLanguage(err, lang)
		}
		fmt.Fprintln(e.stderr, "statelab: "+inLanguage(err, lang).Error())
	}
	if err := rec.StatesErr(); err != nil {
		fmt.Fprintln(e.stderr, "statelab: "+inLanguage(err, lang).Error())
	}
	return nil
}

// bilingual is an error that can say what it says in two languages.
type bilingual interface{ Text(lang string) string }

// inLanguage gives an error its text in the language asked for.
func inLanguage(err error, lang explain.Lang) error {
	var b bilingual
	if lang == explain.English || !errors.As(err, &b) {
		return err
	}
	return translated{err, b.Text(lang.String())}
}

type translated struct {
	error
	text string
}

func (t translated) Error() string { return t.text }
func (t translated) Unwrap() error { return t.error }

func misuseOfInterface(err error, lang explain.Lang) error {
	var i *live.InterfaceError
	if errors.As(err, &i) {
		return misuse{inLanguage(err, lang)}
	}
	return err
}

// keep makes the source that also writes what passes.
func (f *liveFlags) keep(e *env, lang explain.Lang, rec *host.Recorder) (capture.Source, *keeper, error) {
	if f.write == "" {
		return rec.Frames(), &keeper{}, nil
	}
	out, err := createPrivate(e, f.write)
	if err != nil {
		return nil, nil, err
	}
	link, _ := rec.Link()
	k, err := newKeeper(out, lang, pcapfile.WriterOptions{Link: link, Interface: f.iface})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.write, err)
	}
	return k.frames(rec.Frames()), k, nil
}

// parseListen reads the address of a server: a port alone means loopback.
func parseListen(s string) (netip.AddrPort, error) {
	if len(s) > 0 && s[0] == ':' {
		s = "127.0.0.1" + s
	}
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return a, misusef("address %q: an IP address with a port from 0 to 65535, such as 127.0.0.1:7007 or [::1]:7007", s)
	}
	return a, nil
}
