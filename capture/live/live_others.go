//go:build !linux && !darwin

package live

import (
	"runtime"

	"statelab/capture"
)

func openDevice(Interface, *Options) (device, capture.LinkType, error) {
	return nil, 0, &UnsupportedError{Platform: runtime.GOOS}
}

// Remedy is what to do about it: on Linux a line to paste.
func (e *PrivilegeError) Remedy() string { return "run statelab as an administrator" }
