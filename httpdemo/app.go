package httpdemo

import (
	"io"
	"net/http"
	"time"

	"statelab/capture/trace"
)

// App is the server's side of a lesson: its pages and resources, and what it
// remembers.
type App interface {
	// Routes adds its pages, under /LESSON/, and what the lesson has at the root.
	Routes(mux *http.ServeMux)
	// Memory lists all that it remembers at this moment, and may be called at any.
	Memory() []trace.Entry
}

// Services is what an App stands on. Time and randomness come from here alone,
// so that a lesson on a virtual network gives the same bytes for the same seed.
type Services struct {
	Now  func() time.Time
	Rand io.Reader
	// Secure says that the server is reached over TLS.
	Secure bool
	// Attackable switches on what a lesson shows the danger of. It is for lessons
	// and for loopback, never the default.
	Attackable bool
}
