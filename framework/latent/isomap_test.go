package latent

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// Embeddings equal scikit-learn's, but for the signs of coordinates: a rolled sheet,
// few samples of many dimensions, and a cloud in three parts (testdata/isomap.py).
func TestIsomapEqualsReference(t *testing.T) {
	text, err := os.ReadFile("testdata/isomap.json")
	if err != nil {
		t.Fatal(err)
	}
	var refs []struct {
		X, Z          [][]float64
		K, Neighbours int
	}
	if err := json.Unmarshal(text, &refs); err != nil || len(refs) != 3 {
		t.Fatalf("%d cases, %v", len(refs), err)
	}
	for i, ref := range refs {
		Z, err := Isomap(context.Background(), dense(ref.X), ref.K, ref.Neighbours)
		if err != nil {
			t.Fatal(err)
		}
		want := mat.DenseCopyOf(dense(ref.Z).T())
		fixSigns(want)
		near(t, "embedding", mat.DenseCopyOf(Z.T()), want, 1e-8)
		if t.Failed() {
			t.Fatalf("case %d", i)
		}
	}
}

// On a line every path is straight: the embedding keeps all distances.
func TestIsomapOfALine(t *testing.T) {
	const n = 40
	X := mat.NewDense(n, 3, nil)
	for i := range n {
		s := float64(i*i) / 100
		X.SetRow(i, []float64{s, 2 * s, -s})
	}
	Z, err := Isomap(context.Background(), X, 1, 4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		for j := range i {
			want := math.Sqrt(6) * float64(i*i-j*j) / 100
			if got := math.Abs(Z.At(i, 0) - Z.At(j, 0)); !(math.Abs(got-want) <= 1e-9*want) {
				t.Fatalf("samples %d and %d are %v apart, want %v", i, j, got, want)
			}
		}
	}
}

func TestIsomapRefuses(t *testing.T) {
	X := normal(data.Rand(1, "isomap"), 10, 2)
	for _, c := range [][2]int{{0, 3}, {10, 3}, {2, 0}, {2, 10}} {
		if _, err := Isomap(context.Background(), X, c[0], c[1]); err == nil {
			t.Errorf("%d dimensions, %d neighbours: accepted", c[0], c[1])
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Isomap(ctx, X, 2, 3); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// The leading eigenvectors of a matrix with known ones, by iteration and as a whole;
// eigenvalues of large magnitude that are negative do not lead.
func TestLeadingEigen(t *testing.T) {
	const n = 90
	var qr mat.QR
	qr.Factorize(normal(data.Rand(5, "eigen"), n, n))
	var O, S, B mat.Dense
	qr.QTo(&O)
	S.Apply(func(_, j int, v float64) float64 { return v * eigenvalue(j) }, &O)
	B.Mul(&S, O.T())
	for name, f := range map[string]func(*mat.Dense, int) ([]float64, *mat.Dense, error){"leading": leadingEigen, "whole": wholeEigen} {
		values, V, err := f(&B, 3)
		if err != nil {
			t.Fatal(err)
		}
		for j, at := range []int{1, 2, 3} { // 0 is negative
			if !(math.Abs(values[j]-eigenvalue(at)) <= 1e-9) {
				t.Errorf("%s: eigenvalue %d is %v, want %v", name, j, values[j], eigenvalue(at))
			}
			dot := mat.Dot(V.ColView(j), O.ColView(at))
			if !(math.Abs(math.Abs(dot)-1) <= 1e-9) {
				t.Errorf("%s: eigenvector %d is off: %v", name, j, dot)
			}
		}
	}
}

func eigenvalue(j int) float64 {
	if j == 0 {
		return -50
	}
	return 10 / float64(j)
}
