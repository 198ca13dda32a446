package study

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Point is one point of the sweep with the trial that it means, and what is known
// of that. Several points may mean the same trial.
type Point struct {
	sweep.Point
	Key    string // of the fit: the id of the trial
	Fit    trial.Fit
	Probes *store.Probes // that are wanted of it

	recipe    *source.Dataset // shared
	trials    map[string]int  // behavioural trials in each part, of one division of several
	known     store.Known
	value     *float64      // of what the sweep selects by
	stepValue *float64      // of what it prunes by
	cpu, wall float64       // seconds that it took, where somebody asks
	step      *step         // of a search
	parent    *Point        // trained to less, from which this one goes on
	failure   *trial.Record // how it failed, if it failed and never succeeded
}

// Finished reports whether everything that is wanted of the trial is there.
func (p *Point) Finished() bool { return p.known.Finished() }

// Trained reports whether the fit is there, scored or not.
func (p *Point) Trained() bool { return p.known.Trained }

// Origin is what is known of where a finished trial comes from; nil where nothing is.
func (p *Point) Origin() *trial.Provenance { return p.known.Origin }

// ended reports whether the trial has come to something.
func (p *Point) ended() bool { return p.Finished() || p.failure != nil }

func (p *Point) want() store.Want { return store.Want{Fit: p.Key, Probes: p.Probes} }

// plan turns points of the sweep into trials. Their datasets are built.
func (s *Study) plan(ctx context.Context, points []sweep.Point) ([]*Point, error) {
	out := make([]*Point, 0, len(points))
	for _, p := range points {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		digest, recipe, err := s.dataset(ctx, p.Dataset, p.Fold, p.Shuffled, p.Seed)
		if err != nil {
			return nil, err
		}
		plug := s.plugins[p.Method]
		code, err := plug.Code()
		if err != nil {
			return nil, err
		}
		d := plug.Description
		fit := trial.Fit{Method: d.Name, Version: d.Version, Code: code, Settings: p.Settings, Dataset: digest, Fold: recipe.Access, Seed: p.Seed, Budget: float64(p.Until)}
		trials, err := s.countTrials(digest, recipe, d.EmbedRole())
		if err != nil {
			return nil, err
		}
		probes, err := s.probes(p.Method, datasetLabel(p.Dataset, recipe, p.Seed), d.EmbedRole(), p.Shuffled > 0)
		if err != nil {
			return nil, s.Sweep.At(fmt.Errorf("dataset %s: %w", p.Dataset, err), "datasets", p.Dataset)
		}
		out = append(out, &Point{Point: p, Key: fit.Key(), Fit: fit, Probes: probes, recipe: s.sharedRecipe(p.Dataset, p.Fold, recipe), trials: trials})
	}
	return out, nil
}

// request asks for what is wanted of a point: with a fit that is there, its probes
// alone.
func (s *Study) request(p *Point, fit *trial.Record) (trial.Request, error) {
	plug := s.plugins[p.Method]
	binary, err := plug.Digest()
	if err != nil {
		return trial.Request{}, err
	}
	spec := trial.Spec{Method: p.Fit.Method, Version: p.Fit.Version, Code: p.Fit.Code, Settings: p.Fit.Settings, Dataset: p.Fit.Dataset, Fold: p.Fit.Fold, Seed: p.Fit.Seed, Budget: p.Fit.Budget, Probes: p.Probes.Specs}
	known := s.origin
	known.Plugin, known.Path, known.Binary, known.Recipe = plug.Name, plug.Where(), binary, *p.recipe
	known.Trials = p.trials
	known.Packages, known.Lock = s.pins.state(plug.Plugin, locked(p))
	known.Sees = sees(plug.Description, p.Settings)
	keep := s.Sweep.Keep
	req := trial.Request{
		Label: Label(p.Point), Key: p.Key, Spec: spec, Known: known, Allow: s.allowed(p.Method),
		Plugin:    trial.PluginRef{Name: plug.Name, Origin: plug.Origin, Where: plug.Where(), Digest: binary},
		Resources: trial.Resources{CPUs: max(s.threads(), plug.Needs().Threads), GPUs: s.Sweep.Limits.GPUs, Memory: s.Sweep.Limits.Memory, Output: s.Sweep.Limits.Output},
		Timeout:   trial.Duration(s.Sweep.Limits.Timeout),
		Keep:      trial.Keep{Models: keep.Models, Embeddings: !keep.Embeddings.None, Pinned: keep.Embeddings.All, Arrays: keep.Arrays},
	}
	if req.Angles, err = s.angles(p); err != nil {
		return trial.Request{}, err
	}
	req.Measured = p.Probes.Measured
	if p.parent != nil {
		req.Parent = p.parent.Key
	}
	if p.Until > 0 {
		req.Keep.Models = false
	}
	if fit != nil {
		req.Score = &trial.Score{Embeddings: fit.Embeddings}
		req.Spec.Probes = nil
		for _, i := range p.known.Missing {
			req.Spec.Probes = append(req.Spec.Probes, p.Probes.Specs[i])
		}
	}
	return req, nil
}

// locked is the name in assay.lock of the dataset that a point's is made of.
func locked(p *Point) string {
	recipe := *p.recipe
	recipe.Shuffled = 0
	return datasetLabel(p.Dataset, recipe, p.Seed)
}

// sees is what the method says that an embedded sample depends on; nil if it says
// nothing of that.
func sees(d framework.Description, settings map[string]any) *trial.Sees {
	before, after, said, err := d.ContextFor(settings)
	labels, knows, wrong := d.UsesLabelsFor(settings)
	if !said || !knows || err != nil || wrong != nil {
		return nil
	}
	return &trial.Sees{Before: before, After: after, Labels: labels}
}

// allowed is what the sweep grants a method's plugin.
func (s *Study) allowed(method string) trial.Grant {
	for _, m := range s.Sweep.Methods {
		if m.ID == method {
			return m.Allow.And(s.pins.granted(s.plugins[m.ID].Plugin))
		}
	}
	return trial.Grant{}
}

// Label names a point for people: "hiwa, chewie-1, seed 3".
func Label(p sweep.Point) string {
	name := p.Method
	if p.Variant != "" {
		name += ": " + p.Variant
	}
	label := fmt.Sprintf("%s, %s, seed %d", name, p.Dataset, p.Seed)
	if p.Fold > 0 {
		label = fmt.Sprintf("%s, %s, fold %d, seed %d", name, p.Dataset, p.Fold, p.Seed)
	}
	if p.Until > 0 {
		label += fmt.Sprintf(", to %d", p.Until)
	}
	if p.Shuffled > 0 {
		label += fmt.Sprintf(", shuffled %d", p.Shuffled)
	}
	return label
}

// cost is the time that the trial took in seconds, where the sweep bounds it.
func (p *Point) cost() (cpu, wall float64) {
	if p.failure != nil {
		return p.failure.Provenance.CPUSec, p.failure.Provenance.WallSec
	}
	return p.cpu, p.wall
}
