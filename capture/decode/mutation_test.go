package decode

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"statelab/capture"
)

// mutate flips, cuts, doubles or drops bytes of a frame, or gives it another link
// type.
func mutate(rng *rand.Rand, f capture.Frame) capture.Frame {
	b := slices.Clone(f.Data)
	for range 1 + rng.IntN(4) {
		if len(b) == 0 {
			break
		}
		at := rng.IntN(len(b))
		switch rng.IntN(6) {
		case 0:
			b[at] ^= 1 << rng.IntN(8)
		case 1:
			b[at] = byte(rng.Uint32())
		case 2:
			b = b[:at]
		case 3:
			end := min(at+rng.IntN(40), len(b))
			b = slices.Insert(b, at, b[at:end]...)
		case 4:
			b = slices.Delete(b, at, min(at+rng.IntN(8), len(b)))
		case 5:
			f.Link = capture.LinkType(rng.IntN(300))
		}
	}
	f.Data = slices.Clip(b)
	f.Length = len(b) + rng.IntN(3)*rng.IntN(100)
	return f
}

// TestMutations: damaged frames of every kind, and of the reference captures,
// harm nobody. STATELAB_SOAK runs many more of them.
func TestMutations(t *testing.T) {
	t.Parallel()
	var frames []capture.Frame
	for _, e := range carriers() {
		frames = append(frames, e.frame)
	}
	frames = append(frames, fragmentedTrace(2, 20)...)
	for _, path := range referenceCaptures() {
		frames = append(frames, readFrames(t, path)...)
	}
	seeds := 3
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds = 300
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		r := new(Reassembler)
		d := Decoder{VerifyChecksums: true, Fragments: r}
		var p Packet
		for _, original := range frames {
			f := mutate(rng, original)
			d.Decode(&f, &p)
			if p.Protocol == "" || p.TCP && (p.Segment.Len < 0 || len(p.Segment.Payload) > p.Segment.Len) {
				t.Fatalf("seed %d: %x of link type %d: %+v", seed, f.Data, f.Link, p)
			}
			if p.depth > maxLayers-8 || p.tunnels > maxTunnels || r.bytes > maxWaiting {
				t.Fatalf("seed %d: %d headers, %d tunnels, %d bytes", seed, p.depth, p.tunnels, r.bytes)
			}
			_ = p.Info()
			if seed%3 == 0 {
				checkFields(t, &f, Fields(&f))
			}
		}
	}
}

// referenceCaptures are the captures of the corpus that are small; none where
// there is no corpus.
func referenceCaptures() (paths []string) {
	dir := os.Getenv("STATELAB_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	all, _ := filepath.Glob(filepath.Join(dir, "captures", "*"))
	for _, path := range all {
		if info, err := os.Stat(path); err == nil && info.Size() < 100_000 {
			paths = append(paths, path)
		}
	}
	return paths
}
