package latent

import (
	"context"
	"math"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// agree reports whether two divisions are one, but for the names of clusters.
func agree(a, b []int32) bool {
	to, from := map[int32]int32{}, map[int32]int32{}
	for i := range a {
		if v, ok := to[a[i]]; ok && v != b[i] {
			return false
		}
		if v, ok := from[b[i]]; ok && v != a[i] {
			return false
		}
		to[a[i]], from[b[i]] = b[i], a[i]
	}
	return true
}

// Clouds far apart are found, whatever the start; the cost is that of their means.
func TestKMeansFindsClouds(t *testing.T) {
	rng := data.Rand(1, "k-means")
	const k, n = 5, 30
	X, want := normal(rng, k*n, 3), make([]int32, k*n)
	for i := range k * n {
		want[i] = int32(i % k)
		X.Set(i, 0, X.At(i, 0)+20*float64(i%k))
	}
	labels, cost, err := KMeans(X, k, 5, rng)
	if err != nil || !agree(labels, want) {
		t.Fatalf("%v, %v", labels, err)
	}
	sum := 0.0
	for c := range k {
		var rows []int
		for i := range k * n {
			if i%k == c {
				rows = append(rows, i)
			}
		}
		part := mat.NewDense(n, 3, nil)
		for i, r := range rows {
			part.SetRow(i, X.RawRowView(r))
		}
		d := centred(part, Mean(part))
		sum += mat.Norm(d, 2) * mat.Norm(d, 2)
	}
	if !(math.Abs(cost-sum) <= 1e-9*sum) {
		t.Errorf("cost %v, want %v", cost, sum)
	}
}

// As many clusters as samples cost nothing; equal samples are no trouble; more
// clusters than samples are refused.
func TestKMeansAtTheEnds(t *testing.T) {
	rng := data.Rand(2, "k-means")
	X := normal(rng, 9, 2)
	if _, cost, err := KMeans(X, 9, 1, rng); err != nil || cost != 0 {
		t.Errorf("cost %v, %v", cost, err)
	}
	if labels, cost, err := KMeans(mat.NewDense(6, 2, nil), 3, 2, rng); err != nil || cost != 0 || len(labels) != 6 {
		t.Errorf("equal samples: %v, cost %v, %v", labels, cost, err)
	}
	for _, k := range []int{0, 10} {
		if _, _, err := KMeans(X, k, 1, rng); err == nil {
			t.Errorf("%d clusters of 9 samples: accepted", k)
		}
	}
	X.Set(4, 1, math.NaN())
	if _, _, err := KMeans(X, 2, 1, rng); err == nil {
		t.Error("NaN: accepted")
	}
}

// Planes that cross at the origin, which no centres tell apart.
func TestSubspaceClustersFindsPlanes(t *testing.T) {
	rng := data.Rand(3, "planes")
	const k, n, D = 3, 40, 6
	X, want := mat.NewDense(k*n, D, nil), make([]int32, k*n)
	for c := range k {
		basis := normal(rng, 2, D)
		for i := range n {
			var x mat.Dense
			x.Mul(normal(rng, 1, 2), basis)
			X.SetRow(i*k+c, x.RawRowView(0))
			want[i*k+c] = int32(c)
		}
	}
	labels, err := SubspaceClusters(context.Background(), X, k, rng)
	if err != nil || !agree(labels, want) {
		t.Errorf("%v, %v", labels, err)
	}
	centres, _, err := KMeans(X, k, 10, rng)
	if err != nil || agree(centres, want) {
		t.Errorf("k-means found them too: the test is too easy (%v)", err)
	}
}

// C minimises ‖C‖₁ + (λ/2)‖X − XC‖²: no step along a coordinate makes it less by
// more than the iteration leaves.
func TestSparseCombinationsAreOptimal(t *testing.T) {
	X := normal(data.Rand(4, "sparse"), 25, 4)
	C, err := sparseCombinations(context.Background(), X)
	if err != nil {
		t.Fatal(err)
	}
	var G mat.Dense
	G.Mul(X, X.T())
	coherence := math.Inf(1)
	for i := range 25 {
		most := 0.0
		for j := range 25 {
			if i != j {
				most = max(most, math.Abs(G.At(i, j)))
			}
		}
		coherence = min(coherence, most)
	}
	objective := func() float64 {
		var R mat.Dense
		R.Mul(X.T(), C)
		R.Sub(X.T(), &R)
		sum := sscAlpha / coherence / 2 * mat.Norm(&R, 2) * mat.Norm(&R, 2)
		for _, c := range C.RawMatrix().Data {
			sum += math.Abs(c)
		}
		return sum
	}
	best := objective()
	for i := range 25 {
		if C.At(i, i) != 0 {
			t.Fatalf("sample %d stands for itself", i)
		}
		for j := range 25 {
			if i == j {
				continue
			}
			old := C.At(i, j)
			for _, step := range []float64{0.05, -0.05} {
				C.Set(i, j, old+step)
				if v := objective(); v < best*(1-5e-3) {
					t.Fatalf("C[%d,%d] = %v + %v makes it %v, was %v", i, j, old, step, v, best)
				}
			}
			C.Set(i, j, old)
		}
	}
}

func TestSubspaceClustersRefuses(t *testing.T) {
	rng := data.Rand(5, "refuse")
	if _, err := SubspaceClusters(context.Background(), mat.NewDense(5, 2, nil), 2, rng); err == nil {
		t.Error("samples of zero: accepted")
	}
	if _, err := SubspaceClusters(context.Background(), normal(rng, 5, 2), 5, rng); err == nil {
		t.Error("5 clusters of 5 samples: accepted")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := SubspaceClusters(ctx, normal(rng, 9, 2), 2, rng); err == nil {
		t.Error("cancelled: no error")
	}
}
