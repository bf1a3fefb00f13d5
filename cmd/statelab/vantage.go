package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"time"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/trace"
	"statelab/capture/vantage"
)

// twoCaptures are two traces of the same traffic, one from each host.
type twoCaptures struct {
	names [2]string
	files [2]io.ReadSeeker
	f     *inspectFlags
	e     *env
	lang  explain.Lang
	c     *vantage.Comparison
}

// checkVantage refuses what --vantage cannot do.
func (f *inspectFlags) checkVantage(args []string, v *view) error {
	switch {
	case len(args) != 2:
		return misusef("--vantage compares two captures, one from each host; there are %d\nhint: statelab inspect --vantage client.pcapng server.pcapng", len(args))
	case v.trace:
		return misusef("--vantage and --format pcapng: one trace never mixes two vantage points; choose text, svg, html, json or events")
	case args[0] == "-" && args[1] == "-":
		return misusef("--vantage: only one of the captures can come from stdin")
	}
	return nil
}

// vantage shows two captures of the same traffic on one ladder.
func (f *inspectFlags) vantage(e *env, w io.Writer, v view, names []string) error {
	t := &twoCaptures{names: [2]string{names[0], names[1]}, f: f, e: e, lang: v.lang}
	for i, name := range names {
		in, done, err := t.open(name)
		if err != nil {
			return err
		}
		defer done()
		t.files[i] = in
	}
	a, b, err := t.sources(&env{stderr: io.Discard})
	if err != nil {
		return err
	}
	var damage error
	t.c, damage = vantage.Compare(a, b)
	if t.c == nil {
		err := fmt.Errorf("%s, %s: %w", names[0], names[1], damage)
		if errors.Is(damage, vantage.ErrNothingShared) {
			err = fmt.Errorf("%w\nhint: give one capture from each of two hosts, of the same traffic; what stays within one host crosses no wire", err)
		}
		return err
	}
	client, server := names[0], names[1]
	if t.c.Swapped {
		client, server = server, client
	}
	if v.opts.Title == "" {
		v.opts.Title = "inspect --vantage " + client + " " + server + f.filter.String()
	}
	v.opts.File, v.opts.Between, v.opts.ByStream = client, f.between(), true
	v.opts.Delays, v.opts.DelayError = t.c.Clock.Bounded, t.c.Clock.Error
	if f.expression != nil {
		if err := t.choose(&v); err != nil {
			return err
		}
	}
	var last lastFrame
	o, chosen := f.options(v), f.selects(v.opts.Streams)
	o.Kinds = chosen.kinds(o.Kinds)
	events, err := t.events(e, o, func(src capture.Source) capture.Source {
		if !v.format.Frames {
			return src
		}
		v.opts.Frame = last.find
		return last.frames(src)
	})
	if err != nil {
		return err
	}
	err = v.format.Render(w, f.extracted(client, v.opts.Streams, f.only(v, chosen.events(events))), v.opts)
	if err == nil {
		chosen.tell(v, e, client+", "+server)
	}
	return err
}

