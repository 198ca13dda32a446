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
		UsesLabels:    "train == 'gd-all' or train == 'rule' and rounds > 1", // else they change U alone, which embeddings do not see
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
	c := &course{m: m, req: req, budget: s.Epochs}
	done, err := req.Checkpoint.Resume(func(dir string) (err error) {
		c.st, err = readState(dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.done = int(done)
	if s.Train == "rule" {
		if c.st != nil {
			m.Rule, m.MetaLoss, m.MetaAccuracy = c.st.Model.Rule, c.st.Model.MetaLoss, c.st.Model.MetaAccuracy
		} else if m.Rule, err = s.findRule(ctx, m, l, w, req, rec); err != nil {
			return nil, err
		}
	}
	m.net = newNetwork(s.shape(l), req.Rand("graph"))
	if c.done == 0 && req.Checkpoint.Due(0) { // finding the rule took long
		if err := req.Checkpoint.Save(0, c.save); err != nil {
			return nil, err
		}
	}
	switch s.Train {
	case "rule":
		err = m.plasticity(ctx, c, l, w, rec)
	case "perceptron":
		err = m.perceptron(ctx, c, l, w, rec)
	case "gd-output":
		err = m.descendOutput(ctx, c, l, w, rec)
	case "gd-all":
		err = m.descendAll(ctx, c, l, w, rec)
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
