package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"statelab/capture/pcapfile"
)

// TestMutations: damaged files, plain and compressed, end in damage or well; they
// yield no more than was in them. STATELAB_SOAK runs many more of them.
func TestMutations(t *testing.T) {
	t.Parallel()
	o := binary.LittleEndian
	files := [][]byte{
		plainTrace(40),
		join(section(o, opt(o, 1, "comment")), describe(o, 1, 0, opt(o, 9, byte(9))), bytes.Repeat(block(o, 6, 0, 1, 2, 4, 4, "data", opt(o, 1, "c")), 20)),
		join(pcapHeader(o, 0xa1b2cd34, 1), bytes.Repeat(build(o, 1, 2, 33, 33, 1, uint16(0x0800), byte(4), byte(0), ethernetData), 20)),
	}
	for _, with := range compressors {
		files = append(files, compress(t, with, plainTrace(40)))
	}
	for _, path := range corpus(t) {
		if file, err := os.ReadFile(path); err == nil && len(file) < 20_000 {
			files = append(files, file)
		}
	}
	seeds := 40
	if os.Getenv("STATELAB_SOAK") != "" {
		seeds = 4000
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		for _, file := range files {
			b := slices.Clone(file)
			for range 1 + rng.IntN(5) {
				at := rng.IntN(len(b))
				switch rng.IntN(4) {
				case 0:
					b[at] ^= 1 << rng.IntN(8)
				case 1:
					b[at] = byte(rng.Uint32())
				case 2:
					b = b[:max(at, 1)]
				case 3:
					b = slices.Insert(b, at, b[at:min(at+rng.IntN(64), len(b))]...)
				}
			}
			frames, err := readAll(bytes.NewReader(b))
			if err != nil && !errors.Is(err, pcapfile.ErrNotTrace) && !errors.As(err, new(*pcapfile.DamageError)) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for i, f := range frames {
				if f.Number != i+1 || f.Length < len(f.Data) {
					t.Fatalf("seed %d: frame %d: number %d, %d bytes of %d", seed, i, f.Number, len(f.Data), f.Length)
				}
			}
		}
	}
}
