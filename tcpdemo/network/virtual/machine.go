package virtual

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// nicID is the number of a machine's only interface.
const nicID = 1

// Ephemeral ports: the range that RFC 6335 §6 sets aside for them.
const firstEphemeral, lastEphemeral = 49152, 65535

// machine is what a host runs on from one start to the next: a stack, and all
// that it remembers.
type machine struct {
	net   *Network
	host  *Host
	stack *stack.Stack
	nic   *nic

	pausing sync.Mutex

	// Guarded by net.mu.
	dead      bool
	tcbs      map[stack.TransportEndpointID]*tcb
	endpoints map[*tcp.Endpoint]*tcb
	live      []*tcb // in order of appearance
	dirty     []*tcb // sent something since the last sample
}

func newMachine(h *Host) (*machine, error) {
	m := &machine{
		net: h.net, host: h,
		tcbs: map[stack.TransportEndpointID]*tcb{}, endpoints: map[*tcp.Endpoint]*tcb{},
	}
	m.nic = &nic{machine: m, mtu: uint32(or(h.config.MTU, 1500)), address: linkAddress(h.index)}
	m.stack = stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, icmp.NewProtocol4},
		Clock:              stackClock{m},
		SecureRNG:          secureSource(h.net.config.Seed, uint64(h.index), h.boots),
		RandSource:         randomSource(h.net.config.Seed, uint64(h.index), h.boots),
	})
	h.boots++
	for _, step := range []struct {
		name string
		do   func(*machine) error
	}{{"interface", (*machine).attach}, {"TCP options", (*machine).configure}} {
		if err := step.do(m); err != nil {
			m.tearDown()
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return m, nil
}

// attach gives the stack its interface, address and neighbours.
func (m *machine) attach() error {
	if mtu := m.nic.mtu; mtu < 68 || mtu > 65535 {
		return fmt.Errorf("MTU %d is not between 68 and 65535 bytes", mtu)
	}
	if err := stackError(m.stack.CreateNIC(nicID, m.nic)); err != nil {
		return err
	}
	address := tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4(m.host.addr.As4()), PrefixLen: 24},
	}
	if err := stackError(m.stack.AddProtocolAddress(nicID, address, stack.AddressProperties{})); err != nil {
		return err
	}
	m.stack.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nicID}})
	if m.net.config.ARP {
		return nil
	}
	for _, peer := range m.net.hosts {
		if peer == m.host {
			continue
		}
		if err := stackError(m.stack.AddStaticNeighbor(nicID, ipv4.ProtocolNumber, tcpip.AddrFrom4(peer.addr.As4()), linkAddress(peer.index))); err != nil {
			return err
		}
	}
	return nil
}

// configure sets what RFC 9293 leaves to the implementation.
func (m *machine) configure() error {
	c := m.host.config
	congestion := tcpip.CongestionControlOption(or(c.Congestion, "reno"))
	sack, cookies, tune := tcpip.TCPSACKEnabled(!c.NoSACK), tcpip.TCPAlwaysUseSynCookies(c.SYNCookies), tcpip.TCPModerateReceiveBufferOption(c.AutoTune)
	recovery := tcpip.TCPRecovery(0)
	if c.RACK {
		recovery = tcpip.TCPRACKLossDetection
	}
	options := []tcpip.SettableTransportProtocolOption{&congestion, &sack, &cookies, &tune, &recovery}
	if size := c.ReceiveBuffer; size != 0 {
		options = append(options, &tcpip.TCPReceiveBufferSizeRangeOption{Min: tcp.MinBufferSize, Default: size, Max: max(size, 1)})
	}
	if size := c.SendBuffer; size != 0 {
		options = append(options, &tcpip.TCPSendBufferSizeRangeOption{Min: tcp.MinBufferSize, Default: size, Max: max(size, 1)})
	}
	if c.TimeWait != 0 {
		v := tcpip.TCPTimeWaitTimeoutOption(c.TimeWait)
		options = append(options, &v)
	}
	if c.FinWait2 != 0 {
		v := tcpip.TCPLingerTimeoutOption(c.FinWait2)
		options = append(options, &v)
	}
	if c.MaxRetries != 0 {
		v := tcpip.TCPMaxRetriesOption(c.MaxRetries)
		options = append(options, &v)
	}
	if c.MinRTO != 0 {
		v := tcpip.TCPMinRTOOption(c.MinRTO)
		options = append(options, &v)
	}
	for _, o := range options {
		if err := stackError(m.stack.SetTransportProtocolOption(tcp.ProtocolNumber, o)); err != nil {
			return fmt.Errorf("%T: %w", o, err)
		}
	}
	return stackError(m.stack.SetPortRange(firstEphemeral, lastEphemeral))
}

// barrier returns when the stack has dealt with all segments it was given.
func (m *machine) barrier() {
	m.pausing.Lock()
	defer m.pausing.Unlock()
	m.stack.Pause()
	m.stack.Resume()
}

// tearDown ends the stack without a word on the wire. Waiting for its
// goroutines is the caller's.
func (m *machine) tearDown() {
	m.net.mu.Lock()
	m.dead = true
	m.net.mu.Unlock()
	m.stack.Close()
}

// secureSource and randomSource give a machine its randomness: the same for the
// same seed, host and start.
func secureSource(seed, host, boot uint64) io.Reader {
	var key [32]byte
	for i, v := range []uint64{seed, host, boot} {
		binary.LittleEndian.PutUint64(key[8*i:], v)
	}
	return &lockedReader{source: rand.NewChaCha8(key)}
}

func randomSource(seed, host, boot uint64) *lockedSource {
	return &lockedSource{source: rand.NewPCG(seed, host<<32|boot)}
}

type lockedReader struct {
	mu     sync.Mutex
	source io.Reader
}

func (r *lockedReader) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(b)
}

// lockedSource is math/rand's older Source, which the stack asks for.
type lockedSource struct {
	mu     sync.Mutex
	source *rand.PCG
}

func (s *lockedSource) Int63() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(s.source.Uint64() >> 1)
}

// Seed does nothing: the network's seed has decided already.
func (s *lockedSource) Seed(int64) {}
