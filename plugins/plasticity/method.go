// Package plasticity trains random recurrent networks by local rules, and learns
// the rules by gradient descent (Cristian, Dabagia, Papadimitriou and Vempala,
// Learning with Plasticity Rules: Generalization and Robustness, 2020).
//
// Symbols: V neurons of which k fire, masks M_G and M_A that keep a synapse with
// probability p, weights A (input), W (graph), U (output), T rounds, s_i the
// firing pattern of a neuron over them, r(s_i, s_j) and ro(s_i, b) the rules.
package plasticity

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

const (
	name    = "plasticity"
	version = "1"

	metaRole = "meta" // of the recording that a rule is learned on
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:          name,
		Version:       version,
		Summary:       "random networks trained by local plasticity rules, which are given or learned by gradient descent",
		Citation:      "Cristian, Dabagia, Papadimitriou and Vempala, Learning with Plasticity Rules: Generalization and Robustness, 2020, openreview XEyElxd9zji",
		Settings:      settings{},
		Roles:         []string{data.MainRole},
		Optional:      []framework.OptionalRole{{Name: metaRole, When: "train == 'rule' and rule in ['learned', 'closed-form'] and meta_role == 'meta'"}},
		Metrics:       declared,
		Deterministic: true,
		OutOfSample:   true,
		Reuse:         true,
		Resumable:     true,
		Budget:        "epochs",
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    "train == 'gd-all' or train == 'rule' and rounds > 1", // else they change U alone, which embeddings do not see
		GPU:           framework.GPUNone,
	}
}
