package main

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// The summary's JSON counts what the JSON of the whole trace holds.
func TestSummaryJSONCountsTheTrace(t *testing.T) {
	t.Parallel()
	for _, lesson := range [][]string{{"http", "demo", "session"}, {"tcp", "demo", "backlog", "--rule", "loss 25%"}} {
		file := filepath.Join(t.TempDir(), "trace.pcapng")
		output(t, append(lesson, "-w", file, "-o", filepath.Join(t.TempDir(), "ladder.txt"))...)
		var whole struct {
			Frames      int
			Connections []struct {
				Closed    string
				Handshake struct{ Complete bool }
				Bytes     struct{ Client, Server int }
				Findings  map[string]int
			}
			HTTP []struct {
				Request, Response *struct{ Status int }
			}
		}
		var sum struct {
			View        string
			Frames      int
			Connections struct {
				Count    int
				Complete int `json:"complete_handshakes"`
				Closed   map[string]int
			}
			Bytes    struct{ Client, Server int }
			Findings map[string]struct{ Times, Connections int }
			HTTP     *struct {
				Requests, Responses int
				Statuses            map[string]int
			}
		}
		for args, into := range map[string]any{"ladder": &whole, "summary": &sum} {
			if err := json.Unmarshal([]byte(output(t, "inspect", file, "--view", args, "--format", "json")), into); err != nil {
				t.Fatal(err)
			}
		}
		complete, client, server, found := 0, 0, 0, map[string]int{}
		for _, c := range whole.Connections {
			if c.Handshake.Complete {
				complete++
			}
			client, server = client+c.Bytes.Client, server+c.Bytes.Server
			sum.Connections.Closed[c.Closed]--
			for name, n := range c.Findings {
				found[name] += n
			}
		}
		if sum.View != "summary" || sum.Frames != whole.Frames || sum.Connections.Count != len(whole.Connections) || sum.Connections.Complete != complete ||
			sum.Bytes.Client != client || sum.Bytes.Server != server || len(sum.Findings) != len(found) {
			t.Errorf("%v: %+v does not count %+v", lesson, sum, whole)
		}
		for how, n := range sum.Connections.Closed {
			if n != 0 {
				t.Errorf("%v: of those that ended by %q, %d too many", lesson, how, n)
			}
		}
		for name, f := range sum.Findings {
			if f.Times != found[name] || f.Connections < 1 {
				t.Errorf("%v: %s: %+v, want %d", lesson, name, f, found[name])
			}
		}
		switch {
		case len(whole.HTTP) == 0:
			if sum.HTTP != nil {
				t.Errorf("%v: %+v, where there is no HTTP", lesson, sum.HTTP)
			}
		case sum.HTTP == nil || sum.HTTP.Requests != len(whole.HTTP):
			t.Errorf("%v: %+v, want %d exchanges", lesson, sum.HTTP, len(whole.HTTP))
		default:
			statuses := 0
			for _, n := range sum.HTTP.Statuses {
				statuses += n
			}
			if statuses != sum.HTTP.Responses {
				t.Errorf("%v: %d statuses of %d responses", lesson, statuses, sum.HTTP.Responses)
			}
		}
	}
}
