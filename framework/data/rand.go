package data

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Rand returns the random stream that belongs to a seed and a purpose: a PCG
// whose state is the head of SHA-256(seed, purpose). Streams of different
// purposes are independent; equal arguments give equal streams on any platform.
func Rand(seed uint64, purpose string) *rand.Rand {
	h := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, seed), purpose...))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(h[:8]), binary.LittleEndian.Uint64(h[8:16])))
}
