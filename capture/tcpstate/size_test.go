package tcpstate

import (
	"testing"
	"unsafe"
)

// TestConnSize holds a connection within the size class of Go's heap that it has
// filled so far: an octet more takes 640 more of each.
func TestConnSize(t *testing.T) {
	t.Parallel()
	if n := unsafe.Sizeof(Conn{}); n > 3456 {
		t.Errorf("a connection takes %d bytes, and so 4096", n)
	}
}
