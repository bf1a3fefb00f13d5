package live

import (
	"errors"
	"testing"

	"golang.org/x/net/bpf"

	"statelab/capture"
)

func TestKernelFilter(t *testing.T) {
	t.Parallel()
	own := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 1, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
		bpf.RetConstant{Val: 60},
	}
	var asked capture.LinkType
	given := func(l capture.LinkType) ([]bpf.Instruction, error) { asked = l; return own, nil }
	got, err := kernelFilter(&Options{Filter: given}, capture.LinkRaw, wholeFrame)
	if err != nil || asked != capture.LinkRaw {
		t.Errorf("asked for link type %v: %v", asked, err)
	}
	if got[2] != (bpf.RetConstant{Val: 0}) || got[3] != (bpf.RetConstant{Val: wholeFrame}) {
		t.Errorf("returns %v and %v: an offloaded frame would be cut before it is split", got[2], got[3])
	}
	if own[3] != (bpf.RetConstant{Val: 60}) {
		t.Error("the caller's program was changed")
	}
	if got, err := kernelFilter(&Options{}, capture.LinkEthernet, wholeFrame); len(got) != 0 || err != nil {
		t.Errorf("no filter asked for, %d instructions given: %v", len(got), err)
	}
	bad := errors.New("no such filter")
	failing := func(capture.LinkType) ([]bpf.Instruction, error) { return nil, bad }
	if _, err := kernelFilter(&Options{Filter: failing}, capture.LinkEthernet, 1); !errors.Is(err, bad) {
		t.Errorf("the filter's error: %v", err)
	}
	for _, c := range []struct {
		opts Options
		want uint32
	}{{Options{SnapLen: 96}, wholeFrame}, {Options{SnapLen: 96, NoSplit: true}, 96}, {Options{NoSplit: true}, wholeFrame}} {
		if got := kernelSnap(&c.opts); got != c.want {
			t.Errorf("%+v: the kernel keeps %d bytes, want %d", c.opts, got, c.want)
		}
	}
}
