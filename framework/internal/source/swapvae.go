package source

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
)

// swapVAE is the synthetic population of Liu et al. 2021 (Swap-VAE), after
// pi-VAE's generator (Zhou and Wei 2020). Cluster c lies in the sector
// k·π/4 .. (k+1)·π/4, k = 2c:
//
//	u ~ U(sector)
//	z ~ N(m, diag(v)),  m = (5 sin u, 5 cos u),  v₂ = 0.1·|5 cos u|,  v₁ = 0.6 − v₂
//	λ = exp(2.2 tanh(f(z, 0, ..., 0))),  x ~ Poisson(λ)
//
// with one random invertible map f for all clusters. (The released script draws
// a new f with every call, so that its clusters have nothing in common.)
type swapVAE struct {
	PerCluster int     `name:"per_cluster" default:"5000" min:"20" max:"200000" doc:"samples drawn per direction, before pseudo-trials are cut"`
	Channels   int     `name:"channels" default:"100" min:"4" max:"2000" doc:"neurons; an even number"`
	Gain       float64 `name:"gain" default:"2.2" min:"0" max:"10" doc:"g: the log of a mean count is g·tanh(y), y the channel of the map; the smaller, the less a single sample tells"`
}

const (
	swapClusters = 4 // directions
	swapSectors  = 4 // samples of a pseudo-trial
	swapBlocks   = 4 // of two coupling layers
)

var swapVAEGenerator = define(Generator{
	Name:    "swapvae-population",
	Version: 1,
	Summary: "Poisson neurons driven by a 2-d latent state, four directions in pseudo-trials of four",
	Doc: "A latent point on an ellipse is pushed through a random invertible network into log-rates of a population. " +
		"The sector of a direction is cut into four equal parts, \"time\" 0 to 3; a pseudo-trial has one sample of each.",
	Citation: "Liu et al., Drop, Swap, and Generate: A Self-Supervised Approach for Generating Neural Activity, NeurIPS 2021",
	Shapes: map[string]Shape{data.MainRole: {Unit: "counts", Targets: []TargetInfo{
		{Name: "direction", Class: true, Classes: swapClusters, Doc: "cluster; its sector begins at 90 degrees times it"},
		{Name: "time", Class: true, Classes: swapSectors, Doc: "place in the pseudo-trial"},
		{Name: "latent", Dims: 2, Doc: "z, the true latent state"},
		{Name: "angle", Dims: 1, Unit: "rad", Doc: "u, the true angle"},
		{Name: "rate", Unit: "counts", Doc: "λ, the true mean of every channel"},
	}}},
}, func() *swapVAE { return new(swapVAE) })

func (g *swapVAE) check() []data.Problem {
	if g.Channels%2 != 0 {
		return []data.Problem{{Path: "channels", Fact: fmt.Sprintf("must be even, got %d", g.Channels), Hint: "the map exchanges two halves"}}
	}
	return nil
}

// draw is one sample before the population sees it.
type draw struct {
	u float64
	z [2]float64
}

func (g *swapVAE) generate(seed uint64) (map[string]*data.Recording, error) {
	// trials[c][i] has one draw of each sub-sector of cluster c.
	trials := make([][][swapSectors]draw, swapClusters)
	counts := make([]int, swapClusters)
	for c := range trials {
		trials[c] = g.cluster(c, data.Rand(seed, fmt.Sprintf("swapvae-population latent %d", c)))
		if counts[c] = len(trials[c]); counts[c] == 0 {
			return nil, fmt.Errorf("%d samples leave direction %d without a pseudo-trial: raise per_cluster", g.PerCluster, c)
		}
	}
	f := newCoupling(g.Channels, data.Rand(seed, "swapvae-population map"))
	noise := data.Rand(seed, "swapvae-population counts")

	group, item := interleave(counts)
	n := len(group) * swapSectors
	r := &data.Recording{Unit: "counts", Samples: data.NewArray(n, g.Channels)}
	latent, angle, rate := data.NewArray(n, 2), data.NewArray(n, 1), data.NewArray(n, g.Channels)
	direction, time := make([]int32, n), make([]int32, n)
	z := make([]float64, g.Channels)
	for t := range group {
		for j, d := range trials[group[t]][item[t]] {
			i := t*swapSectors + j
			r.Trial = append(r.Trial, int32(t))
			direction[i], time[i] = int32(group[t]), int32(j)
			angle.Row(i)[0] = float32(d.u)
			latent.Row(i)[0], latent.Row(i)[1] = float32(d.z[0]), float32(d.z[1])
			clear(z)
			z[0], z[1] = d.z[0], d.z[1]
			for k, y := range f.apply(z) {
				lambda := math.Exp(g.Gain * math.Tanh(y))
				rate.Row(i)[k] = float32(lambda)
				r.Samples.Row(i)[k] = float32(poisson(noise, lambda))
			}
		}
	}
	r.Targets = []data.Target{
		{Name: "direction", Labels: direction, Classes: swapClusters},
		{Name: "time", Labels: time, Classes: swapSectors},
		{Name: "latent", Values: latent},
		{Name: "angle", Values: angle, Unit: "rad"},
		{Name: "rate", Values: rate, Unit: "counts"},
	}
	return map[string]*data.Recording{data.MainRole: r}, r.Check()
}

// cluster draws the samples of direction c and cuts them into pseudo-trials:
// trial i has the i-th sample of each sub-sector; what the smallest sub-sector
// cannot match is dropped.
func (g *swapVAE) cluster(c int, rng *rand.Rand) [][swapSectors]draw {
	from := float64(2*c) * math.Pi / 4
	var parts [swapSectors][]draw
	for range g.PerCluster {
		at := rng.Float64()
		u := from + at*math.Pi/4
		m1, m2 := 5*math.Sin(u), 5*math.Cos(u)
		v2 := 0.1 * math.Abs(m2)
		v1 := 0.6 - v2
		d := draw{u: u, z: [2]float64{m1 + math.Sqrt(v1)*rng.NormFloat64(), m2 + math.Sqrt(v2)*rng.NormFloat64()}}
		j := int(at * swapSectors)
		parts[j] = append(parts[j], d)
	}
	n := g.PerCluster
	for _, p := range parts {
		n = min(n, len(p))
	}
	trials := make([][swapSectors]draw, n)
	for i := range trials {
		for j := range parts {
			trials[i][j] = parts[j][i]
		}
	}
	return trials
}
