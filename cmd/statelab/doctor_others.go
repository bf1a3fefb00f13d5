//go:build !linux

package main

import (
	"runtime"

	"statelab/capture/trace"
)

// checkSystem knows no kernel settings here: lessons on the virtual network do
// not depend on any.
func checkSystem() []check {
	return []check{{
		Name: trace.Text{En: "socket states", Ko: "소켓 상태"}, Found: runtime.GOOS,
		Needed:  trace.Text{En: "serve: states from the operating system", Ko: "serve: 운영체제가 알려 주는 상태"},
		Instead: trace.Text{En: "states are inferred from the segments, and marked so", Ko: "세그먼트에서 상태를 추론하고 그렇게 표시합니다"},
	}}
}
