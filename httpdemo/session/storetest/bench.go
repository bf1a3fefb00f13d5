package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"statelab/httpdemo/session"
)

// benchmarked is the data of a small session, in bytes.
const benchmarked = 200

// Benchmark measures the store's get and put of a small session.
func Benchmark(b *testing.B, s session.Store) {
	r := session.Record{
		Key: Key(), User: "kim", Data: bytes.Repeat([]byte{'x'}, benchmarked), Expires: time.Now().Add(time.Hour),
	}
	b.Run("put", func(b *testing.B) {
		for b.Loop() {
			revision, err := s.Commit(b.Context(), r)
			if err != nil {
				b.Fatal(err)
			}
			r.Revision = revision
		}
	})
	b.Run("get", func(b *testing.B) {
		for b.Loop() {
			if _, ok, err := s.Find(b.Context(), r.Key); err != nil || !ok {
				b.Fatal(ok, err)
			}
		}
	})
}

// BenchmarkRaw measures the same bytes through the store's client alone, without
// revisions, expiry or users: what a session costs beside it.
func BenchmarkRaw(b *testing.B, put func(context.Context, string, []byte) error, get func(context.Context, string) ([]byte, error)) {
	key, data := Key(), bytes.Repeat([]byte{'x'}, benchmarked)
	b.Run("raw put", func(b *testing.B) {
		for b.Loop() {
			if err := put(b.Context(), key, data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("raw get", func(b *testing.B) {
		for b.Loop() {
			if got, err := get(b.Context(), key); err != nil || len(got) != len(data) {
				b.Fatal(len(got), err)
			}
		}
	})
}
