package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/pflag"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/httpdemo"
)

// compareLesson measures mechanisms beside one another and shows the numbers: as
// tables, as a picture, or for programs.
func compareLesson(ctx context.Context, e *env, w io.Writer, v view, f *lessonFlags, l httpdemo.Lesson) error {
	show, ok := map[string]func(io.Writer, view, httpdemo.Lesson, []httpdemo.Compared) error{
		"text": compareText, "json": compareJSON, "csv": compareCSV, "svg": compareSVG,
	}[f.format]
	switch {
	case !ok:
		return misusef("http demo compare prints text, json, csv or svg, not %q", f.format)
	}
	if f.page() {
		if err := introduce(w, v, l.Title, trace.Text{}, []trace.Text{l.Look}, false, 0); err != nil {
			return err
		}
	}
	all, err := l.Compare(ctx, func(n, of int) {
		if e.watched {
			fmt.Fprintf(e.stderr, "\r%d/%d", n+1, of)
		}
	})
	if e.watched {
		fmt.Fprint(e.stderr, "\r     \r")
	}
	if err != nil {
		return err
	}
	return show(w, v, l, all)
}

// compareFlags are those that a comparison heeds.
var compareFlags = []string{"format", "output", "lang", "ascii", "color", "width", "theme"}

// onlyCompare refuses flags that would do nothing: a comparison has no network, no
// trace and no ladder.
func onlyCompare(set *pflag.FlagSet) (err error) {
	set.Visit(func(flag *pflag.Flag) {
		if err == nil && !slices.Contains(compareFlags, flag.Name) {
			err = misusef("http demo compare runs on no network and shows no trace: it has no use for --%s", flag.Name)
		}
	})
	return err
}

