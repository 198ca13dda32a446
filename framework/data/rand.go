package data

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Rand returns the random stream that belongs to a seed and a purpose: a PCG
// whose state is the head of SHA-256(seed, purpose). Streams of different
// purposes are independent; equal arguments give equal streams on any platform.
func Rand(seed uint64, purpose string) *rand.Rand { return NewStream(seed, purpose).Rand }

// A Stream is a random stream whose place can be saved, for training that goes on
// from a checkpoint.
type Stream struct {
	*rand.Rand
	state *rand.PCG
}

// NewStream returns the stream of Rand.
func NewStream(seed uint64, purpose string) *Stream {
	h := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, seed), purpose...))
	state := rand.NewPCG(binary.LittleEndian.Uint64(h[:8]), binary.LittleEndian.Uint64(h[8:16]))
	return &Stream{rand.New(state), state}
}

// MarshalBinary returns the place of the stream.
func (s *Stream) MarshalBinary() ([]byte, error) { return s.state.MarshalBinary() }

// UnmarshalBinary moves the stream to a place that MarshalBinary has returned.
func (s *Stream) UnmarshalBinary(place []byte) error { return s.state.UnmarshalBinary(place) }
