package hiwa

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/latent"
	"github.com/assaylab/assay/framework/ot"
)

// kmeansStarts is how many starts k-means has.
const kmeansStarts = 20

// findClusters divides either side on its own, without its labels, and puts the
// clusters in the place of these. Where there are labels, and as many of them as
// clusters, a cluster is called by the label that it shares most samples with (one
// to one), so that metrics can say what is right; else names say nothing.
func (m *model) findClusters(ctx context.Context, req framework.TrainRequest, rec framework.Recorder, x, y *labelled) error {
	for side, l := range map[string]*labelled{sourceRole: x, targetRole: y} {
		count := m.Settings.Count
		classes := distinct(l.labels)
		if count == 0 {
			count = len(classes)
		}
		if count < 2 {
			return fmt.Errorf("%s: clusters are to be found, but how many? set count, or labels to a class target", side)
		}
		found, err := m.divide(ctx, *l, count, req.Rand("clusters of the "+side))
		if err != nil {
			return fmt.Errorf("%s: %w", side, err)
		}
		if len(classes) != count {
			if side == targetRole {
				for i := range found {
					found[i] += int32(count) // of no name that the source has
				}
			}
			l.labels = found
			continue
		}
		names, share := named(found, l.labels, classes)
		rec.Log("clusters of the %s: %.3f of the samples are in the one that stands for their label", side, share)
		if side == sourceRole {
			m.FoundSource = &share
		} else {
			m.FoundTarget = &share
		}
		l.labels = names
	}
	return nil
}

func (m *model) divide(ctx context.Context, l labelled, count int, rng *rand.Rand) ([]int32, error) {
	if m.Settings.Clusters == "means" {
		labels, _, err := latent.KMeans(l.points, count, kmeansStarts, rng)
		return labels, err
	}
	return latent.SubspaceClusters(ctx, l.points, count, rng)
}

// distinct are the labels that occur, in ascending order.
func distinct(labels []int32) []int32 {
	d := slices.Clone(labels)
	slices.Sort(d)
	return slices.Compact(d)
}

// named calls clusters 0 to K−1 by K labels so that the most samples have the name
// that is their label, and returns the names and the share of those samples.
func named(found, labels, classes []int32) (names []int32, share float64) {
	k := len(classes)
	common := make([]float64, k*k) // minus the samples of a cluster that have a label
	for i, c := range found {
		at, _ := slices.BinarySearch(classes, labels[i])
		common[int(c)*k+at]--
	}
	ones, plan := make([]int, k), make([]float64, k*k)
	for i := range ones {
		ones[i] = 1
	}
	new(ot.Exact).Solve(plan, common, ones, ones)
	names = make([]int32, len(found))
	for i, c := range found {
		for at, label := range classes {
			if plan[int(c)*k+at] > 0 {
				names[i] = label
			}
		}
		if names[i] == labels[i] {
			share += 1 / float64(len(found))
		}
	}
	return names, share
}
