// Command statelab shows who remembers what: TCP's two ends beside an HTTP
// server that forgets, from real segments and real state.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error, and files are still closed
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what the first could not
	code := run(ctx, systemEnv())
	stop()
	os.Exit(code)
}
