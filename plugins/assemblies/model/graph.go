package model

// graph gives the synapses of one fibre.
type graph interface {
	// count adds to counts, for the targets of block b, the synapses from fired.
	count(fired []int32, keys []uint64, b int, counts *[blockSize]int32)
	// targets are those of source i in block b.
	targets(i int32, key uint64, b int) set256
}

// hashed draws synapses anew every time.
type hashed struct{ *edges }

func (g hashed) count(fired []int32, keys []uint64, b int, counts *[blockSize]int32) {
	for x, i := range fired {
		g.add(i, keys[x], b, counts)
	}
}

func (g hashed) targets(i int32, key uint64, b int) set256 { return g.block(i, key, b) }

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
		for i := range sources {
			for w, x := range e.block(int32(i), keys[i], b) {
				g.column(b, w)[i] = x
			}
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

func (g *stored) count(fired []int32, _ []uint64, b int, counts *[blockSize]int32) {
	for w := range len(set256{}) {
		countColumn(g.column(b, w), fired, (*[64]int32)(counts[w<<6:]))
	}
}
