package storetest_test

import (
	"net"
	"testing"

	"statelab/httpdemo/session/storetest"
)

// A server that was killed answers nobody, and answers again when it is up.
func TestStartRedis(t *testing.T) {
	t.Parallel()
	r := storetest.StartRedis(t)
	answers := func() bool {
		c, err := net.Dial("unix", r.Socket())
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}
	if !answers() {
		t.Fatal("it does not answer")
	}
	r.Kill()
	if answers() {
		t.Error("it answers, though it was killed")
	}
	r.Up(t)
	if !answers() {
		t.Error("it does not answer again")
	}
}
