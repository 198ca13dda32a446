package hiwa

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
)

// algorithms find an alignment of a prepared problem.
var algorithms = map[string]func(*problem, context.Context, framework.TrainRequest, framework.Recorder) (*found, error){
	"hiwa":  (*problem).bestStart,
	"wa":    (*problem).flat,
	"icp":   (*problem).closestPoints,
	"coral": (*problem).covariances,
	"sa":    (*problem).subspaces,
	"otda":  (*problem).withoutRotation,
}

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	s := *req.Settings.(*settings)
	source, err := req.Data.Train(sourceRole)
	if err != nil {
		return nil, err
	}
	target, err := req.Data.Train(targetRole)
	if err != nil {
		return nil, err
	}
	m := &model{Settings: s}
	x, err := m.fitSource(ctx, source, rec)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	y, err := m.fitTarget(target)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if err := m.fitNormalisation(x, y, rec); err != nil {
		return nil, err
	}
	nx, ny := x.moved(m.WhitenX.Transform), y.moved(m.WhitenY.Transform)
	if s.Clusters != "labels" {
		if err := m.findClusters(ctx, req, rec, &nx, &ny); err != nil {
			return nil, err
		}
	}
	px, py := nx, ny
	if s.Projection == "linear" {
		if err := m.linearMaps(ctx, source, target, x, y, &px, &py); err != nil {
			return nil, err
		}
	}
	p, err := prepare(&s, px, py)
	if err != nil {
		return nil, err
	}
	p.x, p.y, p.threads = nx, ny, max(req.Threads, 1)
	best, err := algorithms[s.Algorithm](p, ctx, req, rec)
	if err != nil {
		return nil, err
	}
	m.keep(p, best, y)
	if err := m.bounds(ctx, p); err != nil {
		return nil, err
	}
	m.warn(rec)
	return m, nil
}
