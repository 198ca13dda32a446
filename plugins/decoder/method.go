// Package decoder has the two linear decoders that brain-computer interfaces are
// compared with: the Wiener filter, a regression on the rates of several bins, and
// the Kalman filter. Their embedding is what they decode, so that it stands beside
// what is learned without labels in the same tables.
package decoder

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "decoder"
	version = "1"
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "Wiener filter and Kalman filter: linear decoders of a target, which are their embedding",
		Citation: "Wu, Gao, Bienenstock, Donoghue and Black, Bayesian population decoding of motor cortical activity using a Kalman filter, Neural Computation 18 (2006)",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Metrics: []metric.Info{
			{Name: "units", Goal: metric.None, Doc: "channels kept"},
			{Name: "r2", Goal: metric.Max, Doc: "of a continuous target: coefficient of determination of what is decoded, averaged over its dimensions"},
			{Name: "accuracy", Goal: metric.Max, Doc: "of a class target: share of the samples whose largest score is that of their class"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Context: framework.Context{
			Before: "decoder == 'kalman' ? -1 : (context[0] < 0 ? -context[0] : 0)",
			After:  "decoder == 'kalman' ? 0 : (context[1] > 0 ? context[1] : 0)",
		},
		UsesLabels: framework.Always,
		Seedless:   framework.Always,
		GPU:        framework.GPUNone,
	}
}
