package render_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/render"
)

// sawtooth climbs from 10 to 40 and falls to 20, over and over.
func sawtooth() render.Series {
	s := render.Series{Name: "cwnd, client (RENO)"}
	y := 10.0
	for i := range 200 {
		s.Points = append(s.Points, render.Point{X: float64(i) / 50, Y: y})
		if y++; y > 40 {
			y = 20
		}
	}
	return s
}

func plateau() render.Series {
	return render.Series{Name: "cwnd, server (CUBIC)", Points: []render.Point{{0, 10}, {0.5, 35}, {1, 25}, {3.5, 25}}}
}

func TestPlotGolden(t *testing.T) {
	t.Parallel()
	english := render.PlotOptions{Title: "Congestion window", X: "seconds", Y: "segments"}
	korean := render.PlotOptions{Lang: explain.Korean, Title: "혼잡 윈도우", X: "시간(초)", Y: "세그먼트", Width: 100, Height: 12, Dark: true}
	ascii := english
	ascii.ASCII = true
	for _, c := range []struct {
		name string
		draw func(io.Writer, render.PlotOptions, ...render.Series) error
		o    render.PlotOptions
	}{
		{"en.txt", render.Plot, english},
		{"ko.txt", render.Plot, korean},
		{"ascii.txt", render.Plot, ascii},
		{"en.svg", render.PlotSVG, english},
		{"ko.svg", render.PlotSVG, korean},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if err := c.draw(&got, c.o, sawtooth(), plateau()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "plot", c.name)
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			compare(t, path, got.Bytes())
		})
	}
}

// hostileSeries are series that no lesson makes, but a trace might.
var hostileSeries = map[string][]render.Series{
	"none":         nil,
	"empty":        {{Name: "empty"}},
	"not finite":   {{Name: "x", Points: []render.Point{{math.NaN(), 1}, {1, math.Inf(1)}, {math.Inf(-1), 2}}}},
	"one point":    {{Name: "x", Points: []render.Point{{5, 5}}}},
	"all zero":     {{Name: "x", Points: []render.Point{{0, 0}, {0, 0}}}},
	"negative":     {{Name: "x", Points: []render.Point{{-5, -100}, {5, 100}}}},
	"huge":         {{Name: "x", Points: []render.Point{{0, 1e300}, {1, 1e14}, {2, -1e14}}}},
	"tiny":         {{Name: "x", Points: []render.Point{{0, 1e-12}, {1e-9, 2e-12}}}},
	"not in order": {{Name: "x", Points: []render.Point{{9, 1}, {1, 9}, {5, 5}}}},
	"escapes":      {{Name: "\x1b[31mred\x1b[0m\n<script>&\x00" + strings.Repeat("긴 이름 ", 60), Points: []render.Point{{0, 1}, {1, 2}}}},
}

// Whatever comes, lines keep their width, no control byte gets out, and the
// picture is well-formed.
func TestPlotHostile(t *testing.T) {
	t.Parallel()
	for name, series := range hostileSeries {
		for _, ascii := range []bool{false, true} {
			for _, height := range []int{-3, 0, 1, 1000} {
				o := render.PlotOptions{ASCII: ascii, Height: height, Width: 80, Title: "\x1b]0;title\x07", X: "x\r", Y: "y\x1b[2J"}
				var text bytes.Buffer
				if err := render.Plot(&text, o, series...); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for line := range strings.Lines(text.String()) {
					line = strings.TrimSuffix(line, "\n")
					if w := ansi.StringWidth(line); w > 80 {
						t.Errorf("%s: a line of %d cells: %q", name, w, line)
					}
					if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
						t.Errorf("%s: a control character in %q", name, line)
					}
				}
			}
		}
		var picture bytes.Buffer
		if err := render.PlotSVG(&picture, render.PlotOptions{Title: "<&\x1b", X: "\x00"}, series...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if strings.Contains(picture.String(), "NaN") || strings.Contains(picture.String(), "Inf") {
			t.Errorf("%s: a number that is none in the picture", name)
		}
		for d := xml.NewDecoder(&picture); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// broken refuses what is written to it.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestPlotWriterFails(t *testing.T) {
	t.Parallel()
	for _, draw := range []func(io.Writer, render.PlotOptions, ...render.Series) error{render.Plot, render.PlotSVG} {
		if err := draw(broken{}, render.PlotOptions{}, sawtooth()); !errors.Is(err, errBroken) {
			t.Errorf("%v, want %v", err, errBroken)
		}
	}
}

func ExamplePlot() {
	var out bytes.Buffer
	steps := render.Series{Name: "cwnd", Points: []render.Point{{X: 0, Y: 10}, {X: 1, Y: 20}, {X: 2, Y: 5}, {X: 4, Y: 5}}}
	if err := render.Plot(&out, render.PlotOptions{ASCII: true, Width: 72, Height: 4, X: "seconds", Y: "segments"}, steps); err != nil {
		fmt.Println(err)
	}
	first, _, _ := strings.Cut(out.String(), "\n")
	fmt.Println(first)
	// Output: cwnd  (segments)
}
