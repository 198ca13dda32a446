package model

import "github.com/assaylab/assay/framework/nn/kernel"

// graph gives the synapses of one fibre.
type graph interface {
	// count writes, for the targets of block b, the number of synapses from the
	// sources in fired, which fill has made a multiple of eight.
	count(fired []int32, keys []uint64, b int, r *rows, counts *kernel.BitCounts)
	// targets are those of source i in block b.
	targets(i int32, key uint64, b int) (s0, s1, s2, s3 uint64)
}

// fill appends fired to list and then none, the row without synapses, up to a
// multiple of eight, of which the kernel is fond.
func fill(list, fired []int32, none int32) []int32 {
	list = append(list, fired...)
	for len(list)%8 != 0 {
		list = append(list, none)
	}
	return list
}

// hashed draws synapses anew every time.
type hashed struct{ *edges }

// rows is scratch for the synapses of fired sources to one block.
type rows struct {
	words  []uint64 // [fired][4]
	places []int32  // 0, 1, 2, ...
	inside []int32
	keys   []uint64
	counts kernel.BitCounts
	excess [blockSize]float64
}

// count draws rows for the sources that have keys; those that fill them up have none.
func (g hashed) count(fired []int32, keys []uint64, b int, r *rows, counts *kernel.BitCounts) {
	for len(r.places) < len(fired) {
		r.places = append(r.places, int32(len(r.places)))
		r.words = append(r.words, 0, 0, 0, 0)
	}
	words := r.words[:4*len(fired)]
	for x, key := range keys {
		w := words[4*x : 4*x+4 : 4*x+4]
		w[0], w[1], w[2], w[3] = g.block(fired[x], key, b)
	}
	clear(words[4*len(keys):])
	kernel.CountBits(counts, words, r.places[:len(fired)])
}

func (g hashed) targets(i int32, key uint64, b int) (s0, s1, s2, s3 uint64) {
	return g.block(i, key, b)
}

// bitRows keeps, for every block of targets and every source, four words: the
// row of source i to block b begins at 4(b(sources + 1) + i). What a block of
// targets needs lies together, and a source's part of it in one line of the cache.
// The row after the last source is empty.
type bitRows struct {
	sources int
	words   []uint64
}

func newBitRows(sources, blocks int) *bitRows {
	return &bitRows{sources: sources, words: make([]uint64, 4*blocks*(sources+1))}
}

func (g *bitRows) block(b int) []uint64 {
	size := 4 * (g.sources + 1)
	return g.words[b*size : (b+1)*size]
}

func (g *bitRows) row(i int32, b int) *[4]uint64 {
	at := 4 * (b*(g.sources+1) + int(i))
	return (*[4]uint64)(g.words[at:])
}

// stored keeps the same synapses as bits, n_in·n/8 bytes in all.
type stored struct{ *bitRows }

func store(e *edges, sources, blocks int) stored {
	g := newBitRows(sources, blocks)
	keys := make([]uint64, sources)
	for i := range keys {
		keys[i] = e.key(int32(i))
	}
	for b := range blocks {
		for i, key := range keys {
			w := g.row(int32(i), b)
			w[0], w[1], w[2], w[3] = e.block(int32(i), key, b)
		}
	}
	return stored{g}
}

func (g stored) targets(i int32, _ uint64, b int) (s0, s1, s2, s3 uint64) {
	w := g.row(i, b)
	return w[0], w[1], w[2], w[3]
}

func (g stored) count(fired []int32, _ []uint64, b int, _ *rows, counts *kernel.BitCounts) {
	kernel.CountBits(counts, g.block(b), fired)
}
