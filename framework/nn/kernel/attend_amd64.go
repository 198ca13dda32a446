//go:build amd64 && !purego

package kernel

import "unsafe"

//go:generate go run -C _asm ./attend -out ../attend_amd64.s -stubs ../attend_stub_amd64.go -pkg kernel

// attendRows is how many rows of scores are in work at a time: those of a few
// tiles, with their gradients, fit the first cache.
const attendRows = 24

// localSize is two vectors for each row of the highest tile.
const localSize = 2 * 12 * 16

func (w *Workers) attend() {
	a := &w.attention
	switch {
	case active == Generic:
		w.eachSequence((*attendGenericTask)(a), 1)
	case a.length <= attendShort:
		w.eachSequence((*lanesTask)(a), 16)
	default:
		w.eachSequence((*attendTask)(a), 1)
	}
}

func (w *Workers) attendGrad() {
	w.attention.back = true
	w.attend()
}

type attendTask attention

// Piece does some sequences.
func (t *attendTask) Piece(i, worker int) {
	a := (*attention)(t)
	r := a.room(&a.scratch[worker])
	for s, end := a.sequences(i); s < end; s++ {
		r.begin(a, s)
		for h := range a.heads {
			for first := 0; first < a.length; first += attendRows {
				rows := min(attendRows, a.length-first)
				if a.back {
					r.grad(a, s, h, first, rows)
				} else {
					r.softmax(a, s, h, first, rows)
				}
			}
		}
	}
}

// A room is what a worker needs beside the results. Tokens have depth columns: d
// in whole vectors of 8.
type room struct {
	lanes, depth, width, panels, tail int       // of a panel, whole panels, columns of the last
	tokens                            Matrix    // u [length x depth]
	panel                             []float32 // uᵀ in panels [depth x width]
	q, g                              []float32 // rows of queries and gradients where d needs padding
	p, ds                             Matrix    // scores and their gradients
	most, sum, start                  []float32
	dots                              []float32 // −Σ dz z of each token and head
	local                             []float32 // what the tiles keep of their rows
}

func (a *attention) room(s *Scratch) room {
	r := room{lanes: 8, depth: (a.u.Cols + 7) &^ 7}
	if active == AVX512 {
		r.lanes = 16
	}
	r.width = 2 * r.lanes
	r.panels, r.tail = a.length/r.width, a.length%r.width
	stride := (a.length + r.lanes - 1) / r.lanes * r.lanes
	sizes := [...]int{a.length * r.depth, (r.panels + 1) * r.depth * r.width, attendRows * r.depth, attendRows * r.depth,
		attendRows * stride, attendRows * stride, attendRows, attendRows, attendRows, a.length * a.heads, localSize}
	const line = cacheLine / float
	total := line
	for i, n := range sizes {
		sizes[i] = (n + line - 1) / line * line
		total += sizes[i]
	}
	rest := s.Floats(total)
	rest = rest[-int(uintptr(unsafe.Pointer(&rest[0])))&(cacheLine-1)/float:]
	var parts [len(sizes)][]float32
	for i, n := range sizes {
		parts[i], rest = rest[:n], rest[n:]
	}
	r.tokens = Of(a.length, r.depth, parts[0])
	r.panel, r.q, r.g = parts[1], parts[2], parts[3]
	r.p, r.ds = Of(attendRows, stride, parts[4]), Of(attendRows, stride, parts[5])
	r.most, r.sum, r.start, r.dots, r.local = parts[6], parts[7], parts[8], parts[9], parts[10]
	if r.depth != a.u.Cols {
		clear(r.tokens.Data)
		clear(r.q)
		clear(r.g)
	}
	clear(r.panel)
	return r
}

// begin reads the tokens of a sequence, and what else does not depend on the head.
func (r *room) begin(a *attention, s int) {
	u, q := a.sequence(a.u, s), a.sequence(a.q, s)
	attendFetch(&q.Data[0], (q.Rows*q.Stride*float+cacheLine-1)/cacheLine)
	if r.depth == u.Cols {
		r.tokens = u
	} else {
		copyRows(r.tokens, u)
	}
	for j := 0; j < u.Rows; j += r.width {
		packTransposedAVX(&r.panel[j*r.depth], &u.Data[j*u.Stride], r.width*float, u.Stride*float, min(r.width, u.Rows-j), u.Cols)
	}
	if !a.back {
		return
	}
	du, z, dz := a.sequence(a.du, s), a.sequence(a.z, s), a.sequence(a.dz, s)
	for i := range a.length {
		if !a.add {
			clear(du.Row(i))
		}
		r.negativeDots(r.dots[i*a.heads:][:a.heads], dz.Row(i), z.Row(i))
	}
}

// negativeDots computes −Σ x y of every head.
func (r *room) negativeDots(dst, x, y []float32) {
	d := len(x) / len(dst)
	switch {
	case d%r.lanes != 0:
		for h := range dst {
			dst[h] = -dot(x[h*d:(h+1)*d], y[h*d:(h+1)*d])
		}
	case r.lanes == 16:
		attendDotsAVX512(&dst[0], &x[0], &y[0], len(dst), d/r.lanes)
	default:
		attendDotsAVX2(&dst[0], &x[0], &y[0], len(dst), d/r.lanes)
	}
}
