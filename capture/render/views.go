package render

import (
	"slices"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// View is what is shown of a trace; its formats are how.
type View struct {
	Name string // what --view takes
	// About is one line for people.
	About trace.Text
	// Formats are those that are the view's own; the first is the default.
	Formats []Format
}

// Views are all views, in the order in which help lists them. The first is the
// default.
var Views = slices.Concat([]View{
	{
		Name: "ladder", Formats: Formats,
		About: trace.Text{En: "each segment an arrow, both ends' states at the edges", Ko: "세그먼트마다 화살표 하나, 양쪽 가장자리에 두 끝의 상태"},
	},
	{
		Name: "summary", Formats: []Format{summaryText, summaryJSON},
		About: trace.Text{En: "the trace on one page, and where to look first", Ko: "트레이스를 한 쪽으로 요약하고 먼저 볼 곳을 알려 줌"},
	},
	{
		Name: "connections", Formats: []Format{
			textOf("connections", Connections),
			csvOf("connections", ConnectionsCSV),
		},
		About: trace.Text{En: "table of the connections", Ko: "연결을 요약한 표"},
	},
	{
		Name: "expert", Formats: []Format{textOf("expert", Expert)},
		About: trace.Text{En: "what was found, the gravest first, and why it matters", Ko: "발견 사항과 그 의미, 심각한 것부터"},
	},
	{
		Name: "lives", Formats: []Format{streaming(textOf("lives", Lives))},
		About: trace.Text{En: "each change of state of either end, a line", Ko: "양쪽 끝의 상태가 바뀔 때마다 한 줄"},
	},
	{
		Name: "follow", Formats: []Format{
			cutting(textOf("follow", FollowText)),
			{
				Name: "hex", Extension: ".hex", MIME: "text/plain; charset=utf-8", Cuts: true, Render: FollowHex,
				About: trace.Text{En: "octets in hexadecimal, with their place in the stream", Ko: "스트림 안의 위치와 함께 16진수로 쓴 바이트"},
			},
			{
				Name: "raw", Extension: ".bin", MIME: "application/octet-stream", Binary: true, Cuts: true, Render: FollowRaw,
				About: trace.Text{En: "the octets themselves", Ko: "바이트 그 자체"},
			},
		},
		About: trace.Text{En: "what the two programs of a connection said to each other", Ko: "연결 양쪽의 프로그램이 주고받은 내용"},
	},
	{
		Name: "http", Formats: []Format{withBodies(ofHTTP(textOf("http", HTTPTable)), http1.CredentialBody), ofHTTP(csvOf("http", HTTPCSV))},
		About: trace.Text{En: "table of the HTTP exchanges", Ko: "HTTP 교환을 요약한 표"},
	},
	{
		Name: "story", Formats: []Format{withBodies(ofHTTP(textOf("story", Story)), http1.CredentialBody)},
		About: trace.Text{En: "for each client: cookies and credentials, set, sent, removed", Ko: "클라이언트마다 설정되고 보내지고 지워진 쿠키와 인증 정보"},
	},
}, plotViews())

// Choose returns a view's format of that name: its own, or one that holds the
// whole trace.
func Choose(view, format string) (Format, bool) {
	v, ok := ViewNamed(view)
	for _, f := range v.Formats {
		if ok && f.Name == format {
			return f, true
		}
	}
	for _, f := range Formats {
		if ok && f.Name == format && f.Whole {
			return f, true
		}
	}
	return Format{}, false
}

// ViewNamed returns the view of that name.
func ViewNamed(name string) (View, bool) {
	for _, v := range Views {
		if v.Name == name {
			return v, true
		}
	}
	return View{}, false
}

var summaryText = Format{
	Name: "text", Extension: ".summary.txt", MIME: "text/plain; charset=utf-8", Cuts: true, Render: Summary,
	About:  trace.Text{En: "text for a terminal", Ko: "터미널용 텍스트"},
	Bodies: noBodies, Kinds: trace.KindsOf(trace.KindConnection, trace.KindMessage, trace.KindTotals),
}

// textOf is a view's text for people.
func textOf(view string, render renderFunc) Format {
	return Format{
		Name: "text", Extension: "." + view + ".txt", MIME: "text/plain; charset=utf-8", Render: render,
		About: trace.Text{En: "text for a terminal", Ko: "터미널용 텍스트"},
	}
}

// csvOf is a view's table for spreadsheets and programs.
func csvOf(view string, render renderFunc) Format {
	return Format{
		Name: "csv", Extension: "." + view + ".csv", MIME: "text/csv; charset=utf-8", Document: true, Render: render,
		About: trace.Text{En: "table for a spreadsheet", Ko: "스프레드시트용 표"},
	}
}

// ofHTTP is for a format that shows messages without their bodies. Times count
// from the first segment.
func ofHTTP(f Format) Format {
	f.Bodies, f.Cuts = noBodies, true
	return f
}

// cutting says that the format reads Options.Between by itself.
func cutting(f Format) Format {
	f.Cuts = true
	return f
}

// withBodies is for a format that reads so many bytes of each body.
func withBodies(f Format, n int) Format {
	f.Bodies = n
	return f
}

func streaming(f Format) Format {
	f.Streaming = true
	return f
}
