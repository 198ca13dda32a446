//go:build amd64 && !purego

package kernel

// attendShort is the length up to which sequences are computed side by side, one
// in each lane of a vector: every number of a lanesRoom is a vector of as many
// sequences.
const attendShort = 16

type lanesTask attention

// Piece does some groups of sequences.
func (t *lanesTask) Piece(i, worker int) {
	a := (*attention)(t)
	r := a.lanesRoom(&a.scratch[worker])
	for s, end := a.sequences(i); s < end; s += r.lanes {
		n := min(r.lanes, end-s)
		r.read(r.u, a.u, s, n)
		r.read(r.q, a.q, s, n)
		if !a.back {
			for h := range a.heads {
				r.weights(h)
				r.product(r.z[h*r.d*r.lanes:], r.wide, 1, r.p, r.length, 1, r.u, r.d, 1, r.length, r.d, r.length, false)
			}
			r.write(a.z, r.z, s, n)
			continue
		}
		r.read(r.dz, a.dz, s, n)
		if a.add {
			r.read(r.du, a.du, s, n)
		} else {
			clear(r.du)
		}
		for h := range a.heads {
			r.grad(h)
		}
		r.write(a.dq, r.z, s, n)
		r.write(a.du, r.du, s, n)
	}
}

// A lanesRoom is a group of sequences and what they are multiplied to.
type lanesRoom struct {
	lanes, length, d, wide int       // wide: the columns of all heads
	u, du                  []float32 // [length x d]
	q, dz, z               []float32 // [length x wide]; z is dq on the way back
	p, dp                  []float32 // [length x length] of one head
}

func (a *attention) lanesRoom(s *Scratch) lanesRoom {
	r := lanesRoom{lanes: 8, length: a.length, d: a.u.Cols, wide: a.q.Cols}
	if active == AVX512 {
		r.lanes = 16
	}
	rest := s.Floats(r.lanes * r.length * (2*r.d + 3*r.wide + 2*r.length))
	take := func(n int) (x []float32) {
		n *= r.lanes * r.length
		x, rest = rest[:n], rest[n:]
		return x
	}
	r.u, r.du, r.q, r.dz, r.z, r.p, r.dp = take(r.d), take(r.d), take(r.wide), take(r.wide), take(r.wide), take(r.length), take(r.length)
	return r
}

// read puts n sequences from s side by side.
func (r *lanesRoom) read(dst []float32, m Matrix, s, n int) {
	step := r.length * m.Stride
	for i := range r.length {
		from, to := m.Data[(s*r.length+i)*m.Stride:], dst[i*m.Cols*r.lanes:]
		if n < r.lanes || m.Cols%8 != 0 {
			packTransposedAVX(&to[0], &from[0], r.lanes*float, step*float, n, m.Cols)
			continue
		}
		for l := 0; l < r.lanes; l += 8 {
			transpose8AVX2(&to[l], &from[l*step], r.lanes*float, step*float, 8*r.lanes*float, 8*float, m.Cols/8)
		}
	}
}

// write is the reverse of read.
func (r *lanesRoom) write(m Matrix, src []float32, s, n int) {
	step := r.length * m.Stride
	for i := range r.length {
		from, to := src[i*m.Cols*r.lanes:], m.Data[(s*r.length+i)*m.Stride:]
		switch {
		case n == r.lanes && m.Cols%8 == 0:
			for l := 0; l < n; l += 8 {
				transpose8AVX2(&to[l*step], &from[l], step*float, r.lanes*float, 8*float, 8*r.lanes*float, m.Cols/8)
			}
		case m.Cols%4 == 0: // packing writes columns in fours
			packTransposedAVX(&to[0], &from[0], step*float, r.lanes*float, m.Cols, n)
		default:
			for l := range n {
				for j := range m.Cols {
					to[l*step+j] = from[j*r.lanes+l]
				}
			}
		}
	}
}

// product computes C = A B in every lane; strides count vectors.
func (r *lanesRoom) product(c []float32, cRow, cCol int, a []float32, aRow, aCol int, b []float32, bRow, bCol int, m, n, k int, add bool) {
	v, how := r.lanes*float, 0
	if add {
		how = howAdd
	}
	if active == AVX512 {
		lanesProductAVX512(&c[0], &a[0], &b[0], cRow*v, cCol*v, aRow*v, aCol*v, bRow*v, bCol*v, m, n, k, how)
	} else {
		lanesProductAVX2(&c[0], &a[0], &b[0], cRow*v, cCol*v, aRow*v, aCol*v, bRow*v, bCol*v, m, n, k, how)
	}
}

// weights computes A of head h.
func (r *lanesRoom) weights(h int) {
	r.product(r.p, r.length, 1, r.q[h*r.d*r.lanes:], r.wide, 1, r.u, 1, r.d, r.length, r.length, r.d, false)
	if active == AVX512 {
		lanesSoftmaxAVX512(&r.p[0], r.length, r.length)
	} else {
		lanesSoftmaxAVX2(&r.p[0], r.length, r.length)
	}
}

// grad computes dq of head h and adds its part to du.
func (r *lanesRoom) grad(h int) {
	at, L := h*r.d*r.lanes, r.length
	q, dz, dq := r.q[at:], r.dz[at:], r.z[at:]
	r.weights(h)
	r.product(r.dp, L, 1, dz, r.wide, 1, r.u, 1, r.d, L, L, r.d, false)
	if active == AVX512 {
		lanesSoftmaxGradAVX512(&r.dp[0], &r.p[0], L, L)
	} else {
		lanesSoftmaxGradAVX2(&r.dp[0], &r.p[0], L, L)
	}
	r.product(dq, r.wide, 1, r.dp, L, 1, r.u, r.d, 1, L, r.d, L, false)
	r.product(r.du, r.d, 1, r.dp, 1, L, q, r.wide, 1, L, r.d, L, true)
	r.product(r.du, r.d, 1, r.p, 1, L, dz, r.wide, 1, L, r.d, L, true)
}
