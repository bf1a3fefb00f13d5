//go:build !linux && !darwin

package live

import (
	"runtime"

	"statelab/capture"
)

func openDevice(Interface, *Options) (device, capture.LinkType, error) {
	return nil, 0, &UnsupportedError{Platform: runtime.GOOS}
}

func (e *PrivilegeError) remedy() string { return "run statelab as an administrator" }
