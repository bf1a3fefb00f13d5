package docs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"statelab/docs"
)

func ExampleGuide() {
	text, err := docs.Guide("en", "states")
	if err != nil {
		panic(err)
	}
	fmt.Println(docs.Title(text))
	// Output: The eleven states
}

// Every topic is there in both languages, and no file is without a topic.
func TestTopics(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, topic := range docs.Topics() {
		known[topic+".md"] = true
		titles := map[string]bool{}
		for _, lang := range []string{"en", "ko"} {
			text, err := docs.Guide(lang, topic)
			if err != nil {
				t.Fatal(err)
			}
			title := docs.Title(text)
			if title == "" || !strings.HasPrefix(text, "# "+title+"\n") {
				t.Errorf("%s/%s does not begin with its title", lang, topic)
			}
			titles[title] = true
		}
		if len(titles) != 2 {
			t.Errorf("%s bears the same title in both languages: is it translated?", topic)
		}
	}
	for _, lang := range []string{"en", "ko"} {
		entries, err := os.ReadDir("guide/" + lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !known[e.Name()] {
				t.Errorf("guide/%s/%s is not among the topics", lang, e.Name())
			}
		}
	}
}

// Both languages have the same headings, commands and pictures, in the same
// order: neither is a summary of the other.
func TestLanguagesAreEqual(t *testing.T) {
	t.Parallel()
	for _, topic := range docs.Topics() {
		equal(t, topic, read(t, "guide/en/"+topic+".md"), read(t, "guide/ko/"+topic+".md"))
	}
	equal(t, "README", read(t, "../README.md"), read(t, "../README.ko.md"))
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// equal holds two languages' versions of one text to one skeleton.
func equal(t *testing.T, name, english, korean string) {
	t.Helper()
	en, ko := skeleton(english), skeleton(korean)
	for i := range max(len(en), len(ko)) {
		switch {
		case i >= len(en):
			t.Errorf("%s: Korean has %q, English nothing more", name, ko[i])
			return
		case i >= len(ko):
			t.Errorf("%s: English has %q, Korean nothing more", name, en[i])
			return
		case en[i] != ko[i]:
			t.Errorf("%s: English has %q where Korean has %q", name, en[i], ko[i])
			return
		}
	}
}

// skeleton is what must be the same in every language: the levels of headings,
// the commands, the generated parts, the bullets.
func skeleton(text string) []string {
	var out []string
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
			out = append(out, line)
		case fenced && strings.HasPrefix(line, "$ "):
			out = append(out, line)
		case fenced:
		case strings.HasPrefix(line, "#"):
			out = append(out, strings.Repeat("#", strings.Count(strings.Fields(line)[0], "#")))
		case strings.HasPrefix(line, "- "):
			out = append(out, "-")
		case strings.HasPrefix(line, "<!-- generated"), strings.HasPrefix(line, "<!-- not run"):
			out = append(out, line)
		}
	}
	return out
}

func TestNoSuchTopic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, topic string }{{"en", "nothing"}, {"fr", "states"}, {"en", "../en/states"}} {
		if _, err := docs.Guide(c.lang, c.topic); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Guide(%q, %q) = %v", c.lang, c.topic, err)
		}
	}
}
