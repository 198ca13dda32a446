package model

// graph gives the synapses of one fibre.
type graph interface {
	// count adds to counts, for the targets of block b, the synapses from fired.
	count(fired []int32, keys []uint64, b int, rows *rows, counts *[blockSize]int32)
	// targets are those of source i in block b.
	targets(i int32, key uint64, b int) set256
}

// hashed draws synapses anew every time.
type hashed struct{ *edges }

// rows is scratch for the synapses of fired sources to one block, by word.
type rows struct {
	words  [len(set256{})][]uint64
	places []int32 // 0, 1, 2, ...
}

func (r *rows) grow(n int) {
	for len(r.places) < n {
		r.places = append(r.places, int32(len(r.places)))
	}
	for w := range r.words {
		if len(r.words[w]) < n {
			r.words[w] = make([]uint64, n)
		}
	}
}

func (g hashed) count(fired []int32, keys []uint64, b int, r *rows, counts *[blockSize]int32) {
	r.grow(len(fired))
	w0, w1, w2, w3 := r.words[0][:len(fired)], r.words[1][:len(fired)], r.words[2][:len(fired)], r.words[3][:len(fired)]
	for x, i := range fired {
		w0[x], w1[x], w2[x], w3[x] = g.block(i, keys[x], b)
	}
	for w := range r.words {
		countColumn(r.words[w], r.places[:len(fired)], (*[64]int32)(counts[w<<6:]))
	}
}

func (g hashed) targets(i int32, key uint64, b int) set256 {
	s0, s1, s2, s3 := g.block(i, key, b)
	return set256{s0, s1, s2, s3}
}

// stored keeps the same synapses as bits. The synapses from source i to the 64
// targets of word w are columns[w·sources + i]: what a block of targets needs
// lies together, n_in·n/8 bytes in all.
type stored struct {
	sources int
	columns []uint64
}

func store(e *edges, sources, blocks int) *stored {
	g := &stored{sources: sources, columns: make([]uint64, blocks*len(set256{})*sources)}
	keys := make([]uint64, sources)
	for i := range keys {
		keys[i] = e.key(int32(i))
	}
	for b := range blocks {
		w0, w1, w2, w3 := g.column(b, 0), g.column(b, 1), g.column(b, 2), g.column(b, 3)
		for i, key := range keys {
			w0[i], w1[i], w2[i], w3[i] = e.block(int32(i), key, b)
		}
	}
	return g
}

func (g *stored) column(b, w int) []uint64 {
	at := (b*len(set256{}) + w) * g.sources
	return g.columns[at : at+g.sources : at+g.sources]
}

func (g *stored) targets(i int32, _ uint64, b int) (set set256) {
	for w := range set {
		set[w] = g.column(b, w)[i]
	}
	return set
}

func (g *stored) count(fired []int32, _ []uint64, b int, _ *rows, counts *[blockSize]int32) {
	for w := range len(set256{}) {
		countColumn(g.column(b, w), fired, (*[64]int32)(counts[w<<6:]))
	}
}
