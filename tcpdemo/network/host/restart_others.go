//go:build !linux

package host

import (
	"errors"
	"net"
)

// canForget tells why forget cannot be done.
func canForget() error { return errors.ErrUnsupported }

func forget(*net.TCPConn) error { return errors.ErrUnsupported }
