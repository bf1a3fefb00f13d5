package pcapfile

import (
	"bytes"
	"errors"
	"fmt"
)

// ErrNotTrace means that the input is neither pcap nor pcapng. The error that
// wraps it says what was found instead.
var ErrNotTrace = errors.New("not a pcap or pcapng trace")

// A DamageError ends the frames of a trace that is cut off or corrupt. What
// was read before it is good.
type DamageError struct {
	// Offset is that of the damaged header, record or block, in bytes from the
	// beginning; of a compressed trace, from the beginning of what is in it.
	Offset int64
	Frames int    // good frames before it
	What   string // what is wrong, in English
	// Err is io.ErrUnexpectedEOF where the trace merely ends too early, as one
	// does whose writer was killed; otherwise nil.
	Err error
}

// Error says what is wrong, where, and how much was good.
func (e *DamageError) Error() string {
	return fmt.Sprintf("damaged trace: %s (at byte %d, after %d good frames)", e.What, e.Offset, e.Frames)
}

// Unwrap returns Err.
func (e *DamageError) Unwrap() error { return e.Err }

// known holds the beginnings of files that people hand over instead of a
// trace, and what to do about each.
var known = []struct{ magic, name, hint string }{
	{"\x1f\x8b", "compressed with gzip, twice or in an unknown way", "decompress it first: gzip -dc FILE"},
	{"\x28\xb5\x2f\xfd", "compressed with Zstandard, twice", "decompress it first: zstd -dc FILE"},
	{"\xfd7zXZ\x00", "compressed with xz", "decompress it first: xz -dc FILE"},
	{"BZh", "compressed with bzip2, twice", "decompress it first: bzip2 -dc FILE"},
	{"\x04\x22\x4d\x18", "compressed with LZ4, twice", "decompress it first: lz4 -dc FILE"},
	{"\xa1\xb2\x34\xcd", "a variant of pcap whose records are described nowhere", "ask its writer for pcapng"},
	{"\xcd\x34\xb2\xa1", "a variant of pcap whose records are described nowhere", "ask its writer for pcapng"},
	{"PK\x03\x04", "a ZIP archive", "unpack it first: unzip -p FILE"},
	{"snoop\x00", "a Solaris snoop file", "convert it first: editcap FILE TRACE.pcapng"},
	{"RTSS", "a Microsoft Network Monitor file", "convert it first: editcap FILE TRACE.pcapng"},
	{"GMBU", "a Microsoft Network Monitor file", "convert it first: editcap FILE TRACE.pcapng"},
}

// notTrace names what the input begins with.
func notTrace(begin []byte) error {
	if len(begin) == 0 {
		return fmt.Errorf("%w: it is empty", ErrNotTrace)
	}
	for _, k := range known {
		if bytes.HasPrefix(begin, []byte(k.magic)) {
			return fmt.Errorf("%w: it is %s; %s", ErrNotTrace, k.name, k.hint)
		}
	}
	begin = begin[:min(len(begin), 8)]
	return fmt.Errorf("%w: it begins with the bytes % x (%+q)", ErrNotTrace, begin, begin)
}
