package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"statelab/httpdemo"
	"statelab/tcpdemo"
)

// lessonPage is what the page of a lesson holds.
type lessonPage struct {
	ids     map[string]bool
	within  []string // the addresses that lead into the page, without their #
	times   []float64
	classes []string // of the rows, in their order
	data    struct {
		Rows []struct {
			F []int
			E []int
			X []struct{ F int }
		}
		Frames map[string]any
	}
}

func readPage(t *testing.T, page string) *lessonPage {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	p := &lessonPage{ids: map[string]bool{}}
	for n := range root.Descendants() {
		a := map[string]string{}
		for _, x := range n.Attr {
			a[x.Key] = x.Val
		}
		if id, ok := a["id"]; ok {
			if p.ids[id] {
				t.Errorf("id %q is there twice", id)
			}
			p.ids[id] = true
		}
		switch to, ok := strings.CutPrefix(a["href"], "#"); {
		case ok:
			p.within = append(p.within, to)
		case n.Data == "li" && strings.HasPrefix(a["class"], "row"):
			p.classes = append(p.classes, a["class"])
		case a["class"] == "at" && n.FirstChild != nil:
			at, err := strconv.ParseFloat(n.FirstChild.Data, 64)
			if err != nil {
				t.Errorf("a time %q", n.FirstChild.Data)
			}
			p.times = append(p.times, at)
		case a["id"] == "data":
			if err := json.Unmarshal([]byte(n.FirstChild.Data), &p.data); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// No link within the page of a lesson leads nowhere, its times do not run backwards,
// and a row that stands for frames opens to their bytes.
func TestPagesOfLessonsLeadSomewhere(t *testing.T) {
	t.Parallel()
	commands := [][]string{}
	for _, sc := range tcpdemo.Scenarios() {
		commands = append(commands, []string{"tcp", "demo", sc.Name})
	}
	for _, l := range httpdemo.Lessons() {
		if l.Run != nil {
			commands = append(commands, []string{"http", "demo", l.Name}, []string{"http", "demo", l.Name, "--packets"})
		}
	}
	for _, c := range commands {
		t.Run(strings.Join(c[2:], " "), func(t *testing.T) {
			p := readPage(t, output(t, append(c, "--format", "html")...))
			toFrames := 0
			for _, id := range p.within {
				if !p.ids[id] {
					t.Errorf("#%s leads nowhere", id)
				}
				if strings.HasPrefix(id, "frame-") {
					toFrames++
				}
			}
			if len(p.classes) < 5 || toFrames == 0 {
				t.Errorf("%d rows, %d links to frames", len(p.classes), toFrames)
			}
			for i := range p.times {
				if i > 0 && p.times[i] < p.times[i-1] {
					t.Errorf("%v s stands below %v s", p.times[i], p.times[i-1])
				}
			}
			messages := 0
			for i, r := range p.data.Rows {
				for _, n := range r.F {
					if p.data.Frames[strconv.Itoa(n)] == nil {
						t.Errorf("row %d has no bytes of frame %d", i+1, n)
					}
				}
				if strings.Contains(p.classes[i], "message") && len(r.F) > 0 {
					messages++
				}
			}
			if c[0] == "http" && len(c) == 3 && messages < 3 {
				t.Errorf("%d messages open to their bytes", messages)
			}
		})
	}
}
