package eit

import (
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// check refuses settings that no range can.
func (s *settings) check() error {
	if s.Model == "ndt" && s.hiddenSteps() < 1 {
		return framework.Refuse(fmt.Sprintf("mask_ratio %v hides no step of a window of %d", s.MaskRatio, s.Window), fmt.Sprintf("set mask_ratio to at least %.3g", 1/float64(s.Window)))
	}
	if s.Model == "ndt" && s.Features > 1 {
		return framework.Refuse(fmt.Sprintf("model ndt predicts one count of every unit, not %d features", s.Features), "set features: 1")
	}
	if s.Transfer == "time" && (s.Windows != "trial" || s.Window > s.Bins/2) {
		return framework.Refuse(fmt.Sprintf("transfer over time needs windows of at most half the %d bins of a trial", s.Bins), "set windows: trial and a smaller window")
	}
	needsS := s.Transfer == "latents" || s.Transfer == "masked"
	if needsS && s.DepthS == 0 {
		return framework.Refuse("transfer "+s.Transfer+" needs an interaction module", "set depth_s above 0")
	}
	if s.Transfer == "masked" && s.Pooling != "cat" {
		return framework.Refuse("transfer masked predicts single units, which pooling "+s.Pooling+" does not have", "set pooling: cat")
	}
	if s.Hidden == 0 || s.HeadWidthS == 0 {
		return framework.Refuse("hidden and head_width_s cannot be 0", "-1 stands for the value of the release")
	}
	if s.Starts == 0 {
		return framework.Refuse("starts is 0: there would be no windows", "-1 stands for as many as fit")
	}
	return nil
}

// learn trains the model as the settings say.
func (m *model) learn(t *trainer) error {
	s := &m.Settings
	main, err := t.req.Data.Train(data.MainRole)
	if err != nil {
		return err
	}
	var p *part
	if m.Input, p, err = m.part(t, data.MainRole, main); err != nil {
		return err
	}
	m.Classes = classesOf(p)
	if s.Transfer == "time" {
		p = p.half(s, false)
	}
	t.rec.Log("%d units, %d windows of %d steps, %d classes", m.Input.units(s), len(p.windows), s.Window, len(m.Classes))
	m.NetClasses = len(m.Classes)
	m.build(t.req.Rand("init"), t.noise)
	if m.Settings.pretrains() {
		if p, err = m.pretrain(t, main, p); err != nil {
			return err
		}
	} else if s.Transfer != "untrained" && s.Model != "linear" {
		if err := m.fit(t, m.net, p, m.Classes); err != nil {
			return err
		}
	}
	return m.learnReadout(t, p)
}

// part prepares the recording of a role and holds it against what the model needs.
func (m *model) part(t *trainer, role string, r *data.Recording) (*input, *part, error) {
	s := &m.Settings
	if _, err := r.ClassTarget(s.Target); err != nil {
		return nil, nil, framework.Refuse(fmt.Sprintf("role %s: %v", role, err), "set target to a class target of the recording")
	}
	in, p, err := s.prepare(r, t.req.Seed)
	if err != nil {
		return nil, nil, fmt.Errorf("role %s: %w", role, err)
	}
	if s.Model == "ndt" {
		if err := p.count(r); err != nil {
			return nil, nil, err
		}
	}
	return in, p, nil
}

// count finds how many spikes a unit of the samples is, for Poisson losses.
func (p *part) count(r *data.Recording) error {
	p.countsPerUnit = 1
	if r.Unit == "Hz" {
		p.countsPerUnit = r.BinSeconds
	}
	if p.countsPerUnit == 0 {
		return framework.Refuse("the recording is in Hz and says no duration of its bins, so there are no counts for a Poisson loss", "give bin_seconds")
	}
	for _, v := range p.raw.Values {
		if v < 0 {
			return framework.Refuse(fmt.Sprintf("the recording has the value %v; a Poisson loss needs counts or rates", v), "use another model")
		}
	}
	return nil
}

// fit trains a whole network on a part, with checkpoints.
func (m *model) fit(t *trainer, net network, p *part, classes []int32) error {
	s := &m.Settings
	o := s.objective(net, p, classes, t.workers, t.masks)
	return t.run(schedule{what: "the network", curve: "loss", epochs: s.Epochs, rate: s.LearningRate, given: s.Order == "given", state: net.sets()}, o, p.windows)
}

// fitAlso trains a network on a further recording, without checkpoints.
func (m *model) fitAlso(t *trainer, net network, p *part, classes []int32, role string) error {
	s := &m.Settings
	o := s.objective(net, p, classes, t.workers, t.masks)
	return t.run(schedule{what: "the network on " + role, curve: "loss_" + role, epochs: s.Epochs, rate: s.LearningRate, given: s.Order == "given"}, o, p.windows)
}

func (s *settings) pretrains() bool {
	return s.Transfer == "individual" || s.Transfer == "latents" || s.Transfer == "masked"
}

// pretrain learns the whole network on role pretrain and hands on what transfer
// keeps of it. It returns the part of main that the head is learned from.
func (m *model) pretrain(t *trainer, main *data.Recording, p *part) (*part, error) {
	s := &m.Settings
	recs, err := t.req.Data.TrainSeveral(pretrainRole)
	if err != nil {
		return nil, framework.Refuse("transfer "+s.Transfer+": "+err.Error(), "give the dataset a recording in role pretrain: roles: {pretrain: {source: ...}, main: {source: ...}}")
	}
	if len(recs) > 1 && s.Transfer != "individual" {
		return nil, framework.Refuse(fmt.Sprintf("transfer %s: role pretrain has %d recordings", s.Transfer, len(recs)), "what is carried over but transfer: individual belongs to the units of one recording; give it one")
	}
	var in *input
	var source *part
	var net *full
	for k, r := range recs {
		if in, source, err = m.part(t, data.Numbered(pretrainRole, k), r); err != nil {
			return nil, err
		}
		classes := classesOf(source)
		t.rec.Log("%s: %d units, %d windows, %d classes", data.Numbered(pretrainRole, k), in.units(s), len(source.windows), len(classes))
		before := net
		net = newFull(s, sizes{in.units(s), len(classes)}, t.req.Rand("init "+data.Numbered(pretrainRole, k)), t.noise)
		if k == 0 {
			err = m.fit(t, net, source, classes)
		} else { // the individual module goes on where it was, the rest begins anew with these units
			net.individual.ps.CopyFrom(before.individual.ps)
			err = m.fitAlso(t, net, source, classes, data.Numbered(pretrainRole, k))
		}
		if err != nil {
			return nil, err
		}
	}
	if s.AlignmentPoints > 0 {
		whole := &model{Settings: *s, Input: in, net: net}
		if m.Reference, err = whole.clouds(t.ctx, source, source.windows); err != nil {
			return nil, err
		}
	}
	if s.Transfer == "latents" { // the same units, in the same order
		if m.Input.Channels != in.Channels {
			return nil, framework.Refuse(fmt.Sprintf("transfer latents: main has %d channels, pretrain %d", m.Input.Channels, in.Channels), "give both roles the same recording with other classes (keep: {direction: [...]})")
		}
		m.Input.Kept = in.Kept
		m.build(t.req.Rand("init"), t.noise) // anew: the head is for these units
		m.NetClasses, m.net = len(classesOf(source)), net
		return m.Input.again(s, main)
	}
	own := m.net.(*full)
	own.individual.ps.CopyFrom(net.individual.ps)
	if s.Transfer == "masked" {
		return p, m.learnMasked(t, own, p)
	}
	return p, nil
}

// again prepares a train part with units that are given.
func (in *input) again(s *settings, r *data.Recording) (*part, error) {
	p, err := in.cut(s, r)
	if err != nil {
		return nil, err
	}
	if s.Centring == "train" {
		in.Mean = data.MomentsOf(p.raw, 0).Mean
	}
	return p.centred(in, s), nil
}