// open opens a capture, which is read more than once.
func (t *twoCaptures) open(name string) (io.ReadSeeker, func(), error) {
	if name == "-" {
		return rereadable(t.e.stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	in, done, err := rereadable(file)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return in, func() { done(); _ = file.Close() }, nil
}

// sources reads both captures from their start.
func (t *twoCaptures) sources(e *env) (first, second capture.Source, err error) {
	var all [2]capture.Source
	for i, in := range t.files {
		if _, err := in.Seek(0, io.SeekStart); err != nil {
			return nil, nil, err
		}
		r, err := pcapfile.NewReader(in)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", t.names[i], err)
		}
		all[i] = named(t.names[i], t.f.filter.frames(e, r.Frames(), t.lang))
	}
	return all[0], all[1], nil
}

// named says in which of the captures an error lies.
func named(name string, src capture.Source) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for f, err := range src {
			if err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// events analyses both captures as one. Its frames pass through.
func (t *twoCaptures) events(e *env, o analyze.Options, through func(capture.Source) capture.Source) (iter.Seq2[trace.Event, error], error) {
	a, b, err := t.sources(e)
	if err != nil {
		return nil, err
	}
	return o.Run(through(t.c.Frames(a, b)), t.observations()), nil
}

// choose finds the connections of which --where holds.
func (t *twoCaptures) choose(v *view) error {
	events, err := t.events(&env{stderr: io.Discard}, analyze.Options{VerifyChecksums: true}, func(src capture.Source) capture.Source { return src })
	if err != nil {
		return err
	}
	v.opts.Streams, err = t.f.chosenOf(events)
	if err == nil && len(v.opts.Streams) == 0 {
		v.opts.Streams = []int{noStream}
		fmt.Fprintln(t.e.stderr, "statelab: "+v.lang.Of(trace.Text{
			En: "no connection in the two captures fits --where", Ko: "두 캡처에 --where에 맞는 연결이 없습니다",
		}))
	}
	return err
}

// observations are a note on the clocks, and then what is said of single frames.
func (t *twoCaptures) observations() iter.Seq[trace.Observation] {
	return func(yield func(trace.Observation) bool) {
		if !yield(trace.Observation{Kind: trace.ObservedNote, At: t.c.Begin(), Note: &trace.Note{Text: comparisonText(t.c)}}) {
			return
		}
		for o := range t.c.Observations() {
			if !yield(o) {
				return
			}
		}
	}
}

// comparisonText says how the clocks ran, and what became of the frames.
func comparisonText(c *vantage.Comparison) trace.Text {
	errorText, offset := span(c.Clock.Error), span(c.Clock.Offset.Abs())
	clock := trace.Text{En: "is " + offset + " ahead of", Ko: "클라이언트보다 " + offset + " 빠르고"}
	switch {
	case c.Clock.Offset == 0:
		clock = trace.Text{En: "agrees with", Ko: "클라이언트와 같고"}
	case c.Clock.Offset < 0:
		clock = trace.Text{En: "is " + offset + " behind", Ko: "클라이언트보다 " + offset + " 느리고"}
	}
	drift := strconv.FormatFloat(c.Clock.Drift*1e6, 'f', 1, 64)
	driftError := strconv.FormatFloat(c.Clock.DriftError*1e6, 'f', 1, 64)
	both := func(n [2]int) int { return n[0] + n[1] }
	t := trace.Text{
		En: fmt.Sprintf("Two captures: the server's clock %s the client's, ±%s, and drifts by %s ppm, ±%s. Times are the client's. %d frames are in both; lost on the way: %d from the client, %d from the server.",
			clock.En, errorText, drift, driftError, c.Shared, c.Lost[vantage.Client], c.Lost[vantage.Server]),
		Ko: fmt.Sprintf("두 캡처: 서버의 시계는 %s(±%s), 드리프트는 %s ppm(±%s)입니다. 시각은 클라이언트의 것입니다. 양쪽에 있는 프레임 %d개, 중간에 손실된 프레임은 클라이언트발 %d개, 서버발 %d개입니다.",
			clock.Ko, errorText, drift, driftError, c.Shared, c.Lost[vantage.Client], c.Lost[vantage.Server]),
	}
	add := func(n int, en, ko string) {
		if n > 0 {
			t.En += fmt.Sprintf(" "+en, n)
			t.Ko += fmt.Sprintf(" "+ko, n)
		}
	}
	add(both(c.Outside), "%d are in one capture alone, beyond the other's span.", "한쪽 캡처에만 있고 다른 캡처의 기간 밖인 프레임은 %d개입니다.")
	add(both(c.Unseen), "%d arrived, as acknowledgments show, and the capture there missed them.", "ACK로 보아 도착했지만 그쪽 캡처가 놓친 프레임은 %d개입니다.")
	add(both(c.Doubtful), "Of %d it is not known whether they were lost: the capture there missed frames.", "그쪽 캡처가 놓친 프레임이 있어 손실 여부를 알 수 없는 프레임은 %d개입니다.")
	add(both(c.Unsent), "%d arrived and were not seen to leave.", "나간 기록 없이 도착한 프레임은 %d개입니다.")
	add(both(c.Recut), "%d crossed in other cuts (offload) and are not paired.", "다르게 잘려(오프로드) 짝짓지 못한 프레임은 %d개입니다.")
	add(both(c.Alone), "%d are not between these two hosts.", "이 두 호스트 사이가 아닌 프레임은 %d개입니다.")
	for h, name := range [2]trace.Text{{En: "client", Ko: "클라이언트"}, {En: "server", Ko: "서버"}} {
		if host := vantage.Host(h); c.Unsent[host] > 0 && c.Lost[host.Far()] > 0 {
			t.En += " The " + name.En + "'s capture may have missed frames: what is called lost on the way there may have arrived."
			t.Ko += " " + name.Ko + " 쪽 캡처가 프레임을 놓쳤을 수 있습니다. 그쪽으로 가다 손실되었다고 한 것도 도착했을 수 있습니다."
		}
	}
	switch {
	case !c.Clock.Bounded:
		t.En += " Frames went one way only: nothing bounds the clocks, and the offset holds a delay."
		t.Ko += " 프레임이 한 방향으로만 오가 시계의 오차를 가둘 수 없으며, 차이에는 지연이 들어 있습니다."
	case !c.Clock.Straight:
		t.En += " No straight line fits the clocks: one was set while the captures ran."
		t.Ko += " 두 시계가 직선으로 맞지 않습니다. 캡처하는 동안 한쪽 시계가 조정되었습니다."
	}
	return t
}

// span writes a time as people do, to the microsecond.
func span(d time.Duration) string {
	if d < 10*time.Microsecond && d > -10*time.Microsecond {
		return d.String()
	}
	return d.Round(time.Microsecond).String()
}
