package file

// together is how many columns are counted at a time: as many as share a line of the
// processor's cache in the matrix.
const together = 16

// tally is a matrix that is counted into, mostly column by column. Columns lie side by
// side for a while, each in one piece, before they are spread over the matrix: a spike
// would else touch a line of memory of its own.
type tally struct {
	rows, dims int
	out        []float32 // [rows, dims]
	first      int       // column of those that are held; -1: none
	held       []float32 // together columns, one behind another
}

func newColumns(rows, dims int) *tally {
	return &tally{rows: rows, dims: dims, out: make([]float32, rows*dims), first: -1}
}

// add counts one. Where columns do not come in order, as in lists of (time, unit), it
// goes straight to the matrix.
func (t *tally) add(row, column int) {
	if block := column - column%together; block != t.first {
		if t.first >= 0 && block < t.first || t.rows*t.dims < 1<<16 {
			t.out[row*t.dims+column]++
			return
		}
		t.flush()
		t.first = block
		if t.held == nil {
			t.held = make([]float32, t.rows*min(together, t.dims))
		}
	}
	t.held[(column-t.first)*t.rows+row]++
}

// flush spreads the held columns over the matrix.
func (t *tally) flush() {
	if t.first < 0 {
		return
	}
	// In stretches whose lines of the matrix stay in the cache. Most counts are 0.
	const stretch = 4096
	for from := 0; from < t.rows; from += stretch {
		to := min(from+stretch, t.rows)
		for k := range min(together, t.dims-t.first) {
			at := from*t.dims + t.first + k
			for i, n := range t.held[k*t.rows+from : k*t.rows+to] {
				if n != 0 {
					t.out[at+i*t.dims] += n
				}
			}
		}
	}
	clear(t.held)
	t.first = -1
}
