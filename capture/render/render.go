// Package render writes a timeline of events in the formats that people and
// programs read. Views is the table of what can be shown, each with the formats
// that it can be written in; each is one file.
//
// A renderer takes the events as they come. Those that can, write as they go
// and hold only what is on its way (Format.Streaming); the others collect rows,
// and say so in their documentation.
//
// Text from a network or a file never reaches an output as it is: every
// renderer escapes it for its own format.
package render

import (
	"io"
	"iter"
	"time"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/trace"
)

// Events is what analyze yields. An event is valid until the next one is asked
// for. An error ends the sequence; the events before it are good.
type Events = iter.Seq2[trace.Event, error]

// Options say how an output is to look. The zero value is plain English text,
// 80 columns wide.
type Options struct {
	Lang explain.Lang
	// Width is how many cells a line of text may take; 0 means 80, and less
	// than MinWidth is taken as MinWidth.
	Width int
	// ASCII draws with ASCII characters alone. Letters of other scripts, as in
	// Korean sentences, stay.
	ASCII bool
	// Color uses ANSI colours. They never say what a symbol does not.
	Color bool
	// Explain adds to each row why it happened.
	Explain bool
	// Clock is how a text ladder tells a row's time.
	Clock Clock
	// Title is what the output shows ("tcp demo handshake"), Network the line
	// that names the network and the stack that made it. Both are optional.
	Title, Network string
	// Version is the program's, for formats that name what wrote them.
	Version string
	// File is the name of the trace, for formats that name it.
	File string
	// Tap is the party at whose tap frames are numbered and exchanges timed, where
	// several were watched.
	Tap string
	// FileFormat is what kind of trace it is: "pcap".
	FileFormat string
	// Dark chooses a picture's dark theme.
	Dark bool
	// Streams are the connections to show; empty means all.
	Streams []int
	// Between, if set, leaves out what lies before or after a place in the
	// trace. Formats that do not read it (Format.Cuts) are given events that it
	// has been applied to.
	Between *Between
	// Side chooses the direction that is followed.
	Side Side
	// Detail chooses segments or messages as the arrows of a ladder.
	Detail ladder.Detail
	// Lanes are the parties known beforehand: see ladder.Options.
	Lanes []trace.Participant
	// Delays shows under each arrow of a text or a picture how long its segment
	// was on its way, where both its ends were watched by two clocks. DelayError
	// is the most by which that is wrong.
	Delays     bool
	DelayError time.Duration
	// Fold keeps the ladder of a long transfer short: see ladder.Options.
	Fold bool
	// FoldSegments shows messages without the segments that carried them: see
	// ladder.Options.
	FoldSegments bool
	// Wire shows an application's messages byte for byte, in a text ladder.
	Wire bool
	// NoTables leaves out the tables under a text ladder: the ledger, and what
	// each side remembers at the end.
	NoTables bool
	// ByStream names connections as a trace's other readers do, "stream 0" for the
	// first; otherwise the first is "connection 1".
	ByStream bool
	// Told is what the reader has been told by ladders before this one; nil for
	// a ladder that stands alone.
	Told *Told
	// Beliefs stand under a ladder of text or in a picture's: what a lesson
	// refutes. What they say is read when the events have ended.
	Beliefs []Belief
	// Curves are plotted under a ladder of text or in a picture's; nil for none.
	Curves *Curves
	// Other is the same in the other language, for a format that holds both:
	// its Title and Beliefs are read. nil where they are the same, or none.
	Other *Options
	// Frame finds the bytes of a frame, for a format that shows them
	// (Format.Frames); nil where there are none.
	Frame FrameOf
	// BeforeRow is called by the text ladder before it prints a row: to wait
	// for a key, to keep a pace, to ask what comes. An error ends the output.
	BeforeRow func(*ladder.Row) error
	// narrow lets lines be narrower than MinWidth.
	narrow bool
}

// Belief is something that many believe, and what of the ladder refutes it.
type Belief struct{ Text, Why string }

// MinWidth is the narrowest text, in cells.
const MinWidth = 72

func (o *Options) width() int {
	switch {
	case o.Width == 0:
		return 80
	case o.narrow:
		return o.Width
	}
	return max(o.Width, MinWidth)
}

func (o *Options) version() string {
	if o.Version == "" {
		return "unknown"
	}
	return o.Version
}

func (o *Options) ladder() ladder.Options {
	return ladder.Options{Streams: o.Streams, Detail: o.Detail, Lanes: o.Lanes, Fold: o.Fold, FoldSegments: o.FoldSegments}
}

