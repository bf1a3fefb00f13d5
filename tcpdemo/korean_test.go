package tcpdemo

import (
	"testing"
	"time"
)

func TestDurationsInKorean(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                       "0s",
		20 * time.Millisecond:   "20ms",
		3020 * time.Millisecond: "3.02초",
		time.Minute:             "1분",
		64 * time.Second:        "1분 4초",
	} {
		if got := inKorean(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]time.Duration{
		0:                     0,
		20 * time.Millisecond: 20 * time.Millisecond,
		41_889_816:            41_900_000,
		99_728:                99_700,
		999_600:               1_000_000,
		501:                   501,
	} {
		if got := rounded(d); got != want {
			t.Errorf("%v: %v, want %v", d, got, want)
		}
	}
}
