// Package hiwa aligns two recordings without any pairing of their samples:
// hierarchical Wasserstein alignment (Lee, Dabagia, Dyer and Rozell, NeurIPS
// 2019). It finds one orthogonal matrix that turns the source point cloud onto
// the target, together with the correspondence of their clusters.
//
// Symbols follow the paper: clusters X_i of the source and Y_j of the target,
// R̃ the matrix sought, R_ij a copy of it for each pair of clusters, Λ_ij the
// multipliers that hold the copies together, P the correspondence, Q_ij the
// transport plan between two clusters, C_ij its cost.
package hiwa

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
)

const (
	name    = "hiwa"
	version = "1"

	sourceRole = "source"
	targetRole = "target"
)

// settings: the defaults of µ, the entropies, sweeps and tolerances are those of
// the authors' figures and of their Python class.
type settings struct {
	Labels     string `name:"labels" default:"cluster" doc:"class target, in both recordings, whose classes are the clusters; for reach data: direction"`
	SourceView string `name:"source_view" default:"samples" choices:"samples,factors" doc:"what is aligned of the source: its samples, or the scores of a factor analysis of them"`
	Factors    int    `name:"factors" default:"3" min:"1" when:"source_view == 'factors'" doc:"number of factors"`
	TargetView string `name:"target_view" default:"samples" choices:"samples,velocity" doc:"what the source is aligned to: the target's samples, or (v_x, v_y, |v|) of its continuous target velocity"`
	Normalise  string `name:"normalise" default:"whiten" choices:"whiten,none" doc:"symmetric whitening of either side, or the points as they are"`
	Projection string `name:"projection" default:"none" choices:"none,cluster,linear" doc:"cluster: each cluster onto its leading directions; linear: each side by X W Wt, with W the least-squares map to rank principal components, or to (v_x, v_y) of a velocity"`
	Rank       int    `name:"rank" default:"2" min:"1" when:"projection != 'none'" doc:"d, dimensions that the projection keeps"`

	Mu           float64 `name:"mu" default:"5e-3" above:"0" scale:"log" doc:"penalty of R_ij differing from R; smaller is slower and more exact; 2e-2 suits reach data"`
	EpsOuter     float64 `name:"eps_outer" default:"0.2" above:"0" scale:"log" doc:"entropy of the correspondence P, in units of cost"`
	EpsInner     float64 `name:"eps_inner" default:"0.1" above:"0" scale:"log" doc:"entropy of the plans Q_ij, in units of cost"`
	SweepsOuter  int     `name:"sweeps_outer" default:"1000" min:"1" doc:"most Sinkhorn sweeps for P"`
	SweepsInner  int     `name:"sweeps_inner" default:"150" min:"1" doc:"most Sinkhorn sweeps for a plan Q_ij"`
	SinkhornTol  float64 `name:"sinkhorn_tol" default:"1e-9" min:"0" below:"1" doc:"Sinkhorn ends when the row marginals are off by less in total; 0: all sweeps, as the authors do"`
	Iterations   int     `name:"iterations" default:"300" min:"1" doc:"most outer iterations of a restart"`
	Tol          float64 `name:"tol" default:"0.1" min:"0" doc:"a restart ends when R moves by less (Frobenius norm), after six iterations"`
	Alternations int     `name:"alternations" default:"100" min:"1" doc:"most alternations between R_ij and Q_ij within an outer iteration"`
	TolInner     float64 `name:"tol_inner" default:"1e-2" min:"0" doc:"alternations end when R_ij moves by less (spectral norm)"`
	Restarts     int     `name:"restarts" default:"10" min:"1" max:"10000" doc:"random starts of R; the one with the least transport cost is kept"`
	Determinant  string  `name:"determinant" default:"any" choices:"any,positive" doc:"any: rotations and reflections; positive: rotations only"`

	Output     string `name:"output" default:"target" choices:"target,whitened" doc:"what Embed returns: points in the units of the target view, or in its whitened space"`
	Neighbours int    `name:"neighbours" default:"1" min:"1" doc:"aligned source points that vote for the label of a target point in the accuracies"`
}

func (s *settings) positive() bool { return s.Determinant == "positive" }

type hiwa struct{}

// New returns the method.
func New() framework.Method { return hiwa{} }

func (hiwa) Describe() framework.Description {
	return framework.Description{
		Name:          name,
		Version:       version,
		Summary:       "aligns a source to a target by hierarchical optimal transport between their clusters",
		Citation:      "Lee, Dabagia, Dyer and Rozell, Hierarchical Optimal Transport for Multimodal Distribution Alignment, NeurIPS 2019, arXiv 1906.11768",
		Settings:      settings{},
		Roles:         []string{sourceRole, targetRole},
		Embeds:        sourceRole,
		Metrics:       declared,
		Deterministic: true,
		OutOfSample:   true,
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    framework.Always, // clusters are classes
		GPU:           framework.GPUNone,
	}
}

// declared are the metrics of Evaluate. "Whitened" and "raw" differ where
// normalise is whiten: raw scoring is that of the authors' release, which
// applies R to points that are neither centred nor whitened.
var declared = []metric.Info{
	{Name: "alignment_error", Goal: metric.Min, Doc: "|y' - t|^2/|t|^2 with y' the embedding in target units and t the continuous target truth; 0 is perfect"},
	{Name: "correspondence_error", Goal: metric.Min, Doc: "sum |P - I/K| over pairs of clusters, equal labels being right; 0 to 2"},
	{Name: "direction_accuracy", Goal: metric.Max, Doc: "share of target points whose nearest aligned source points have their label, both sides whitened"},
	{Name: "direction_accuracy_before", Goal: metric.Max, Doc: "the same without R"},
	{Name: "direction_accuracy_raw", Goal: metric.Max, Doc: "as direction_accuracy, with R applied to the unwhitened source and the unwhitened target"},
	{Name: "direction_accuracy_raw_before", Goal: metric.Max, Doc: "the same without R"},
	{Name: "velocity_r2", Goal: metric.Max, Doc: "R2 of the true velocity by the first two aligned coordinates (source whitened), both rewhitened as pairs"},
	{Name: "velocity_r2_raw", Goal: metric.Max, Doc: "the same with R applied to the unwhitened source"},
	{Name: "iterations", Goal: metric.None, Doc: "outer iterations of the restart that was kept"},
	{Name: "det", Goal: metric.None, Doc: "determinant of R: 1 for a rotation, -1 for a reflection"},
	{Name: "score", Goal: metric.None, Doc: "transport cost by which the restart was chosen"},
	{Name: "swap_margin", Goal: metric.Max, Doc: "least C_ij + C_ji - C_ii - C_jj over pairs of labels: positive where no swap of two clusters is cheaper"},
}

func (hiwa) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
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
	if s.Projection == "linear" {
		if err := linearMaps(&s, x, y, &nx, &ny); err != nil {
			return nil, err
		}
	}
	p, err := prepare(&s, nx, ny)
	if err != nil {
		return nil, err
	}
	p.threads = max(req.Threads, 1)
	best, err := p.bestStart(ctx, req, rec)
	if err != nil {
		return nil, err
	}
	m.keep(p, best, y)
	return m, nil
}

func (hiwa) Load(_ context.Context, dir string) (framework.Model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	return m, nil
}
