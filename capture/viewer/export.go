package viewer

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// askExport asks for a file's name and for a format.
func (m *Model) askExport(x Export) {
	formats := formatsOf(x.View)
	i := 0
	for k, f := range formats {
		if f.Name == x.Format {
			i = k
		}
	}
	base := strings.TrimSuffix(filepath.Base(m.trace.Name), filepath.Ext(m.trace.Name))
	base = strings.Map(func(r rune) rune {
		if r == ' ' || !trace.SafeRune(r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(base, "_"))
	if base == "" || base == "-" || base == "." {
		base = "trace"
	}
	if len(x.Streams) == 1 {
		base += fmt.Sprintf("-%d", x.Streams[0])
	}
	if x.From > 0 {
		base += fmt.Sprintf("-frame%d", x.From)
	}
	p := &prompt{asking: askExport, label: wordSaveAs}
	named := func() { p.set(base + formats[i].Extension) }
	named()
	own := false // the reader has typed a name
	p.edited = func(*prompt) { own = true }
	p.tab = func(_ *prompt, d int) {
		i = (i + d + len(formats)) % len(formats)
		if !own {
			named()
		}
	}
	p.above = func(m *Model, _ *prompt) []string { return m.formatLines(formats, i) }
	p.done = func(m *Model, name string) tea.Cmd {
		if name == "" {
			return nil
		}
		x.File, x.Format = name, formats[i].Name
		return m.save(x)
	}
	m.prompt = p
}

// formatsOf are the formats that a view can be written in, a trace's own last.
func formatsOf(view string) []render.Format {
	v, _ := render.ViewNamed(view)
	out := append([]render.Format{}, v.Formats...)
	for _, f := range render.Formats {
		own := slices.ContainsFunc(v.Formats, func(o render.Format) bool { return o.Name == f.Name })
		if f.Whole && !own {
			out = append(out, f)
		}
	}
	return append(out, render.Format{
		Name: "pcapng", Extension: ".pcapng", About: wordPcapng,
	})
}

// formatLines name the formats, one of them chosen.
func (m *Model) formatLines(formats []render.Format, chosen int) []string {
	l := m.look
	line := " " + l.of(wordFormat)
	for i, f := range formats {
		switch {
		case i == chosen && l.color:
			line += " " + l.paint(render.Chosen, f.Name)
		case i == chosen:
			line += " [" + f.Name + "]"
		default:
			line += " " + l.paint(render.Faint, f.Name)
		}
	}
	return []string{line, " " + l.paint(render.Faint, l.fit(l.of(formats[chosen].About), m.w-2))}
}

// save writes a file, and asks before one is lost.
func (m *Model) save(x Export) tea.Cmd {
	if m.trace.Export == nil {
		return nil
	}
	j := &job{what: wordWriting}
	x.Options.Lang, x.Options.ASCII = m.look.lang, m.look.ascii
	return m.begin(j, func(r *Reading) tea.Msg {
		x.Reading = r
		err := m.trace.Export(x)
		return arrived{j, func() tea.Cmd {
			switch {
			case errors.Is(err, fs.ErrExist) && !x.Overwrite:
				m.askOverwrite(x)
				return nil
			case errors.Is(err, ErrPartial):
				return m.fail(m.look.f(wordSavedPart, trace.Escape(x.File)))
			case err != nil:
				return m.fail(trace.Escape(err.Error()))
			}
			return m.say(m.look.f(wordSaved, trace.Escape(x.File)))
		}}
	})
}

func (m *Model) askOverwrite(x Export) {
	m.prompt = &prompt{asking: askOverwrite, label: trace.Text{
		En: fmt.Sprintf(wordOverwrite.En, trace.Escape(x.File)), Ko: fmt.Sprintf(wordOverwrite.Ko, trace.Escape(x.File)),
	}, key: func(m *Model, key string) tea.Cmd {
		m.prompt = nil
		if key = jamo.Replace(key); key != "y" && key != "Y" {
			return m.say(m.look.of(wordNotSaved))
		}
		x.Overwrite = true
		return m.save(x)
	}}
}
