package main

import (
	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/render"
)

// frameView spells out a frame for formats that show bytes.
func frameView(f *capture.Frame) render.FrameView {
	v := render.FrameView{Data: f.Data, Length: f.Length}
	for _, d := range decode.Fields(f) {
		v.Fields = append(v.Fields, render.FieldView{
			Name: d.Name, Value: d.Value, Depth: d.Depth, BitOffset: d.BitOffset, BitLength: d.BitLength, Missing: d.Missing,
		})
	}
	return v
}

// frameOf finds frames by their number, which they have in their order.
func frameOf(all []capture.Frame) render.FrameOf {
	return func(number int) (render.FrameView, bool) {
		if number < 1 || number > len(all) {
			return render.FrameView{}, false
		}
		return frameView(&all[number-1]), true
	}
}

// lastFrame knows the frame that was read last, while its events pass.
type lastFrame struct{ frame capture.Frame }

func (l *lastFrame) frames(src capture.Source) capture.Source {
	return func(yield func(capture.Frame, error) bool) {
		for f, err := range src {
			l.frame = f
			if !yield(f, err) {
				return
			}
		}
	}
}

// find is a render.FrameOf.
func (l *lastFrame) find(number int) (render.FrameView, bool) {
	if l.frame.Number != number {
		return render.FrameView{}, false
	}
	return frameView(&l.frame), true
}
