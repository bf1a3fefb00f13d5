package tcpstate

// Seq is a sequence number: a point on a circle of 2³² (RFC 9293 §3.4).
// Compare two of them with Before and After, never with < and >: the circle
// wraps, and a connection may begin anywhere on it.
type Seq uint32

// Add returns the number n octets further on.
func (s Seq) Add(n uint32) Seq { return s + Seq(n) }

// Sub returns the distance from t to s: positive if s lies after t. Distances
// of 2³¹ and more cannot be told from going round the other way (RFC 9293
// §3.4: windows stay below 2³¹ so that this never happens within one).
func (s Seq) Sub(t Seq) int32 { return int32(s - t) }

// Before reports whether s lies before t on the circle.
func (s Seq) Before(t Seq) bool { return s.Sub(t) < 0 }

// After reports whether s lies after t on the circle.
func (s Seq) After(t Seq) bool { return s.Sub(t) > 0 }

// In reports whether s lies in the window of size octets that begins at start
// (RFC 9293 §3.4: start =< s < start+size).
func (s Seq) In(start Seq, size uint32) bool { return uint32(s-start) < size }
