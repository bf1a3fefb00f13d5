package tcpdemo

import (
	"errors"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// errNoMemory is what a lesson returns on a network whose control blocks it
// cannot look into.
var errNoMemory = errors.New("this network does not show its control blocks (try --net virtual)")

// memoryOf returns what a host's stack remembers of its connections.
func (l *Lab) memoryOf(h network.Host) (trace.Memory, error) {
	stack, ok := h.(interface{ Memory() trace.Memory })
	if !ok {
		return trace.Memory{}, errNoMemory
	}
	return stack.Memory(), nil
}
