package cache_test

import (
	"fmt"
	"time"
)

// The first request goes to the origin, the second is answered by the cache, and
// when the copy has grown stale the origin is asked whether it is still right.
func ExampleHop() {
	hop, origin := newHop(always("Cache-Control: max-age=30", `ETag: "v1"`))
	for range 3 {
		w := get(hop, "GET", "http://example/article")
		fmt.Println(w.Code, "Age", w.Header().Get("Age"), w.Header().Get("Cache-Status"))
		origin.now = origin.now.Add(20 * time.Second)
	}
	// Output:
	// 200 Age 0 statelab; fwd=uri-miss; stored
	// 200 Age 20 statelab; hit; ttl=10
	// 200 Age 0 statelab; fwd=stale; fwd-status=304
}
