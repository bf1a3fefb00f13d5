package httpdemo

import (
	"context"

	"statelab/capture/trace"
)

// Lesson is one thing that people believe about HTTP, put to the test.
type Lesson struct {
	Name   string
	Title  trace.Text
	Claims []string // ids of the claims it shows
	// Parties are who takes part, in the order of the ladder's lanes: see
	// [trace.Participant.Compare]. None means a client and a server.
	Parties []trace.Participant
	// Refutes are the beliefs that it refutes, each with what on its timeline
	// does so.
	Refutes []trace.Refutation
	// Random says that its bytes differ from run to run, whatever the seed: TLS
	// takes its randomness from the system.
	Random bool
	// Crashes says that it takes a machine's power away, which a machine's own network does
	// for who has the right.
	Crashes bool
	// Look says what to look at, before it runs; Point what it has shown.
	Look, Point trace.Text
	// Run is the lesson. It returns when its client has finished; closing the Env
	// closes what is still open then.
	Run func(ctx context.Context, e *Env) error
	// Measure, if set, measures on this machine what the timeline cannot show: a
	// heading, and what was found.
	Measure func(ctx context.Context) ([]trace.Text, error)
	// Compare, if set, is all that the lesson does: it runs on no network, and
	// measures mechanisms beside one another. told is called as each begins.
	Compare func(ctx context.Context, told func(n, of int)) ([]Compared, error)
	// App makes the lesson's server side, which browsers use as well; nil where it
	// has none.
	App func(*Services) (App, error)
}

// Lessons returns every lesson, in the order in which a course takes them.
func Lessons() []Lesson {
	return []Lesson{
		stateless(), keepAlive(), vending(), api(),
		cookie(),
		sessionLesson(), flask(), cart(),
		tokenLesson(), tokenAttackLesson(),
		theft(),
		webSocket(), cacheLesson(), restart(),
		transfer(),
		compare(),
	}
}

// Tour returns the lessons that show the most in the least time, in their order.
func Tour() (tour []Lesson) {
	for _, name := range []string{"stateless", "cookie", "session", "token", "compare"} {
		if l, ok := Find(name); ok {
			tour = append(tour, l)
		}
	}
	return tour
}

// Find returns the lesson of that name.
func Find(name string) (Lesson, bool) {
	for _, l := range Lessons() {
		if l.Name == name {
			return l, true
		}
	}
	return Lesson{}, false
}
