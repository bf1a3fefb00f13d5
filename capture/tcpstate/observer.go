package tcpstate

// end is what the observer keeps of one end.
type end struct{}
