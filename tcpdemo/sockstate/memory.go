package sockstate

import (
	"strconv"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Memory lists what the system remembers of the connection, by the names of the
// RFCs. Sizes are of the contents: 4 bytes for a 32-bit variable, and what lies
// in the queues. A closed socket is remembered by nobody: no entries.
func (s *Socket) Memory() *trace.Memory {
	m := &trace.Memory{}
	if s.State == tcpstate.Closed {
		return m
	}
	add := func(name, value string, size int) {
		m.Entries = append(m.Entries, trace.Entry{Kind: trace.MemoryConnection, Name: name, Value: value, Bytes: size})
	}
	number := func(name string, v uint32) { add(name, strconv.FormatUint(uint64(v), 10), 4) }
	duration := func(name string, d time.Duration) { add(name, d.String(), 4) }

	const port = 2
	add("local", s.Local.String(), s.Local.Addr().BitLen()/8+port)
	if s.Remote.IsValid() {
		add("remote", s.Remote.String(), s.Remote.Addr().BitLen()/8+port)
	}
	add("state", s.State.String(), 1)
	if s.State == tcpstate.Listen {
		add("accept queue", strconv.FormatUint(uint64(s.ReceiveQueue), 10)+" of "+strconv.FormatUint(uint64(s.SendQueue), 10), 8)
		return m
	}
	if s.Timer != "" {
		add(s.Timer+" timer", s.Expires.String(), 4)
	}
	if !s.HasInfo {
		return m // SYN-RECEIVED and TIME-WAIT are kept in a much smaller block
	}
	i := &s.Info
	number("SND.WND", i.SndWnd)
	number("RCV.WND", i.RcvWnd)
	duration("SRTT", i.RTT)
	duration("RTTVAR", i.RTTVar)
	duration("RTO", i.RTO)
	add("cwnd", strconv.FormatUint(uint64(i.Cwnd)*uint64(i.SndMSS), 10), 4) // in bytes, as RFC 5681 §3.1 has it
	if i.Ssthresh < InfiniteSsthresh {
		add("ssthresh", strconv.FormatUint(uint64(i.Ssthresh)*uint64(i.SndMSS), 10), 4)
	} else {
		add("ssthresh", "infinite", 4)
	}
	number("SMSS", i.SndMSS)
	add("send queue", strconv.FormatUint(uint64(s.SendQueue), 10)+" bytes", int(s.SendQueue))
	add("receive queue", strconv.FormatUint(uint64(s.ReceiveQueue), 10)+" bytes", int(s.ReceiveQueue))
	return m
}
