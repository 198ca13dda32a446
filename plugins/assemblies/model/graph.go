package model

// graph gives the synapses of one fibre.
type graph interface {
	// count writes, for the targets of block b, the number of synapses from fired.
	count(fired []int32, keys []uint64, b int, rows *rows, counts *[blockSize]float64)
	// targets are those of source i in block b.
	targets(i int32, key uint64, b int) (s0, s1, s2, s3 uint64)
}

// hashed draws synapses anew every time.
type hashed struct{ *edges }

// rows is scratch for the synapses of fired sources to one block.
type rows struct {
	words  []uint64 // [fired][4]
	places []int32  // 0, 1, 2, ...
	sums   [blockSize]float64
}

func (g hashed) count(fired []int32, keys []uint64, b int, r *rows, counts *[blockSize]float64) {
	for len(r.places) < len(fired) {
		r.places = append(r.places, int32(len(r.places)))
		r.words = append(r.words, 0, 0, 0, 0)
	}
	words := r.words[:4*len(fired)]
	for x, i := range fired {
		w := words[4*x : 4*x+4 : 4*x+4]
		w[0], w[1], w[2], w[3] = g.block(i, keys[x], b)
	}
	countBlock(words, r.places[:len(fired)], counts)
}

// countBlock counts a block whose rows have four words each.
func countBlock(words []uint64, fired []int32, counts *[blockSize]float64) {
	if len(fired) == 0 {
		clear(counts[:])
		return
	}
	for w := range len(set256{}) {
		countColumn(words[w:], fired, (*[64]float64)(counts[w<<6:]))
	}
}

func (g hashed) targets(i int32, key uint64, b int) (s0, s1, s2, s3 uint64) {
	return g.block(i, key, b)
}

// stored keeps the same synapses as bits, n_in·n/8 bytes in all: those from source
// i to block b are the four words from 4(b·sources + i). What a block of targets
// needs lies together, and a source's part of it in one line of the cache.
type stored struct {
	sources int
	words   []uint64
}

func store(e *edges, sources, blocks int) *stored {
	g := &stored{sources: sources, words: make([]uint64, 4*blocks*sources)}
	keys := make([]uint64, sources)
	for i := range keys {
		keys[i] = e.key(int32(i))
	}
	for b := range blocks {
		block := g.block(b)
		for i, key := range keys {
			w := block[4*i : 4*i+4 : 4*i+4]
			w[0], w[1], w[2], w[3] = e.block(int32(i), key, b)
		}
	}
	return g
}

func (g *stored) block(b int) []uint64 { return g.words[4*b*g.sources : 4*(b+1)*g.sources] }

func (g *stored) targets(i int32, _ uint64, b int) (s0, s1, s2, s3 uint64) {
	w := g.words[4*(b*g.sources+int(i)):]
	return w[0], w[1], w[2], w[3]
}

func (g *stored) count(fired []int32, _ []uint64, b int, _ *rows, counts *[blockSize]float64) {
	countBlock(g.block(b), fired, counts)
}
