package study

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A Point is one point of the sweep with the trial that it means. Several points
// may mean the same trial.
type Point struct {
	sweep.Point
	Key     string
	Request trial.Request // without attempt
}

// plan turns points of the sweep into trials. Their datasets are built.
func (s *Study) plan(ctx context.Context, points []sweep.Point) ([]Point, error) {
	out := make([]Point, 0, len(points))
	for _, p := range points {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		planned, err := s.point(ctx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, planned)
	}
	return out, nil
}

func (s *Study) point(ctx context.Context, p sweep.Point) (Point, error) {
	digest, recipe, err := s.dataset(ctx, p.Dataset, p.Seed)
	if err != nil {
		return Point{}, err
	}
	plug := s.plugins[p.Method]
	binary, err := plug.Digest()
	if err != nil {
		return Point{}, err
	}
	d := plug.Description
	spec := trial.Spec{Method: d.Name, Version: d.Version, Settings: p.Settings, Dataset: digest, Seed: p.Seed, Probes: s.probes(p.Method, recipe, d.EmbedRole())}
	known := s.origin
	known.Plugin, known.Path, known.Binary, known.Recipe = plug.Name, plug.Where(), binary, recipe
	known.Packages, known.Lock = s.pins.state(plug.Plugin, datasetLabel(p.Dataset, recipe, p.Seed))
	key := spec.Key()
	return Point{Point: p, Key: key, Request: trial.Request{
		Label: Label(p), Key: key, Spec: spec, Known: known,
		Plugin:    trial.PluginRef{Name: plug.Name, Origin: plug.Origin, Where: plug.Where(), Digest: binary},
		Resources: trial.Resources{CPUs: max(s.threads(), plug.Needs().Threads), Memory: s.Sweep.Limits.Memory},
		Timeout:   trial.Duration(s.Sweep.Limits.Timeout),
		Keep:      trial.Keep(s.Sweep.Keep),
	}}, nil
}

// probes are those of the sweep that are for this method and whose target the
// embedded recording has. Of a file it is not known before it is read: then all
// are tried.
func (s *Study) probes(method string, recipe source.Dataset, role string) []probe.Spec {
	targets, known := recipe.Targets(role)
	var out []probe.Spec
	for _, p := range s.Sweep.Probes {
		mine := len(p.Methods) == 0 || slices.Contains(p.Methods, method)
		if mine && (!known || slices.ContainsFunc(targets, func(t source.TargetInfo) bool { return t.Name == p.Target })) {
			out = append(out, p)
		}
	}
	return out
}

// Label names a point for people: "hiwa, chewie-1, seed 3".
func Label(p sweep.Point) string {
	name := p.Method
	if p.Variant != "" {
		name += ": " + p.Variant
	}
	return fmt.Sprintf("%s, %s, seed %d", name, p.Dataset, p.Seed)
}
