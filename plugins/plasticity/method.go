// Package plasticity trains random recurrent networks by local rules, and learns
// the rules by gradient descent (Cristian, Dabagia, Papadimitriou and Vempala,
// Learning with Plasticity Rules: Generalization and Robustness, 2020).
//
// Symbols: V neurons of which k fire, masks M_G and M_A that keep a synapse with
// probability p, weights A (input), W (graph), U (output), T rounds, s_i the
// firing pattern of a neuron over them, r(s_i, s_j) and ro(s_i, b) the rules.
package plasticity

import (
	"context"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
)

const (
	name    = "plasticity"
	version = "1"

	metaRole = "meta" // of the recording that a rule is learned on
)

type plasticity struct{}

// New returns the method.
func New() framework.Method { return plasticity{} }

func (plasticity) Describe() framework.Description {
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
		UsesLabels:    framework.Always,
		GPU:           framework.GPUNone,
	}
}

func (plasticity) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	if err := s.check(); err != nil {
		return nil, err
	}
	l, err := s.lesson(req, data.MainRole)
	if err != nil {
		return nil, err
	}
	l = l.part(s.Examples, req.Rand("examples"))
	w := kernel.NewWorkers(req.Threads)
	defer w.Close()
	m := &model{Settings: s, Inputs: l.inputs, Classes: l.classes, Seed: req.Seed}
	if s.Train == "rule" {
		if m.Rule, err = s.findRule(ctx, m, l, w, req, rec); err != nil {
			return nil, err
		}
	}
	m.net = newNetwork(s.shape(l), req.Rand("graph"))
	switch s.Train {
	case "rule":
		err = m.plasticity(ctx, l, w, req, rec)
	case "perceptron":
		err = m.perceptron(ctx, l, w, req, rec)
	case "gd-output":
		err = m.descendOutput(ctx, l, w, req, rec)
	case "gd-all":
		err = m.descendAll(ctx, m.net, l, w, req.Rand("init"), req.Rand("order"), rec)
	}
	if err != nil {
		return nil, err
	}
	m.net.Mask = nil // absent synapses are 0
	if s.attacked() {
		err = m.trainSurrogate(ctx, l, w, req, rec)
	}
	return m, err
}

func (plasticity) Load(_ context.Context, dir string) (framework.Model, error) { return load(dir) }
