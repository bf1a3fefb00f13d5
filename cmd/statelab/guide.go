package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/docs"
)

func newGuide(e *env) *cobra.Command {
	var lang string
	c := &cobra.Command{
		Use:   "guide [TOPIC]",
		Short: "Read the guide: first steps, symbols, states, rules, formats",
		Long: `Print a topic of the guide; without a name, list the topics. The guide is inside
the program and needs no network.`,
		Example: `  statelab guide
  statelab guide reading-the-ladder
  statelab guide rules --lang ko`,
		Args: atMostOne("a topic"),
		RunE: func(_ *cobra.Command, args []string) error {
			l, err := chooseLang(e, lang)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return listTopics(e.stdout, l)
			}
			text, err := docs.Guide(l.String(), args[0])
			if err != nil {
				return misusef("no topic %q%s\nhint: statelab guide lists them all", args[0], didYouMean(args[0], docs.Topics()))
			}
			_, err = io.WriteString(e.stdout, readable(text, e.width))
			return err
		},
		ValidArgs: docs.Topics(),
	}
	c.Flags().StringVar(&lang, "lang", "", "language: en or ko (default from LC_ALL, LC_MESSAGES, LANG)")
	return c
}

// listTopics names every topic with its title.
func listTopics(w io.Writer, lang explain.Lang) error {
	var b strings.Builder
	width := 0
	for _, t := range docs.Topics() {
		width = max(width, len(t))
	}
	for _, t := range docs.Topics() {
		text, err := docs.Guide(lang.String(), t)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%-*s  %s\n", width, t, docs.Title(text))
	}
	b.WriteString("\n" + lang.Of(trace.Text{
		En: "statelab guide TOPIC prints one.",
		Ko: "statelab guide 뒤에 주제를 적으면 그 글을 보여 줍니다.",
	}) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}
