// Package myow learns representations of neural activity without labels by
// predicting, from one view of a sample, another view of it and a view of a
// similar sample mined from the batch (Azabou et al., Mine Your Own vieW:
// Self-Supervised Learning Through Across-Sample Prediction, arXiv 2102.10106).
//
// Symbols: y = f(x) the representation, z = g(y) its projection and q the
// predictor on z; v = h(z) the second projection, cascaded, and r the predictor
// on v. θ are the weights of the online network and ξ, their moving average,
// those of the target network, which has no predictors and gets no gradient.
package myow

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "myow"
	version = "2" // 2: shared products are computed once, which rounds in another way
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "predicts another view of a sample and of a mined neighbour (MYOW); BYOL, SimSiam, SimCLR and a supervised encoder by settings",
		Citation: "Azabou et al., Mine Your Own vieW: Self-Supervised Learning Through Across-Sample Prediction, arXiv 2102.10106 (2021)",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Metrics: []metric.Info{
			{Name: "units", Goal: metric.None, Doc: "units kept"},
			{Name: "spread", Goal: metric.None, Doc: "standard deviation of the dimensions of y/|y|, root mean square, times the root of their number: 0 where the representation has collapsed, at most 1"},
			{Name: "neighbour_agreement", Goal: metric.Max, Doc: "share of samples whose nearest sample of another trial, by the cosine of y, has the same class: what mining would find"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Resumable:     true,
		Budget:        budget(),
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    "objective == 'supervised'",
		GPU:           framework.GPUNone,
	}
}
