// Package swapvae learns latents of neural activity in two blocks, content and
// style, by swapping the content of two views (Liu, Azabou, Dabagia, Lin, Azar,
// Hengen, Valko and Dyer, Drop, Swap, and Generate, NeurIPS 2021).
//
// Symbols: x_1, x_2 two views of activity in Hz, c_i the content of a view,
// s_i ~ N(μ_i, exp v_i) its style, y_i = dec(c_i, s_i) the rates decoded from
// its own latents and ỹ_1 = dec(c_2, s_1) those after BlockSwap.
package swapvae

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "swapvae"
	version = "2" // 2: shared products are computed once, which rounds in another way
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:          name,
		Version:       version,
		Summary:       "variational autoencoder of firing rates whose content block is swapped between views",
		Citation:      "Liu et al., Drop, Swap, and Generate: A Self-Supervised Approach for Generating Neural Activity, NeurIPS 2021, arXiv 2111.02338",
		Settings:      settings{},
		Roles:         []string{data.MainRole},
		Metrics:       declared,
		Arrays:        illustrations,
		Deterministic: true,
		OutOfSample:   true,
		Resumable:     true,
		Budget:        "epochs",
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    framework.Never, // its own read-outs do, embeddings do not
		GPU:           framework.GPUNone,
	}
}

// declared are the metrics of Evaluate. The definitions of disentanglement and
// generation are ours: those of the paper were not available.
var declared = []metric.Info{
	{Name: "units", Goal: metric.None, Doc: "units kept"},
	{Name: "poisson_nll", Goal: metric.Min, Doc: "reconstruction from content and style means: mean over samples of sum y - x ln y"},
	{Name: "kl", Goal: metric.None, Doc: "divergence of the sampled latents from N(0, I), nats"},
	{Name: "alignment", Goal: metric.None, Doc: "mean of 2 - 2 cos of the contents of successive samples of a trial"},
	{Name: "rate_correlation", Goal: metric.Max, Doc: "Pearson r of decoded and true rates over samples and units, where the recording has the target rate"},
	{Name: "disentanglement_direction", Goal: metric.Max, Doc: "(ours) accuracy of a least-squares read-out of the class from content, less that from style"},
	{Name: "disentanglement_dynamics", Goal: metric.Max, Doc: "(ours) R2 of a ridge read-out of velocity, speed and time in trial from style, less that from content"},
	{Name: "generation_rates", Goal: metric.Max, Doc: "(ours) content of a sample, style from N(0, I): Pearson r over units of mean rates, averaged over classes"},
	{Name: "generation_correlations", Goal: metric.Max, Doc: "(ours) the same samples: Pearson r of the off-diagonal pairwise correlations of units, generated against recorded"},
	{Name: "generation_direction", Goal: metric.Max, Doc: "(ours) the same samples, encoded again: share whose read-out class is that of the content"},
	{Name: "swap_direction", Goal: metric.Max, Doc: "(ours) the same with the style of a sample of another class"},
}

var illustrations = []framework.ArrayInfo{
	{Name: "reconstruction", Doc: "[samples x units kept] rates decoded from content and style mean, Hz"},
	{Name: "swapped", Doc: "[samples x units kept] rates decoded from a sample's content and the style of a sample of another class, Hz"},
	{Name: "generated", Doc: "[samples x units kept] rates decoded from a sample's content and a style drawn from N(0, I), Hz"},
	{Name: "traversal", Doc: "[latents x 7 x units kept] rates decoded from the mean latent with one latent moved by -3 to 3 standard deviations, Hz"},
}
