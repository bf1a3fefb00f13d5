package render

import (
	"testing"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// A row is spoken with its numbers, and without a finding that another beside it
// denies.
func TestSpokenRow(t *testing.T) {
	t.Parallel()
	p := &painter{r: &report{lanes: []ladder.Lane{{Role: trace.RoleClient}, {Role: trace.RoleServer}}}}
	row := ladder.Row{Kind: ladder.RowArrow, Lane: -1, Arrow: &ladder.Arrow{From: 0, To: 1}}
	seg := &trace.Segment{}
	seg.Flags, seg.Relative, seg.RelSeq, seg.RelAck, seg.Len = tcpstate.ACK, true, 1, 6, 1
	seg.Findings = []tcpstate.Finding{{Name: tcpstate.FoundKeepAlive}, {Name: tcpstate.FoundWindowProbe}}
	row.Event.Segment = seg
	for lang, want := range map[explain.Lang]string{
		explain.English: "frame 4, client to server, ACK, seq 1, ack 6, 1 byte, window probe",
		explain.Korean:  "프레임 4, 클라이언트 → 서버, ACK, seq 1, ack 6, 1바이트, 윈도우 프로브",
	} {
		if got := p.spoken(speaker{lang: lang}, &row, &htmlRow{Frame: 4}); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}
