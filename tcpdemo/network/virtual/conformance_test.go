package virtual

import (
	"testing"
	"time"

	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/networktest"
)

func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
	}{
		{"default", Config{}},
		{"cooperative", Config{Cooperative: true}},
		{"ARP, SYN cookies, CUBIC", Config{
			ARP: true, Delay: NoDelay,
			Client: HostConfig{Congestion: "cubic", NoSACK: true},
			Server: HostConfig{SYNCookies: true, RACK: true, MTU: 600},
		}},
		{"among five", Config{Hosts: hosts(client, attacker, cache, server, server2)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			networktest.Run(t, func(t *testing.T) networktest.Lab {
				n, err := New(c.config)
				if err != nil {
					t.Fatal(err)
				}
				return networktest.Lab{
					Client: n.Client(), Server: n.Server(), Clock: n, Close: n.Close,
					Drive: func(t *testing.T) {
						if err := n.Run(time.Hour); err != nil {
							t.Error(err)
						}
					},
				}
			})
		})
	}
}

var _ network.Clock = (*Network)(nil)
