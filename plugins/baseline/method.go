// Package baseline is what every method is compared with: z-scored samples as
// they are, their principal components, or their factors. Where a method sees
// several bins, so may the baseline.
package baseline

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "baseline"
	version = "1"
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "z-scored channels, of one bin or several, their principal components or factors",
		Citation: "Tipping and Bishop, Probabilistic Principal Component Analysis, J. R. Stat. Soc. B 61 (1999); Barber, Bayesian Reasoning and Machine Learning (2012), ch. 21",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Metrics: []metric.Info{
			{Name: "units", Goal: metric.None, Doc: "channels kept"},
			{Name: "reconstruction_r2", Goal: metric.Max, Doc: "pca and fa: share of the variance of the z-scored channels that the embedding reconstructs"},
			{Name: "log_likelihood", Goal: metric.Max, Doc: "fa: mean log-density of a z-scored sample, nats"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Context:       framework.Context{Before: "smooth > 0 ? -1 : (context[0] < 0 ? -context[0] : 0)", After: "smooth > 0 ? -1 : (context[1] > 0 ? context[1] : 0)"},
		UsesLabels:    framework.Never,
		Seedless:      framework.Always,
		GPU:           framework.GPUNone,
	}
}
