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
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "hiwa"
	version = "2"

	sourceRole = "source"
	targetRole = "target"
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:          name,
		Version:       version,
		Summary:       "aligns a source to a target by hierarchical optimal transport between their clusters",
		Citation:      "Lee, Dabagia, Dyer and Rozell, Hierarchical Optimal Transport for Multimodal Distribution Alignment, NeurIPS 2019, arXiv 1906.11768",
		Settings:      settings{},
		Roles:         []string{sourceRole, targetRole},
		Embeds:        sourceRole,
		Metrics:       declared,
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    "clusters == 'labels' or target_view == 'velocity' or projection == 'linear' and embedding == 'given'",
		Seedless:      "algorithm in ['icp', 'coral', 'sa', 'otda'] and clusters == 'labels'",
		GPU:           framework.GPUNone,
		Deterministic: true,
		OutOfSample:   true,
	}
}

// declared are the metrics of Evaluate. "Whitened" and "raw" differ where
// normalise is whiten: raw scoring is that of the authors' release, which
// applies R to points that are neither centred nor whitened.
var declared = []metric.Info{
	{Name: "alignment_error", Goal: metric.Min, Doc: "|y' - t|^2/|t|^2 with y' the embedding in target units and t the continuous target truth; 0 is perfect"},
	{Name: "success", Goal: metric.Max, Doc: "1 where alignment_error is below 0.1, the mark of the authors' figures, else 0"},
	{Name: "correspondence_error", Goal: metric.Min, Doc: "sum |P - I/K| over pairs of clusters, equal labels being right; 0 to 2"},
	{Name: "matched", Goal: metric.Max, Doc: "share of source clusters that are matched with the target cluster of their own label"},
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
	{Name: "swap_bound", Goal: metric.None, Doc: "what swap_margin must exceed for the theorem of recovery to hold with probability 0.95; for more than 4 dimensions"},
	{Name: "match_gap", Goal: metric.Max, Doc: "by what share the best restart with another match of the clusters costs more; near 0 the data hardly tell them apart"},
	{Name: "alignment_cost", Goal: metric.Min, Doc: "|R X - Y|^2 between the target and the barycentres that the plans of the matched clusters make of the source"},
	{Name: "alignment_bound", Goal: metric.None, Doc: "what the theorem of alignment allows alignment_cost to be beyond the least possible, where it holds"},
	{Name: "clusters_found_source", Goal: metric.Max, Doc: "share of source samples in the cluster that stands for their label, where clusters were found"},
	{Name: "clusters_found_target", Goal: metric.Max, Doc: "the same of the target"},
}
