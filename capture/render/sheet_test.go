package render_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/render"
	"statelab/capture/render/rendertest"
	"statelab/capture/trace"
)

// everyRow is enough for any timeline of the tests.
const everyRow = 1 << 20

// A sheet's lines, one after another, are what Text writes: on a screen stands
// what an output holds.
func TestSheetIsText(t *testing.T) {
	t.Parallel()
	for _, tr := range rendertest.Corpus() {
		for _, o := range rendertest.Variants() {
			o.Lanes, o.NoTables = tr.Lanes, true
			if o.Width != 0 && o.Width < render.MinWidth {
				continue // a sheet is as narrow as it is asked to be
			}
			var want bytes.Buffer
			if err := render.Text(&want, tr.Events(), o); err != nil {
				t.Fatal(err)
			}
			s, err := render.ReadSheet(tr.Events(), o, render.Part{Most: everyRow})
			if err != nil {
				t.Fatal(err)
			}
			text := s.Text(o)
			// A sheet knows beforehand what else will share a lane.
			head := len(text.Head())
			lines := strings.Split(want.String(), "\n")[:head]
			// The order in which rows are drawn does not matter.
			drawn := make([][]string, s.Len())
			for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(s.Len()) {
				if drawn[i] = text.Row(i); len(drawn[i]) == 0 {
					t.Errorf("%s: row %d has no line", tr.Name, i)
				}
			}
			for _, d := range drawn {
				lines = append(lines, d...)
			}
			lines = append(lines, text.Foot()...)
			if got := strings.Join(lines, "\n") + "\n"; got != want.String() {
				t.Errorf("%s, %+v:\n%s\nwant\n%s", tr.Name, o, got, want.String())
			}
		}
	}
}

// Parts of a timeline, one after another, show what the whole does.
func TestSheetInParts(t *testing.T) {
	t.Parallel()
	const part = 7
	for _, tr := range rendertest.Corpus() {
		o := render.Options{Lanes: tr.Lanes, Color: true}
		whole, err := render.ReadSheet(tr.Events(), o, render.Part{Most: everyRow})
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for more := true; more; {
			s, err := render.ReadSheet(tr.Events(), o, render.Part{Row: seen, Most: part})
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.Len() {
				a, b := s.Row(i), whole.Row(seen+i)
				if a.Kind != b.Kind || a.Frame != b.Frame || a.At != b.At {
					t.Fatalf("%s: row %d is %v of frame %d, want %v of %d", tr.Name, seen+i, a.Kind, a.Frame, b.Kind, b.Frame)
				}
				for j, st := range s.States(i) {
					if want := whole.States(seen + i)[j]; st.State != want.State {
						t.Errorf("%s: row %d: %v, want %v", tr.Name, seen+i, st, want)
					}
				}
				if x, y := s.Why(i, explain.Korean), whole.Why(seen+i, explain.Korean); len(x) != len(y) {
					t.Errorf("%s: row %d: %v, want %v", tr.Name, seen+i, x, y)
				}
			}
			if more = s.More(); more && s.Len() != part {
				t.Fatalf("%s: %d rows, and more", tr.Name, s.Len())
			}
			seen += s.Len()
		}
		if seen != whole.Len() {
			t.Errorf("%s: %d rows in parts, %d as a whole", tr.Name, seen, whole.Len())
		}
	}
}

// A part may begin with a frame: what stands before it is counted.
func TestSheetFromFrame(t *testing.T) {
	t.Parallel()
	tr := rendertest.Corpus()[0]
	whole, err := render.ReadSheet(tr.Events(), render.Options{}, render.Part{Most: everyRow})
	if err != nil {
		t.Fatal(err)
	}
	last := whole.Row(whole.Len() - 1).Frame
	for i := range whole.Len() {
		last = max(last, whole.Row(i).Frame)
	}
	s, err := render.ReadSheet(tr.Events(), render.Options{}, render.Part{Frame: last, Most: everyRow})
	if err != nil || s.Len() == 0 || s.Row(0).Frame != last {
		t.Fatalf("%d rows, %v", s.Len(), err)
	}
	if got := whole.Row(s.Before()); got.Frame != last || got.Kind != s.Row(0).Kind || s.Before()+s.Len() != whole.Len() {
		t.Errorf("%d rows before frame %d, and %d from it on, of %d", s.Before(), last, s.Len(), whole.Len())
	}
}

// The time that a row of one connection shows is the one that cuts it out.
func TestSheetCutByItsTimes(t *testing.T) {
	t.Parallel()
	cuts := 0
	for _, tr := range rendertest.Corpus() {
		o := render.Options{Streams: []int{1}}
		whole, err := render.ReadSheet(tr.Events(), o, render.Part{Most: everyRow})
		if err != nil {
			t.Fatal(err)
		}
		for i := range whole.Len() {
			row := whole.Row(i)
			if row.Frame == 0 || row.Stream != 1 || row.Since == 0 {
				continue
			}
			at := render.Bound{Set: true, Since: row.Since}
			o.Between = &render.Between{From: at, To: at}
			s, err := render.ReadSheet(tr.Events(), o, render.Part{Most: everyRow})
			if err != nil || s.Len() == 0 || s.Row(0).Since != row.Since {
				t.Fatalf("%s: %d rows at %v, %v", tr.Name, s.Len(), row.Since, err)
			}
			cuts++
		}
	}
	if cuts == 0 {
		t.Fatal("no trace has a second connection")
	}
}

// What could be read before an error is there.
func TestSheetOfDamage(t *testing.T) {
	t.Parallel()
	damage := errors.New("cut off")
	tr := rendertest.Corpus()[0]
	s, err := render.ReadSheet(tr.Until(20, damage), render.Options{}, render.Part{Most: everyRow})
	if !errors.Is(err, damage) || s.Len() == 0 {
		t.Errorf("%d rows, %v", s.Len(), err)
	}
	empty, err := render.ReadSheet(func(func(trace.Event, error) bool) {}, render.Options{}, render.Part{Most: everyRow})
	if err != nil || empty.Len() != 0 || empty.More() {
		t.Errorf("of nothing: %d rows, %v", empty.Len(), err)
	}
	empty.Text(render.Options{}).Head()
}

// Each clock keeps to its columns.
func TestClocks(t *testing.T) {
	t.Parallel()
	tr := rendertest.Corpus()[0]
	s, err := render.ReadSheet(tr.Events(), render.Options{}, render.Part{Most: everyRow})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for c := range render.Clock(render.Clocks) {
		text := s.Text(render.Options{Clock: c})
		said[text.Head()[1]] = true
		for i := range s.Len() {
			if s.Row(i).Kind != ladder.RowArrow {
				continue
			}
			line := text.Row(i)[0]
			if strings.Contains(line, "┠") && !strings.Contains(line[:30], " ") {
				t.Errorf("clock %d: %q", c, line)
			}
			said[line[:18]] = true
		}
	}
	if len(said) < 3*render.Clocks {
		t.Errorf("the clocks say the same: %v", said)
	}
}
