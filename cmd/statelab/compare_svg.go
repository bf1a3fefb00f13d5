package main

import (
	"fmt"
	"html"
	"io"
	"strings"

	"statelab/capture/trace"
	"statelab/httpdemo"
)

// Measures of the comparison's picture.
const (
	barsWide  = 1280
	barsLeft  = 300
	barsRight = 150
	barHigh   = 26
	barsHead  = 74
	barsGap   = 40
)

// barPanel is one measure of the picture: a bar a mechanism.
type barPanel struct {
	title trace.Text
	value func(c *httpdemo.Compared) float64
	label func(v float64) string
	// instead, if it is set, is the label where there is no number, or none that can be
	// told from 0.
	instead func(c *httpdemo.Compared) (string, bool)
}

func bytesLabel(v float64) string { return fmt.Sprintf("%.0f B", v) }

var barPanels = []barPanel{
	{title: trace.Text{En: "Bytes of each request", Ko: "요청마다 보내는 바이트"}, value: func(c *httpdemo.Compared) float64 { return float64(c.Up) }, label: bytesLabel},
	{title: trace.Text{En: "Bytes that the client keeps", Ko: "클라이언트가 보관하는 바이트"}, value: func(c *httpdemo.Compared) float64 { return float64(c.Client) }, label: bytesLabel},
	{title: trace.Text{En: "Server's heap for each user", Ko: "사용자 한 명당 서버 힙"}, value: func(c *httpdemo.Compared) float64 {
		if c.Light() {
			return 0
		}
		return max(0, float64(c.Heap)/1000)
	}, label: bytesLabel, instead: func(c *httpdemo.Compared) (string, bool) { return heapOf(c, 1000) + " B", c.Light() }},
	{title: trace.Text{En: "Requests a second, beside “nothing”; where lines overlap, this run does not rank", Ko: "초당 요청 수, ‘없음’을 1로 볼 때. 선이 겹치면 순위를 말할 수 없음"}, value: func(c *httpdemo.Compared) float64 { return c.Rate }},
	{title: trace.Text{En: "Minutes until a logout takes effect", Ko: "로그아웃의 효력이 생길 때까지(분)"}, value: func(c *httpdemo.Compared) float64 {
		if c.Logout == nil {
			return 0
		}
		return *c.Logout / 60
	}, label: func(v float64) string { return fmt.Sprintf("%.0f", v) }, instead: func(c *httpdemo.Compared) (string, bool) { return noLogin, c.Logout == nil }},
}

// compareSVG draws the numbers as bars: fit for a slide.
func compareSVG(w io.Writer, v view, l httpdemo.Lesson, all []httpdemo.Compared) error {
	ink, faint, ground, bar := "#1c2430", "#5b6675", "#ffffff", "#0b5cad"
	if v.opts.Dark {
		ink, faint, ground, bar = "#e8ecf2", "#98a4b3", "#12161c", "#7db8ff"
	}
	panel := barsGap + len(all)*barHigh + barsGap
	high := barsHead + len(barPanels)*panel
	var b strings.Builder
	text := func(x, y int, size float64, anchor, fill, s string) {
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="%g" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, size, anchor, fill, html.EscapeString(s))
	}
	title := v.lang.Of(l.Title)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="system-ui, 'Noto Sans KR', sans-serif">`+"\n",
		barsWide, high, barsWide, high, html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="%s"/>`+"\n", ground)
	text(28, 46, 26, "start", ink, title)
	for i, p := range barPanels {
		y := barsHead + i*panel + barsGap
		text(28, y-12, 19, "start", ink, v.lang.Of(p.title))
		most := 0.0
		for j := range all {
			most = max(most, p.value(&all[j]))
			if p.label == nil {
				most = max(most, all[j].High)
			}
		}
		for j := range all {
			value := p.value(&all[j])
			label, low, high := "", 0.0, 0.0 // where the value may lie, if it has a spread
			if p.label != nil {
				label = p.label(value)
			} else if all[0].Rate > 0 {
				label = fmt.Sprintf("%.2f", value/all[0].Rate)
				low, high = all[j].Low, all[j].High
			}
			if p.instead != nil {
				if s, instead := p.instead(&all[j]); instead {
					label = s
				}
			}
			long := 0.0
			if most > 0 {
				long = value / most * (barsWide - barsLeft - barsRight)
			}
			at := y + j*barHigh
			text(barsLeft-14, at+18, 16, "end", faint, v.lang.Of(httpdemo.MechanismName(all[j].Mechanism)))
			if label != noLogin {
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" rx="3" fill="%s"/>`+"\n", barsLeft, at+3, max(long, 1.5), barHigh-8, bar)
			}
			if high > 0 {
				scale := long / value
				fmt.Fprintf(&b, `<path d="M%.1f %dv8m0 -4H%.1fm0 -4v8" stroke="%s" stroke-width="2" fill="none"/>`+"\n", barsLeft+low*scale, at+8, barsLeft+high*scale, ink)
				long = max(long, high*scale)
			}
			text(barsLeft+int(long)+10, at+18, 16, "start", ink, label)
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}