// column is a column of a comparison.
type column struct {
	head trace.Text
	unit trace.Text
	cell func(lang explain.Lang, c *httpdemo.Compared) string
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

// noLogin stands where there is nothing to measure.
const noLogin = "–"

// compareCosts and compareConduct are the two tables: what a mechanism costs in
// bytes, and how it behaves.
var (
	compareCosts = []column{
		{trace.Text{En: "request", Ko: "요청"}, trace.Text{En: "B", Ko: "B"}, func(_ explain.Lang, c *httpdemo.Compared) string { return whole(int64(c.Up)) }},
		{trace.Text{En: "response", Ko: "응답"}, trace.Text{En: "B", Ko: "B"}, func(_ explain.Lang, c *httpdemo.Compared) string { return whole(int64(c.Down)) }},
		{trace.Text{En: "client", Ko: "클라이언트"}, trace.Text{En: "keeps B", Ko: "보관 B"}, func(_ explain.Lang, c *httpdemo.Compared) string { return whole(int64(c.Client)) }},
		{trace.Text{En: "heap", Ko: "힙"}, trace.Text{En: "B a user", Ko: "사용자당 B"}, func(_ explain.Lang, c *httpdemo.Compared) string {
			return heapOf(c, 1000)
		}},
		{trace.Text{En: "heap, 1000", Ko: "힙, 1000명"}, trace.Text{En: "KiB", Ko: "KiB"}, func(_ explain.Lang, c *httpdemo.Compared) string {
			return heapOf(c, 1024)
		}},
		{trace.Text{En: "stored", Ko: "저장"}, trace.Text{En: "B a user", Ko: "사용자당 B"}, func(_ explain.Lang, c *httpdemo.Compared) string {
			return whole(int64((c.Stored + 500) / 1000))
		}},
	}
	compareConduct = []column{
		{trace.Text{En: "look-ups", Ko: "조회"}, trace.Text{En: "a request", Ko: "요청당"}, func(_ explain.Lang, c *httpdemo.Compared) string {
			return strconv.FormatFloat(c.Lookups, 'f', -1, 64)
		}},
		{trace.Text{En: "after a restart", Ko: "재시작 뒤"}, trace.Text{}, func(lang explain.Lang, c *httpdemo.Compared) string {
			switch {
			case c.Survives == nil:
				return noLogin
			case *c.Survives:
				return lang.Of(trace.Text{En: "logged in", Ko: "로그인 유지"})
			}
			return lang.Of(trace.Text{En: "forgotten", Ko: "잊힘"})
		}},
		{trace.Text{En: "a logout", Ko: "로그아웃"}, trace.Text{En: "takes effect", Ko: "효력"}, func(lang explain.Lang, c *httpdemo.Compared) string {
			switch {
			case c.Logout == nil:
				return noLogin
			case *c.Logout == 0:
				return lang.Of(trace.Text{En: "at once", Ko: "즉시"})
			}
			d := time.Duration(*c.Logout * float64(time.Second))
			return lang.Of(trace.Text{En: "after " + minutes(d) + " min", Ko: minutes(d) + "분 뒤"})
		}},
	}
)

// compareRates is the third table: how fast each is, as far as this run tells.
func compareRates(all []httpdemo.Compared) []column {
	ranks := map[string][2]int{}
	for i, r := range httpdemo.Ranks(all) {
		ranks[all[i].Mechanism] = r
	}
	runs := strconv.Itoa(httpdemo.CompareRuns)
	return []column{
		{trace.Text{En: "requests/s", Ko: "요청/초"}, trace.Text{En: "median", Ko: "중앙값"}, func(_ explain.Lang, c *httpdemo.Compared) string {
			return whole(int64(c.Rate))
		}},
		{trace.Text{En: "the median is in", Ko: "중앙값의 범위"}, trace.Text{En: "96 % sure", Ko: "확률 96%"}, func(_ explain.Lang, c *httpdemo.Compared) string {
			return whole(int64(c.Low)) + "–" + whole(int64(c.High))
		}},
		{trace.Text{En: "least–most", Ko: "최소–최대"}, trace.Text{En: "of " + runs + " runs", Ko: runs + "회"}, func(_ explain.Lang, c *httpdemo.Compared) string {
			return whole(int64(c.Slowest)) + "–" + whole(int64(c.Fastest))
		}},
		{trace.Text{En: "place", Ko: "순위"}, trace.Text{}, func(_ explain.Lang, c *httpdemo.Compared) string {
			r := ranks[c.Mechanism]
			if r[0] == r[1] {
				return strconv.Itoa(r[0])
			}
			return fmt.Sprintf("%d–%d", r[0], r[1])
		}},
	}
}

// heapOf is the growth of the heap in a unit of so many bytes, or nothing and how
// much that may be, rounded up.
func heapOf(c *httpdemo.Compared, unit int64) string {
	if c.Light() {
		return fmt.Sprintf("≈ 0 ± %d", (c.Spread+unit-1)/unit)
	}
	half := unit / 2
	if c.Heap < 0 {
		half = -half
	}
	return whole((c.Heap + half) / unit)
}

func minutes(d time.Duration) string { return strconv.FormatFloat(d.Minutes(), 'f', -1, 64) }

// compareText writes both tables, and what their numbers are.
func compareText(w io.Writer, v view, l httpdemo.Lesson, all []httpdemo.Compared) error {
	var b strings.Builder
	for _, columns := range [][]column{compareCosts, compareConduct, compareRates(all)} {
		b.WriteString("\n" + aligned(v, columns, all))
	}
	for _, t := range []trace.Text{
		{
			En: "Measured in this run, over connections in memory, one client at a time, the same profile with each mechanism. Heap: the growth of the live heap for 1000 users who log in. Stored: the content of their records, in memory or in the file.",
			Ko: "이번 실행에서 메모리 안의 연결로, 클라이언트 하나씩, 방식마다 같은 프로필로 잰 값입니다. 힙: 사용자 1000명이 로그인할 때 늘어난 살아 있는 힙. 저장: 메모리나 파일에 있는 그 기록들의 내용.",
		},
		{
			En: fmt.Sprintf("The heap was weighed %d times; the middle stands here. ≈ 0 is what those weighings cannot tell from nothing: it is not more than they lie apart, or two readings with 1000 requests and no login between them, or those of “nothing”.", httpdemo.CompareWeighed),
			Ko: fmt.Sprintf("힙은 %d번 재어 가운뎃값을 적었습니다. ≈ 0은 그 측정으로 없음과 구별할 수 없는 값입니다. 측정값끼리의 차이, 로그인 없이 요청만 1000개 보낸 앞뒤의 차이, ‘없음’에서 잰 차이보다 크지 않습니다.", httpdemo.CompareWeighed),
		},
		{
			En: "A logout takes effect when a copy of the credential, kept by somebody else, is refused. Rates depend on the machine and on what else it does: a place is a range where intervals overlap, and this run does not say who of those is faster.",
			Ko: "로그아웃의 효력은 다른 사람이 보관한 자격 증명의 사본이 거절될 때 생긴 것으로 봅니다. 처리율은 컴퓨터와 그때 하던 다른 일에 따라 다릅니다. 범위가 겹치면 순위도 범위로 적으며, 그 가운데 누가 더 빠른지는 이번 실행으로 알 수 없습니다.",
		},
	} {
		b.WriteString("\n" + hang(v.say(t), v.opts.Width, "") + "\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return conclude(w, v, l.Point)
}

// aligned is a table of which all but the first column stand to the right.
func aligned(v view, columns []column, all []httpdemo.Compared) string {
	first := trace.Text{En: "mechanism", Ko: "방식"}
	rows := [][]string{{v.say(first)}, {""}}
	for _, c := range columns {
		rows[0], rows[1] = append(rows[0], v.say(c.head)), append(rows[1], v.say(c.unit))
	}
	for i := range all {
		row := []string{v.say(httpdemo.MechanismName(all[i].Mechanism))}
		for _, c := range columns {
			row = append(row, v.spell(c.cell(v.lang, &all[i])))
		}
		rows = append(rows, row)
	}
	widths := make([]int, len(columns)+1)
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			gap := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
			switch {
			case i == 0:
				b.WriteString(cell + gap)
			default:
				b.WriteString("  " + gap + cell)
			}
		}
		b.WriteString("\n")
	}
	return trailing.ReplaceAllString(b.String(), "")
}

// trailing are blanks at the end of a line.
var trailing = regexp.MustCompile(`(?m) +$`)

// compareJSON writes the numbers for programs: the names are a contract.
func compareJSON(w io.Writer, _ view, _ httpdemo.Lesson, all []httpdemo.Compared) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"users": 1000, "mechanisms": all})
}

