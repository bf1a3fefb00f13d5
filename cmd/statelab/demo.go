package main

import (
	"io"

	"github.com/spf13/cobra"
)

func newDemo(e *env) *cobra.Command {
	var f lessonFlags
	c := &cobra.Command{
		Use:     "demo",
		Short:   "The main lesson: TCP lives and dies, HTTP forgets, and who remembered what",
		Example: "  statelab demo\n  statelab demo --lang ko -w demo.pcapng",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := f.resolve(e)
			if err != nil {
				return err
			}
			return v.output(e, func(w io.Writer) error {
				ctx := cmd.Context()
				if err := tcpLesson(ctx, e, w, v, &f, "echo", false, 0); err != nil {
					return err
				}
				return httpLesson(ctx, e, w, v, &f, "stateless")
			})
		},
	}
	f.register(c)
	return c
}
