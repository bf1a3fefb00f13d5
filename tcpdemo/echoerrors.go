//go:build !windows

package tcpdemo

import "syscall"

// temporaryErrors are accept's errors after which it may be tried again: the
// peer gave up before it was accepted, or descriptors or memory are short.
var temporaryErrors = []syscall.Errno{syscall.ECONNABORTED, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM}

// resetErrors say that the connection is gone without a FIN.
var resetErrors = []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ETIMEDOUT, syscall.ECONNABORTED}
