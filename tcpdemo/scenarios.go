package tcpdemo

import "statelab/capture/trace"

// Scenarios returns every scenario, in the order in which a course takes them.
func Scenarios() []Scenario {
	all := []Scenario{
		handshake(),
		echoes(),
		closes(),
		closeByServer(),
		halfClose(),
		simultaneousOpen(),
		simultaneousClose(),
		reset(),
		refused(),
		loss(),
		fastRetransmit(),
		reorder(),
		duplicate(),
		corrupt(),
		backoff(),
		zeroWindow(),
		keepalive(),
		nagle(),
		framing(),
		segmentSize(),
		windowScale(),
		congestion(),
		backlog(),
		synFlood(),
		closeWait(),
		serverRestart(),
		oldDuplicate(),
		selfConnect(),
		many(),
	}
	for i := range all {
		for _, table := range []map[string][]trace.Refutation{refutations, refutationsOfFlow} {
			all[i].Refutes = append(all[i].Refutes, table[all[i].Name]...)
		}
	}
	return all
}

// Find returns the scenario of that name.
func Find(name string) (Scenario, bool) {
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}

// Tour names the scenarios of the guided tour, in its order.
func Tour() []string { return []string{"handshake", "echo", "loss", "reset", "close"} }
