package main

import (
	"bufio"
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"statelab/capture/explain"
	"statelab/httpdemo"
)

// On the machine's own network too, a server that loses its power says nothing: no FIN
// leaves it, its programs remember nothing of anybody from then on, and what comes for its
// connections is answered with RST by a TCP that does not know them.
func TestPowerOnTheHost(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	for _, c := range []struct {
		lesson, server, until string
		connections           int // that are lost
	}{
		{"restart", "127.0.0.2", "Server 1 has its power again", 1},
		{"websocket", "127.0.0.1", "It has started again", 3},
	} {
		t.Run(c.lesson, func(t *testing.T) {
			t.Parallel()
			p := start(t, newNamespace(t), "statelab", "http", "demo", c.lesson, "--net", "host", "--format", "events")
			select { // a chat that is silent for half a minute is asked whether it is still there
			case <-p.ended:
			case <-time.After(2 * patience):
			}
			if code := p.wait(); code != exitFine || p.stderr.String() != "" {
				t.Fatalf("exit code %d: %s", code, p.stderr)
			}
			var lost, reset int
			messages, off := 0, false
			for lines := bufio.NewScanner(strings.NewReader(p.stdout.String())); lines.Scan(); {
				var ev struct {
					Kind     string
					From, To struct {
						Role, IP string
						Port     uint16
					}
					Segment struct{ Flags []string }
					State   struct{ From, Name string }
					Memory  struct{ Entries []struct{ Kind, Name string } }
					Note    struct {
						Step bool
						En   string
					}
				}
				if err := json.Unmarshal(lines.Bytes(), &ev); err != nil {
					t.Fatal(err)
				}
				ours := ev.From.IP == c.server && strings.HasPrefix(ev.From.Role, "server")
				switch {
				case ev.Kind == "message":
					messages++
				case ev.Kind == "note" && ev.Note.Step && off && strings.HasPrefix(ev.Note.En, c.until):
					off = false
				case ev.Kind == "state" && ev.State.Name == "restart":
					off = true
					if ev.State.From == "ESTABLISHED" || ev.State.From == "CLOSE-WAIT" {
						lost++
					}
				case off && ours && ev.Kind == "segment":
					if !slices.Contains(ev.Segment.Flags, "RST") {
						t.Errorf("a server without power sends %v", ev.Segment.Flags)
					}
					reset++
				case off && ours && ev.Kind == "memory":
					for _, m := range ev.Memory.Entries {
						if m.Kind == "conversation" {
							t.Errorf("its programs remember %s", m.Name)
						}
					}
				}
			}
			if lost < c.connections || messages == 0 || c.lesson == "restart" && reset == 0 {
				t.Errorf("%d connections were lost, %d segments answered, of %d messages", lost, reset, messages)
			}
		})
	}
}

// Who may not make the kernel forget is told what to do before anything is shown, and
// nobody else is.
func TestPowerNeedsRights(t *testing.T) {
	t.Parallel()
	crash, _ := httpdemo.Find("websocket")
	other, _ := httpdemo.Find("token")
	var errs [3]error
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			t.Error(err)
			return
		}
		errs = [...]error{refuseNoPower(&crash, explain.English), refuseNoPower(&crash, explain.Korean), refuseNoPower(&other, explain.English)}
	}()
	<-done
	if errs[2] != nil {
		t.Errorf("a lesson that leaves the power on: %v", errs[2])
	}
	for _, err := range errs[:2] {
		if err == nil {
			t.Error("it is not refused")
			continue
		}
		for _, want := range []string{"CAP_NET_ADMIN", "sudo statelab http demo websocket --net host\n", "unshare -Urn", "ip link set lo up"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("no %q in %q", want, err)
			}
		}
	}
	if errs[0] != nil && errs[1] != nil && errs[0].Error() == errs[1].Error() {
		t.Error("one text for both languages")
	}
}
