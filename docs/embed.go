// Package docs is the guide, inside the binary: docs/guide in English and in
// Korean, one Markdown file a topic, the same topics in both languages.
package docs

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed guide
var files embed.FS

// topics is the order in which the guide is read.
var topics = []string{"first-steps", "reading-the-ladder", "states", "report", "rules", "real-network", "filters", "reading-traces", "viewer", "selection", "two-captures", "tcp-analysis", "http-in-a-trace", "http-lessons", "refused-requests", "real-trace", "json", "claims"}

// Topics returns the names of the guide's topics, in the order of reading.
func Topics() []string { return slices.Clone(topics) }

// Guide returns a topic as Markdown, in the language "en" or "ko". A topic or
// language that there is not is an error that matches [fs.ErrNotExist].
func Guide(lang, topic string) (string, error) {
	if !slices.Contains(topics, topic) {
		return "", fmt.Errorf("guide topic %q: %w", topic, fs.ErrNotExist)
	}
	b, err := files.ReadFile("guide/" + lang + "/" + topic + ".md")
	if err != nil {
		return "", fmt.Errorf("guide topic %q: %w", topic, err)
	}
	return string(b), nil
}

// Title returns a topic's title: its first heading, without the mark.
func Title(markdown string) string {
	for line := range strings.Lines(markdown) {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			return strings.TrimSpace(title)
		}
	}
	return ""
}
