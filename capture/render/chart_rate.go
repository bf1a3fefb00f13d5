package render

import (
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// rateBins bounds how finely a rate is kept: when it is used up, each two become
// one, and octets are added, so that none is lost.
const rateBins = 512

// shownBins is how many a chart shows at most.
const shownBins = 60

// bins count octets over time.
type bins struct {
	width  float64 // seconds that one covers
	octets [rateBins]float64
	most   int // the last that holds any
}

func (b *bins) add(at, n float64) {
	if n == 0 || at < 0 {
		return
	}
	if b.width == 0 {
		b.width = 1e-4
	}
	for at >= b.width*rateBins {
		b.double()
	}
	i := int(at / b.width)
	b.octets[i] += n
	b.most = max(b.most, i)
}

// double makes of each two bins one.
func (b *bins) double() {
	for i := range rateBins / 2 {
		b.octets[i] = b.octets[2*i] + b.octets[2*i+1]
	}
	clear(b.octets[rateBins/2:])
	b.width *= 2
	b.most /= 2
}

// fill makes a track of means over stretches of the same length.
func (b *bins) fill(t *track, until int, group int) {
	for i := 0; i <= until; i += group {
		sum := 0.0
		for _, n := range b.octets[i:min(i+group, rateBins)] {
			sum += n
		}
		t.add(float64(i)*b.width, sum/(float64(group)*b.width))
	}
	t.add(float64((until/group+1)*group)*b.width, 0)
}

// throughput draws octets a second, all of them and each once, as means over
// stretches of the same length.
func throughput() plotted {
	all := &track{name: trace.Text{En: "throughput: every byte sent", Ko: "처리량: 보낸 모든 바이트"}, shape: steps, ink: inkTrouble, sign: 't'}
	once := &track{name: trace.Text{En: "goodput: each byte once", Ko: "유효 처리량: 바이트마다 한 번"}, shape: steps, ink: inkData, sign: 'g'}
	var sent, fresh bins
	var before int64
	look := func(x *sight) {
		if !x.mine || x.arrival || x.s.Conn == nil {
			return
		}
		if !x.has(tcpstate.FoundDuplicateFrame) { // nobody sent it twice
			sent.add(x.at, float64(x.s.Len))
		}
		now := x.s.Conn.Bytes[x.way]
		fresh.add(x.at, float64(now-before))
		before = now
	}
	finish := func() {
		if sent.most == 0 && sent.octets[0] == 0 {
			return
		}
		for fresh.width < sent.width && fresh.width > 0 { // its last octets came earlier
			fresh.double()
		}
		group := (sent.most + shownBins) / shownBins
		sent.fill(all, sent.most, group)
		if fresh.width > 0 {
			fresh.fill(once, sent.most, group)
		}
	}
	return plotted{tracks: []*track{all, once}, look: look, finish: finish}
}
