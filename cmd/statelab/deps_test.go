package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// order says who may import whom: "a b < c d" reads that c and d may import a
// and b, and whatever those may import. Packages that no line names may import
// nothing of ours. cmd/statelab alone may import everything.
const order = `
capture < capture/live capture/pcapfile capture/filter
capture capture/tcpstate < capture/decode
capture/tcpstate < capture/tcpstate/tsharktest capture/stream
capture/stream < capture/http1
capture capture/tcpstate capture/http1 < capture/trace
capture/trace < capture/explain capture/ladder
capture/explain capture/ladder capture/pcapfile < capture/render
capture/render < capture/render/rendertest
capture/decode capture/stream capture/http1 capture/trace < capture/analyze
capture/analyze < capture/quiz
capture/decode capture/trace < capture/vantage
capture/trace capture/tcpstate capture/http1 < capture/where
capture/render capture/decode capture/where < capture/viewer
capture/viewer < capture/viewer/viewertest
capture/decode capture/trace < tcpdemo/network
tcpdemo/network < tcpdemo/network/networktest tcpdemo/network/virtual tcpdemo/network/host tcpdemo/network/netns tcpdemo
capture/tcpstate capture/trace < tcpdemo/sockstate
tcpdemo/sockstate < tcpdemo/network/host tcpdemo/network/netns
capture/live capture/pcapfile < tcpdemo/network/host tcpdemo/network/netns
httpdemo/session < httpdemo/session/storetest httpdemo/session/sqlite httpdemo/session/redis httpdemo/session/natskv
httpdemo/session/sqlite httpdemo/session/redis httpdemo/session/natskv < httpdemo/session/stores
capture/trace < httpdemo/cache
capture/trace httpdemo/cache httpdemo/session/sqlite httpdemo/token httpdemo/password httpdemo/seal httpdemo/itsdangerous httpdemo/bank < httpdemo
httpdemo httpdemo/session/stores < httpdemo/cluster
`

// allowed is the transitive closure of order.
func allowed() map[string]map[string]bool {
	may := map[string]map[string]bool{}
	add := func(to, from string) {
		if may[to] == nil {
			may[to] = map[string]bool{}
		}
		may[to][from] = true
	}
	for line := range strings.Lines(order) {
		froms, tos, ok := strings.Cut(line, "<")
		if !ok {
			continue
		}
		for _, to := range strings.Fields(tos) {
			for _, from := range strings.Fields(froms) {
				add(to, from)
			}
		}
	}
	for grew := true; grew; {
		grew = false
		for to, froms := range may {
			for from := range froms {
				for further := range may[from] {
					if !may[to][further] {
						add(to, further)
						grew = true
					}
				}
			}
		}
	}
	return may
}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "statelab/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportDirection(t *testing.T) {
	t.Parallel()
	may := allowed()
	seen := 0
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, "statelab/")
		if strings.HasPrefix(name, "cmd/") {
			continue
		}
		for _, imp := range p.Imports {
			if from, ours := strings.CutPrefix(imp, "statelab/"); ours {
				seen++
				if !may[name][from] {
					t.Errorf("%s imports %s, which the table does not allow", name, from)
				}
			} else if name == "capture/tcpstate" && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
				t.Errorf("%s imports %s: it may use the standard library only", name, imp)
			}
		}
	}
	if seen == 0 {
		t.Fatal("no import of ours was seen: the test looks at nothing")
	}
}

// Tests compare with gopacket's layers. Nothing else imports them: they fill tables
// of 7 MiB at each start, which each collection of garbage looks through.
func TestLayersAreForTests(t *testing.T) {
	t.Parallel()
	const layers = "github.com/google/gopacket/layers"
	tested := false
	for _, p := range listPackages(t) {
		if slices.Contains(p.Imports, layers) {
			t.Errorf("%s imports %s", p.ImportPath, layers)
		}
		tested = tested || slices.Contains(p.TestImports, layers)
	}
	if !tested {
		t.Error("no test imports it: the test looks for the wrong name")
	}
}

// One pipeline: whoever decodes frames and follows connections at the same time
// is a second pipeline.
func TestOnePipeline(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if p.ImportPath == "statelab/capture/analyze" {
			continue
		}
		if slices.Contains(p.Imports, "statelab/capture/decode") && slices.Contains(p.Imports, "statelab/capture/stream") {
			t.Errorf("%s decodes frames and assembles streams: that is analyze's alone", p.ImportPath)
		}
	}
}
