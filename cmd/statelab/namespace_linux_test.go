package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inside is set in the environment of a test that runs as root of a user
// namespace of its own.
const inside = "STATELAB_TEST_INSIDE"

// userNamespace lets a program be root of what it makes itself.
func userNamespace() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
}

// noNamespace says why no network namespace can be made here; it is empty where
// one can.
var noNamespace = sync.OnceValue(func() string {
	cmd := exec.Command("true")
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	} else {
		cmd.SysProcAttr = userNamespace()
	}
	if err := cmd.Run(); err != nil {
		return fmt.Sprintf("no network namespace can be made: %v", err)
	}
	return ""
})

// elsewhere runs the calling test again as root of a user namespace, where this
// process is not root itself, and reports whether it did: then nothing is left
// to do.
func elsewhere(t *testing.T) bool {
	t.Helper()
	needs(t, "namespace")
	if os.Geteuid() == 0 {
		return false
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = userNamespace()
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("in a user namespace: %v", err)
	}
	return true
}

// A namespace is a network of the test's own: a loopback interface, up, and
// nothing else. What is seen on it is the test's own traffic.
type namespace struct{ calls chan func() }

func newNamespace(t testing.TB) *namespace {
	t.Helper()
	ns := &namespace{calls: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			err = loopbackUp()
		}
		ready <- err
		for f := range ns.calls {
			f()
		}
	}()
	t.Cleanup(func() { close(ns.calls) })
	if err := <-ready; err != nil {
		t.Fatalf("network namespace: %v", err)
	}
	return ns
}

// do calls f on a thread that is in the namespace: what sockets and processes f
// makes are there too.
func (ns *namespace) do(f func()) {
	done := make(chan struct{})
	ns.calls <- func() { defer close(done); f() }
	<-done
}

// dial connects to a TCP address, which the test's end closes.
func (ns *namespace) dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	var c net.Conn
	var err error
	ns.do(func() { c, err = net.Dial("tcp4", addr) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*net.TCPConn)
}

func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	ifr, err := unix.NewIfreq("lo")
	if err == nil {
		ifr.SetUint16(unix.IFF_UP)
		err = unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, ifr)
	}
	return errors.Join(err, unix.Close(s))
}
