// Package evolution has weak selection on the frequencies of alleles, which simulates
// gradient descent on the weights that the genes make up (Cristian et al. 2020, appendix C).
package evolution

import (
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "evolution"
	version = "1"
)

// after are the generations whose weights are kept.
var after = []int{1, 10, 30, 100, 300, 1000, 3000}

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	metrics := []metric.Info{
		{Name: "accuracy", Goal: metric.Max, Doc: "share of samples on the right side of w z = 0"},
		{Name: "loss", Goal: metric.Min, Doc: "mean logistic loss"},
		{Name: "alignment", Goal: metric.Max, Doc: "cosine of the angle between the step of w and the negative gradient of the loss that selects, mean over generations"},
		{Name: "falls", Goal: metric.Max, Doc: "share of the generations in which that loss fell"},
		{Name: "fixed", Goal: metric.None, Doc: "train = selection: share of the alleles whose frequency ends within a hundredth of 0 or 1"},
	}
	for _, n := range after {
		metrics = append(metrics,
			metric.Info{Name: fmt.Sprintf("accuracy_after_%d", n), Goal: metric.Max, Doc: fmt.Sprintf("accuracy of the weights after %d generations", n)},
			metric.Info{Name: fmt.Sprintf("loss_after_%d", n), Goal: metric.Min, Doc: fmt.Sprintf("loss of the weights after %d generations", n)})
	}
	return framework.Description{
		Name:          name,
		Version:       version,
		Summary:       "Weak selection on allele frequencies beside the gradient descent that it simulates: a linear classifier of two classes",
		Citation:      "Cristian, Dabagia, Papadimitriou and Vempala, Learning with Plasticity Rules: Generalization and Robustness (2020), appendix C",
		Settings:      settings{},
		Roles:         []string{data.MainRole},
		Metrics:       metrics,
		Deterministic: true,
		OutOfSample:   true,
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    framework.Always,
		GPU:           framework.GPUNone,
	}
}
