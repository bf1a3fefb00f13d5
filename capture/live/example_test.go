package live_test

import (
	"context"
	"errors"
	"fmt"

	"statelab/capture/live"
)

// Errors say what to do.
func ExampleOpen() {
	_, err := live.Open(context.Background(), live.Options{Interface: "no-such-interface"})
	var unknown *live.InterfaceError
	fmt.Println(errors.As(err, &unknown), len(unknown.Known) > 0)
	// Output: true true
}
