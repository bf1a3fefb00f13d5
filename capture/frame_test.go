package capture_test

import (
	"testing"

	"statelab/capture"
)

// A clone is the consumer's to keep: a source overwrites what it lent.
func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	lent := []byte{1, 2, 3}
	f := capture.Frame{Number: 7, Data: lent, Length: 9, Vantage: "client", Comment: "c"}
	kept := f.Clone()
	lent[0] = 0xff
	if kept.Data[0] != 1 || len(kept.Data) != 3 {
		t.Errorf("the clone's data is %v", kept.Data)
	}
	kept.Data = f.Data
	if kept.Number != f.Number || kept.Length != f.Length || kept.Vantage != f.Vantage || kept.Comment != f.Comment {
		t.Errorf("the clone is %+v, of %+v", kept, f)
	}
	if none := (capture.Frame{}).Clone(); none.Data != nil {
		t.Errorf("no data became %v", none.Data)
	}
}

// Marks are asked for together.
func TestMarks(t *testing.T) {
	t.Parallel()
	m := capture.Split | capture.ChecksumCompleted
	if !m.Has(capture.Split) || !m.Has(capture.Split|capture.ChecksumCompleted) || m.Has(capture.Split|capture.Tick) {
		t.Errorf("%b", m)
	}
}

// Names are part of what is printed, and of JSON.
func TestNames(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		capture.Inbound.String(): "in", capture.Outbound.String(): "out", capture.DirectionUnknown.String(): "unknown",
		capture.LinkEthernet.String(): "ETHERNET", capture.LinkSLL2.String(): "LINUX_SLL2",
		capture.LinkRawOpen.String(): "RAW", capture.LinkType(147).String(): "LINKTYPE 147",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
