package sockstate

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"statelab/capture/tcpstate"
)

// Supported returns nil where the operating system tells the state of sockets.
func Supported() error { return nil }

// kernelStates translates the kernel's numbers (include/net/tcp_states.h).
var kernelStates = [...]tcpstate.State{
	unix.BPF_TCP_ESTABLISHED:  tcpstate.Established,
	unix.BPF_TCP_SYN_SENT:     tcpstate.SynSent,
	unix.BPF_TCP_SYN_RECV:     tcpstate.SynReceived,
	unix.BPF_TCP_FIN_WAIT1:    tcpstate.FinWait1,
	unix.BPF_TCP_FIN_WAIT2:    tcpstate.FinWait2,
	unix.BPF_TCP_TIME_WAIT:    tcpstate.TimeWait,
	unix.BPF_TCP_CLOSE:        tcpstate.Closed,
	unix.BPF_TCP_CLOSE_WAIT:   tcpstate.CloseWait,
	unix.BPF_TCP_LAST_ACK:     tcpstate.LastAck,
	unix.BPF_TCP_LISTEN:       tcpstate.Listen,
	unix.BPF_TCP_CLOSING:      tcpstate.Closing,
	unix.BPF_TCP_NEW_SYN_RECV: tcpstate.SynReceived,
}

func stateOf(kernel uint8) tcpstate.State {
	if int(kernel) < len(kernelStates) {
		return kernelStates[kernel]
	}
	return tcpstate.Unknown
}

// Of reads what the kernel remembers of a connection of this process, and the
// cookie by which [Diag] knows the same socket. It costs about a microsecond.
// Errors are those of getsockopt, or of a connection that is closed.
func Of(conn syscall.Conn) (info Info, cookie uint64, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return Info{}, 0, fmt.Errorf("read TCP_INFO: %w", err)
	}
	var got *unix.TCPInfo
	if cerr := raw.Control(func(fd uintptr) {
		got, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			cookie, err = unix.GetsockoptUint64(int(fd), unix.SOL_SOCKET, unix.SO_COOKIE)
		}
	}); cerr != nil {
		err = cerr
	}
	if err != nil {
		return Info{}, 0, fmt.Errorf("read TCP_INFO: %w", err)
	}
	return infoOf(got), cookie, nil
}

// parseInfo reads struct tcp_info: as much of it as the kernel sent.
func parseInfo(b []byte) Info {
	var t unix.TCPInfo
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&t)), unsafe.Sizeof(t)), b)
	return infoOf(&t)
}

// infoOf translates struct tcp_info (include/uapi/linux/tcp.h): times are in
// microseconds, but those since the last segments in milliseconds.
func infoOf(t *unix.TCPInfo) Info {
	const timestamps, sack, scale, ecn = 1, 2, 4, 8 // TCPI_OPT_*
	us := func(v uint32) time.Duration { return time.Duration(v) * time.Microsecond }
	ms := func(v uint32) time.Duration { return time.Duration(v) * time.Millisecond }
	// The two scales share the byte after the options; the struct here has
	// padding in its place.
	scales := *(*uint8)(unsafe.Add(unsafe.Pointer(t), unsafe.Offsetof(t.Options)+1))
	return Info{
		State:      stateOf(t.State),
		Timestamps: t.Options&timestamps != 0, SACK: t.Options&sack != 0,
		WindowScale: t.Options&scale != 0, ECN: t.Options&ecn != 0,
		SndScale: scales & 0xf, RcvScale: scales >> 4,
		Congestion: congestion(t.Ca_state),
		RTO:        us(t.Rto), RTT: us(t.Rtt), RTTVar: us(t.Rttvar), MinRTT: us(minRTT(t.Min_rtt)),
		SndMSS: t.Snd_mss, RcvMSS: t.Rcv_mss, AdvMSS: t.Advmss, PMTU: t.Pmtu,
		Cwnd: t.Snd_cwnd, Ssthresh: t.Snd_ssthresh,
		SndWnd: t.Snd_wnd, RcvWnd: t.Rcv_wnd, RcvSpace: t.Rcv_space,
		Unacked: t.Unacked, Sacked: t.Sacked, Lost: t.Lost,
		Retrans: t.Retrans, TotalRetrans: t.Total_retrans,
		BytesAcked: t.Bytes_acked, BytesReceived: t.Bytes_received,
		BytesSent: t.Bytes_sent, BytesRetrans: t.Bytes_retrans,
		SegsIn: t.Segs_in, SegsOut: t.Segs_out, NotSent: t.Notsent_bytes,
		DeliveryRate: t.Delivery_rate, PacingRate: t.Pacing_rate,
		LastDataSent: ms(t.Last_data_sent), LastDataReceived: ms(t.Last_data_recv),
	}
}

// minRTT hides the kernel's "not measured yet".
func minRTT(v uint32) uint32 {
	if v == ^uint32(0) {
		return 0
	}
	return v
}

func congestion(state uint8) string {
	names := [...]string{"open", "disorder", "cwr", "recovery", "loss"} // enum tcp_ca_state
	if int(state) < len(names) {
		return names[state]
	}
	return ""
}
