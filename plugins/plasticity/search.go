package plasticity

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// search looks for mistakes without any gradient: from each sample of t it
// proposes a step in a random direction, or towards one of all samples that has
// another label, and goes where the margin of the true label becomes smaller. It
// returns which samples are right all the way. (Ours: where it finds what the
// gradient attack does not, the gradients are to blame, not the network to be praised.)
func (a attack) search(ctx context.Context, p *passes, t, all *targets, steps int, rng *rand.Rand) ([]bool, error) {
	n, d := p.net, p.net.Inputs
	best, try := slices.Clone(t.x), slices.Clone(t.x)
	margins, right := make([]float32, len(t.labels)), make([]bool, len(t.labels))
	for i := range right {
		right[i] = true
	}
	for step := range steps + 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if step > 0 {
			copy(try, best)
			reach := a.eps * (1 - 0.9*float64(step)/float64(steps)) // down to eps/10: late steps refine
			for i, label := range t.labels {
				if right[i] {
					at := try[i*d:][:d]
					propose(at, reach, label, all, rng)
					a.project(at, t.samples[i])
				}
			}
		}
		p.forward(try)
		for i, label := range t.labels {
			if !right[i] {
				continue
			}
			logits := p.logits[i*n.Classes:][:n.Classes]
			if m := margin(logits, int(label)); step == 0 || m < margins[i] {
				margins[i] = m
				copy(best[i*d:][:d], try[i*d:][:d])
			}
			right[i] = kernel.ArgMax(logits) == int(label)
		}
	}
	return right, nil
}

// propose moves x by reach along a random direction or towards another label's sample.
func propose(x []float32, reach float64, label int32, all *targets, rng *rand.Rand) {
	g := make([]float32, len(x))
	towards := rng.IntN(2) == 0
	if towards {
		j := rng.IntN(len(all.samples))
		towards = all.labels[j] != label
		for i, v := range all.samples[j] {
			g[i] = v - x[i]
		}
	}
	if !towards {
		for i := range g {
			g[i] = float32(rng.NormFloat64())
		}
	}
	sum := 0.0
	for _, v := range g {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return
	}
	scale := float32(reach / math.Sqrt(sum))
	for i, v := range g {
		x[i] += scale * v
	}
}

// margin is the logit of the label less the largest other.
func margin(logits []float32, label int) float32 {
	other := float32(math.Inf(-1))
	for c, v := range logits {
		if c != label {
			other = max(other, v)
		}
	}
	return logits[label] - other
}
