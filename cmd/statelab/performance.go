package main

import (
	"fmt"
	"io"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/explain"
	"statelab/capture/pcapfile"
	"statelab/capture/render"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// performance is a lesson that has run: what its network saw and reported.
type performance struct {
	title, network string
	// lesson is the lesson's own title, which a picture is headed by.
	lesson    trace.Text
	bent      bent
	recording *network.Recording
	roles     map[netip.Addr]trace.Participant
	lanes     []trace.Participant
	vantages  []string // of its taps, in the lanes' order
	// refutes are the beliefs that the lesson refutes.
	refutes []trace.Refutation
	// curves are plotted under the ladder; fold keeps the ladder short.
	curves *render.Curves
	fold   bool
	// bodies is how much of HTTP bodies the output shows: see render.Format.
	bodies int
}

// leaveOut takes a party off the timeline that did nothing and that no frame
// reached: it has no lane. It reports whether it did so.
func (p *performance) leaveOut(party trace.Participant) bool {
	r := p.recording
	ours := func(o trace.Observation) bool { return unaddressed(o.Party) == unaddressed(party) }
	idle := func(o trace.Observation) bool {
		return ours(o) && o.Kind == trace.ObservedMemory && len(o.Memory.Entries) == 0
	}
	for _, f := range r.Frames {
		if f.Vantage == party.Name() {
			return false
		}
	}
	for _, o := range r.Observations {
		if ours(o) && !idle(o) {
			return false
		}
	}
	r.Observations = slices.DeleteFunc(r.Observations, idle)
	return true
}

// events tells the performance, with frames numbered for one vantage point.
func (p *performance) events(vantage string) render.Events {
	p.recording.Number(vantage)
	o := analyze.Options{Roles: p.roles, Exact: true, VerifyChecksums: true, Bodies: max(p.bodies, 0), Vantage: vantage}
	return o.Run(frames(p.recording.Frames), observations(p.recording.Observations))
}

func frames(all []capture.Frame) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for _, f := range all {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func observations(all []trace.Observation) iter.Seq[trace.Observation] {
	return func(yield func(trace.Observation) bool) {
		for _, o := range all {
			if !yield(o) {
				return
			}
		}
	}
}

// show writes the performance as the view says.
func (p *performance) show(w io.Writer, v view) error {
	v.opts.Lanes, v.opts.Tap = p.lanes, vantageClient
	v.head(p.title, p.lesson, p.network)
	p.bodies = v.format.Bodies
	if v.format.Frames {
		v.opts.Frame = frameOf(p.recording.At(vantageClient))
	}
	if v.format.Bilingual {
		other, err := p.inOther(v.lang)
		if err != nil {
			return err
		}
		v.opts.Other = other
	}
	if !v.page {
		if v.format.Bilingual {
			v.opts.Title = v.lang.Of(p.headline())
		} else if len(p.bent.steps) > 0 { // a picture's title has one line
			v.opts.Network = v.lang.Of(bentMark) + " · " + v.opts.Network
		}
	}
	beliefs, err := p.beliefs(v.lang)
	if err != nil {
		return err
	}
	v.opts.Beliefs = beliefs
	v.opts.Fold, v.opts.Curves = p.fold, p.curves
	return v.format.Render(w, p.events(vantageClient), v.opts)
}

// head says what is shown, and where it comes from. A page has the lesson's title
// above the ladder; every other output is headed by it.
func (v *view) head(title string, lesson trace.Text, network string) {
	v.opts.Title, v.opts.Network = title, network
	if !v.page && lesson != (trace.Text{}) {
		v.opts.Title, v.opts.Network = v.lang.Of(lesson), "statelab "+title+" · "+network
	}
}

// bentMark says beside a title that the lesson took another course.
var bentMark = trace.Text{En: "changed by your rule", Ko: "규칙이 결과를 바꿈"}

// headline is the lesson's own title; where rules of the user's have changed
// what happened, it says so.
func (p *performance) headline() trace.Text {
	if len(p.bent.steps) == 0 {
		return p.lesson
	}
	return trace.Text{En: p.lesson.En + " (" + bentMark.En + ")", Ko: p.lesson.Ko + " (" + bentMark.Ko + ")"}
}

// inOther is what a document that holds both languages says in the other one.
func (p *performance) inOther(lang explain.Lang) (*render.Options, error) {
	other := explain.Korean
	if lang == other {
		other = explain.English
	}
	beliefs, err := p.beliefs(other)
	if err != nil {
		return nil, err
	}
	return &render.Options{Lang: other, Title: other.Of(p.headline()), Beliefs: beliefs}, nil
}

// The vantage points of a lesson's taps.
const (
	vantageClient = "client"
	vantageServer = "server"
	vantageBoth   = "both" // a file each: one never mixes vantage points
)

// writeTraces writes what -w and --at ask for.
func (p *performance) writeTraces(e *env, f *lessonFlags, lang explain.Lang) error {
	if f.write == "" {
		return nil
	}
	if f.at != vantageBoth {
		return p.writeTrace(e, f.write, f.at, lang)
	}
	base := strings.TrimSuffix(f.write, ".pcapng")
	for _, at := range p.vantages {
		if err := p.writeTrace(e, base+"."+strings.ReplaceAll(at, " ", "-")+".pcapng", at, lang); err != nil {
			return err
		}
	}
	return nil
}

// writeTrace writes one tap's frames, each with its explanation as comment.
func (p *performance) writeTrace(e *env, name, vantage string, lang explain.Lang) error {
	out, err := create(e, name)
	if err != nil {
		return err
	}
	told := func() render.Events { return p.events(vantage) }
	if err := render.Annotated(out, p.recording.At(vantage), told, lang, pcapfile.WriterOptions{
		Link: capture.LinkEthernet, Interface: vantage, Comment: p.title + "\n" + p.network,
	}); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := out.Close(); err != nil {
		return err
	}
	if name != "-" {
		fmt.Fprintln(e.stderr, explain.Label(lang, "word.wrote")+" "+name)
	}
	return nil
}

// idle returns those of the user's rules that found nothing to act on. A rule
// that shapes all traffic, or leaves it to chance, says nothing by that.
func (p *performance) idle(rules []network.Rule) []network.Rule {
	acted := map[string]bool{}
	for _, o := range p.recording.Observations {
		if o.Kind == trace.ObservedVerdict {
			acted[o.Verdict.Rule] = true
		}
	}
	var out []network.Rule
	for _, r := range rules {
		switch r.Verb {
		case network.VerbDelay, network.VerbRate, network.VerbLoss, network.VerbMTU:
		default:
			if !acted[r.Text] {
				out = append(out, r)
			}
		}
	}
	return out
}
