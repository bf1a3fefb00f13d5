package viewer

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"statelab/capture"
)

// frames are those whose bytes are held: around the one that is looked at.
type frames struct {
	held map[int]capture.Frame
	// waiting is the job that fetches others.
	waiting *job
	err     error
}

// maxHeld bounds how many frames are fetched at a time.
const maxHeld = 128

// fetch reads the bytes of frames, no more than maxHeld, and forgets those held
// before. Those of the first must not be left out.
func (m *Model) fetch(wanted []int, then func() tea.Cmd) tea.Cmd {
	m.drop(m.frames.waiting)
	wanted = slices.Clone(wanted[:min(len(wanted), maxHeld)])
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	j := &job{what: wordReadingFrames}
	m.frames.waiting = j
	return m.begin(j, func(r *Reading) tea.Msg {
		held, err := readFrames(m.trace.Frames(r), wanted)
		return arrived{j, func() tea.Cmd {
			m.frames = frames{held: held, err: failure(err)}
			return then()
		}}
	})
}

// readFrames returns copies of the frames of these numbers, which ascend.
func readFrames(src capture.Source, numbers []int) (map[int]capture.Frame, error) {
	out := map[int]capture.Frame{}
	if len(numbers) == 0 {
		return out, nil
	}
	for f, err := range src {
		if err != nil {
			return out, err
		}
		if _, ok := slices.BinarySearch(numbers, f.Number); ok {
			out[f.Number] = f.Clone()
		}
		if f.Number >= numbers[len(numbers)-1] {
			break
		}
	}
	return out, nil
}