// Format is one way to write a timeline.
type Format struct {
	Name      string // what --format takes
	Extension string // with its point: ".svg"
	MIME      string
	// About is one line for people.
	About trace.Text
	// Streaming: what is known is written before the next event is asked for,
	// and memory does not grow with the number of segments.
	Streaming bool
	// Bodies is how much of each HTTP body the output shows, in bytes; 0 where
	// the beginning is enough, less where none is shown. It is for
	// analyze.Options.Bodies.
	Bodies int
	// Kinds are the events that Render reads; none means all of them. It is for
	// analyze.Options.Kinds.
	Kinds trace.Kinds
	// Cuts: Render reads Options.Between by itself, having seen what came before.
	Cuts bool
	// Binary: the output is no text, and not for a terminal.
	Binary bool
	// Frames: the output shows the bytes of frames: see Options.Frame.
	Frames bool
	// Document: the output is one document, which cannot follow another.
	Document bool
	// Bilingual: the output holds both languages, the other one by Options.Other.
	Bilingual bool
	// Whole: the output holds all that is known, whatever the view.
	Whole bool
	// Render writes the events to w. It returns the first error of w or of the
	// events; what came before an error of the events is written.
	Render renderFunc
}

// noBodies is for outputs that count bodies and show none.
const noBodies = -1

type renderFunc = func(w io.Writer, events Events, o Options) error

// Formats are those of the ladder, and those that hold the whole trace whatever
// is shown of it, in the order in which help lists them.
var Formats = []Format{
	{
		Name: "text", Extension: ".txt", MIME: "text/plain; charset=utf-8", Streaming: true, Cuts: true, Render: Text,
		About: trace.Text{En: "ladder for a terminal, row by row", Ko: "터미널에 한 줄씩 그리는 사다리 그림"},
	},
	{
		Name: "svg", Extension: ".svg", MIME: "image/svg+xml", Document: true, Cuts: true, Render: SVG,
		About: trace.Text{En: "ladder as a picture for slides and pages", Ko: "슬라이드와 웹 문서에 넣을 사다리 그림"},
	},
	{
		Name: "html", Extension: ".html", MIME: "text/html; charset=utf-8", Frames: true, Document: true, Bilingual: true, Cuts: true, Render: HTML,
		About: trace.Text{En: "one page to click through, down to fields and bytes; needs no network", Ko: "필드와 바이트까지 눌러 볼 수 있는 한 쪽짜리 보고서, 네트워크 불필요"},
	},
	{
		Name: "mermaid", Extension: ".mmd", MIME: "text/vnd.mermaid; charset=utf-8", Document: true, Cuts: true, Render: Mermaid,
		About: trace.Text{En: "Mermaid sequence diagram, for Markdown", Ko: "마크다운에 넣을 Mermaid 시퀀스 다이어그램"},
	},
	{
		Name: "plantuml", Extension: ".puml", MIME: "text/plain; charset=utf-8", Cuts: true, Render: PlantUML,
		About: trace.Text{En: "PlantUML sequence diagram", Ko: "PlantUML 시퀀스 다이어그램"},
	},
	{
		Name: "csv", Extension: ".csv", MIME: "text/csv; charset=utf-8", Document: true, Streaming: true, Render: SegmentsCSV,
		Bodies: noBodies, Kinds: trace.KindsOf(trace.KindSegment),
		About: trace.Text{En: "one row a TCP segment, for a spreadsheet", Ko: "TCP 세그먼트마다 한 행, 스프레드시트용"},
	},
	{
		Name: "json", Extension: ".json", MIME: "application/json", Whole: true, Cuts: true, Render: JSON,
		Bodies: noBodies, Kinds: trace.KindsOf(trace.KindConnection, trace.KindMessage, trace.KindTotals),
		About: trace.Text{En: "connections and HTTP exchanges, one object", Ko: "연결과 HTTP 교환을 담은 객체 하나"},
	},
	{
		Name: "har", Extension: ".har", MIME: "application/json", Whole: true, Document: true, Cuts: true, Render: HAR,
		Bodies: harBody, Kinds: trace.KindsOf(trace.KindConnection, trace.KindMessage, trace.KindTotals),
		About: trace.Text{En: "HTTP Archive 1.2 of the exchanges, for browsers' tools", Ko: "브라우저 도구로 볼 HTTP Archive 1.2"},
	},
	{
		Name: "jsonl", Extension: ".jsonl", MIME: "application/jsonl", Whole: true, Streaming: true, Render: JSONLines,
		Bodies: noBodies, Kinds: trace.KindsOf(trace.KindSegment, trace.KindArrival, trace.KindOther),
		About: trace.Text{En: "one object a TCP frame, in file order", Ko: "TCP 프레임마다 객체 하나, 파일 순서대로"},
	},
	{
		Name: "events", Extension: ".events.jsonl", MIME: "application/jsonl", Whole: true, Streaming: true, Render: EventLines,
		Bodies: noBodies,
		About:  trace.Text{En: "every event of the timeline, one object a line", Ko: "타임라인의 모든 사건, 한 줄에 객체 하나"},
	},
}
