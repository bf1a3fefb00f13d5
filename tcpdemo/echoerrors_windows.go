package tcpdemo

import "syscall"

// Windows Sockets error codes that package syscall does not name.
const (
	wsaEMFILE       = syscall.Errno(10024)
	wsaECONNABORTED = syscall.Errno(10053)
	wsaENOBUFS      = syscall.Errno(10055)
	wsaETIMEDOUT    = syscall.Errno(10060)
)

// temporaryErrors are accept's errors after which it may be tried again: the
// peer gave up before it was accepted, or descriptors or memory are short.
var temporaryErrors = []syscall.Errno{syscall.WSAECONNRESET, wsaECONNABORTED, wsaEMFILE, wsaENOBUFS}

// resetErrors say that the connection is gone without a FIN. The first is what
// the virtual network reports on every system.
var resetErrors = []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ETIMEDOUT, syscall.WSAECONNRESET, wsaECONNABORTED, wsaETIMEDOUT}
