package source

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
	"gonum.org/v1/gonum/mat"
)

// lowRank is the mixture of low-rank Gaussians of Lee et al. 2019 (HiWA). Each
// of S clusters has a d-dimensional subspace of R^D with orthonormal basis A_i:
//
//	source  x = A_i z + δw,      z ~ N(m_i, Σ_i)
//	target  y = R* A_i z′ + δw′, z′ ~ N(m_i, Σ_i), independent of z
//
// m_i ~ N(0, I); Σ_i = PSD part of (U+Uᵀ)/2, U uniform, plus d·u·I, u uniform.
// R* is a rotation. The task is to find R* from the two clouds.
type lowRank struct {
	Clusters int     `name:"clusters" default:"5" min:"1" max:"200" doc:"S, clusters"`
	Dim      int     `name:"dim" default:"2" min:"1" max:"100" doc:"d, dimensions of a cluster"`
	Ambient  int     `name:"ambient" default:"6" min:"1" max:"500" doc:"D, dimensions of the space"`
	N        int     `name:"n" default:"100" min:"2" max:"100000" doc:"samples per cluster and side"`
	NVar     float64 `name:"n_var" default:"0" min:"0" max:"1" doc:"Nvar, spread of cluster sizes: n(1 − Nvar/2) to n(1 + Nvar/2)"`
	Noise    float64 `name:"noise" default:"0" min:"0" doc:"δ, standard deviation of noise on every coordinate"`
	Spacing  string  `name:"spacing" default:"random" choices:"random,equal" doc:"equal: subspaces overlap in d − 1 dimensions, the hardest case; needs D = S + d − 1"`
}

var lowRankGenerator = define(Generator{
	Name:    "low-rank-gaussians",
	Version: 1,
	Summary: "clusters in low-dimensional subspaces, and the same clusters rotated: an alignment task",
	Doc: "Source and target are drawn independently from the same clusters; the target is turned by an unknown rotation R*. " +
		"Samples are their own trials and the clusters are mixed, so that any division is fair to all of them. " +
		"The alignment error of a rotation R is |RX − truth|² / |truth|² over all source samples.",
	Citation: "Lee, Dabagia, Dyer and Rozell, Hierarchical Optimal Transport for Multimodal Distribution Alignment, NeurIPS 2019",
	Shapes: map[string]Shape{
		"source": {Targets: []TargetInfo{
			{Name: "cluster", Class: true, Doc: "cluster"},
			{Name: "truth", Doc: "R* x: where the sample belongs on the target side"},
			{Name: "basis", Doc: "A_i of the sample's cluster: D rows of d numbers"},
		}},
		"target": {Targets: []TargetInfo{
			{Name: "cluster", Class: true, Doc: "cluster"},
			{Name: "basis", Doc: "B_i = R* A_i of the sample's cluster: D rows of d numbers"},
		}},
	},
}, func() *lowRank { return new(lowRank) })

func (g *lowRank) check() []data.Problem {
	var out []data.Problem
	if g.Dim > g.Ambient {
		out = append(out, data.Problem{Path: "dim", Fact: fmt.Sprintf("is %d, but the space has only %d dimensions", g.Dim, g.Ambient), Hint: "raise ambient"})
	}
	if want := g.Clusters + g.Dim - 1; g.Spacing == "equal" && g.Ambient != want {
		out = append(out, data.Problem{Path: "ambient", Fact: fmt.Sprintf("must be clusters + dim − 1 = %d with spacing equal, got %d", want, g.Ambient)})
	}
	return out
}

func (g *lowRank) generate(seed uint64) (map[string]*data.Recording, error) {
	rng := data.Rand(seed, "low-rank-gaussians clusters")
	A := g.bases(rng)
	mean, root := make([][]float64, g.Clusters), make([]*mat.Dense, g.Clusters)
	for i := range A {
		mean[i] = make([]float64, g.Dim)
		for k := range mean[i] {
			mean[i][k] = rng.NormFloat64()
		}
		var err error
		if root[i], err = g.covarianceRoot(rng); err != nil {
			return nil, err
		}
	}
	R, err := rotation(g.Ambient, rng)
	if err != nil {
		return nil, err
	}
	B := make([]*mat.Dense, g.Clusters)
	for i := range A {
		B[i] = new(mat.Dense)
		B[i].Mul(R, A[i])
	}
	source := g.side(A, mean, root, data.Rand(seed, "low-rank-gaussians source"))
	target := g.side(B, mean, root, data.Rand(seed, "low-rank-gaussians target"))

	truth := data.NewArray(source.Len(), g.Ambient)
	x := make([]float64, g.Ambient)
	for i := range source.Len() {
		for k, v := range source.Samples.Row(i) {
			x[k] = float64(v)
		}
		for k := range g.Ambient {
			truth.Row(i)[k] = float32(dot(R.RawRowView(k), x))
		}
	}
	// The order of targets is that of Shapes: cluster, truth, basis.
	t := source.Targets
	source.Targets = []data.Target{t[0], {Name: "truth", Values: truth}, t[1]}
	for _, r := range []*data.Recording{source, target} {
		if err := r.Check(); err != nil {
			return nil, err
		}
	}
	return map[string]*data.Recording{"source": source, "target": target}, nil
}

// side draws one cloud.
func (g *lowRank) side(basis []*mat.Dense, mean [][]float64, root []*mat.Dense, rng *rand.Rand) *data.Recording {
	counts := make([]int, g.Clusters)
	total := 0
	for i := range counts {
		c := g.NVar * float64(g.N)
		counts[i] = max(1, int(math.Ceil(float64(g.N)-c/2+c*rng.Float64())))
		total += counts[i]
	}
	r := &data.Recording{Samples: data.NewArray(total, g.Ambient), Trial: make([]int32, total)}
	cluster := make([]int32, total)
	bases := data.NewArray(total, g.Ambient*g.Dim)
	w, z := make([]float64, g.Dim), make([]float64, g.Dim)
	group, _ := interleave(counts)
	for s, i := range group {
		r.Trial[s], cluster[s] = int32(s), int32(i)
		for k := range w {
			w[k] = rng.NormFloat64()
		}
		for k := range z { // z = m + Σ^½ w
			z[k] = mean[i][k] + dot(root[i].RawRowView(k), w)
		}
		for k := range g.Ambient {
			x := dot(basis[i].RawRowView(k), z)
			if g.Noise > 0 {
				x += g.Noise * rng.NormFloat64()
			}
			r.Samples.Row(s)[k] = float32(x)
			for j, b := range basis[i].RawRowView(k) {
				bases.Row(s)[k*g.Dim+j] = float32(b)
			}
		}
	}
	r.Targets = []data.Target{
		{Name: "cluster", Labels: cluster, Classes: g.Clusters},
		{Name: "basis", Values: bases},
	}
	return r
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i] * b[i])
	}
	return sum
}