// compareCSV writes the tables as one, with JSON's names for columns.
func compareCSV(w io.Writer, _ view, _ httpdemo.Lesson, all []httpdemo.Compared) error {
	out := csv.NewWriter(w)
	rows := [][]string{{
		"mechanism", "request_bytes", "response_bytes", "client_bytes", "server_heap_bytes_at_1000", "server_stored_bytes_at_1000", "heap_spread_bytes",
		"lookups_per_request", "survives_restart", "logout_takes_effect_after_s", "requests_per_second", "requests_per_second_min", "requests_per_second_max",
		"requests_per_second_low", "requests_per_second_high",
	}}
	real := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	for _, c := range all {
		survives, logout := "", ""
		if c.Survives != nil {
			survives = strconv.FormatBool(*c.Survives)
		}
		if c.Logout != nil {
			logout = real(*c.Logout)
		}
		rows = append(rows, []string{
			c.Mechanism, whole(int64(c.Up)), whole(int64(c.Down)), whole(int64(c.Client)), whole(c.Heap), whole(int64(c.Stored)), whole(c.Spread),
			real(c.Lookups), survives, logout, real(c.Rate), real(c.Slowest), real(c.Fastest),
			real(c.Low), real(c.High),
		})
	}
	return out.WriteAll(rows)
}
