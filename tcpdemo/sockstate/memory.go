package sockstate

import (
	"net/netip"
	"strconv"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Memory lists what the system remembers of the connection, by the names of the
// RFCs. Sizes are of the contents: 4 bytes for a window, 6 for an IPv4 address
// with its port, and the octets that lie in the queues. A closed socket is
// remembered by nobody: no entries.
func (s *Socket) Memory() *trace.Memory {
	m := &trace.Memory{}
	if s.State == tcpstate.Closed {
		return m
	}
	add := func(name, value string, size int) {
		m.Entries = append(m.Entries, trace.Entry{Kind: trace.MemoryConnection, Name: name, Value: value, Bytes: size})
	}
	number := func(name string, v uint32, size int) { add(name, strconv.FormatUint(uint64(v), 10), size) }
	duration := func(name string, d time.Duration) { add(name, d.String(), 4) }

	add("state", s.State.String(), 1)
	endpoint("local address", s.Local, add)
	endpoint("remote address", s.Remote, add)
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
	number("SND.WND", i.SndWnd, 4)
	number("RCV.WND", i.RcvWnd, 4)
	if i.WindowScale {
		number("Snd.Wind.Shift", uint32(i.SndScale), 1)
		number("Rcv.Wind.Shift", uint32(i.RcvScale), 1)
	}
	number("Eff.snd.MSS", i.SndMSS, 2) // RFC 9293 §3.7.1
	number("cwnd", i.Cwnd*i.SndMSS, 4) // in bytes, as RFC 5681 §3.1 has it
	if i.Ssthresh < InfiniteSsthresh {
		number("ssthresh", i.Ssthresh*i.SndMSS, 4)
	} else {
		add("ssthresh", "unlimited", 4)
	}
	duration("SRTT", i.RTT)
	duration("RTTVAR", i.RTTVar)
	duration("RTO", i.RTO)
	add("send buffer", bytesText(s.unacknowledged()), int(s.unacknowledged()))
	add("receive buffer", bytesText(s.unread()), int(s.unread()))
	return m
}

// unread is how many octets have arrived and were not read. The queue is what
// lies between two sequence numbers, and a FIN has one (RFC 9293 §3.4): it is
// the last, and so is there as long as anything is.
func (s *Socket) unread() uint32 {
	switch s.State {
	case tcpstate.CloseWait, tcpstate.Closing, tcpstate.LastAck:
		return s.ReceiveQueue - min(1, s.ReceiveQueue)
	default:
		return s.ReceiveQueue
	}
}

// unacknowledged is how many octets were written and not acknowledged: without
// the SYN or FIN that waits for its acknowledgement.
func (s *Socket) unacknowledged() uint32 {
	switch s.State {
	case tcpstate.SynSent, tcpstate.SynReceived, tcpstate.FinWait1, tcpstate.Closing, tcpstate.LastAck:
		return s.SendQueue - min(1, s.SendQueue)
	default:
		return s.SendQueue
	}
}

func endpoint(name string, a netip.AddrPort, add func(name, value string, size int)) {
	const port = 2
	if a.IsValid() {
		add(name, a.String(), a.Addr().BitLen()/8+port)
	}
}

func bytesText(n uint32) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.FormatUint(uint64(n), 10) + " bytes"
}
