package plasticity

import (
	"context"
	"math"
	"math/rand/v2"
)

// search looks for mistakes without any gradient: from x0 it proposes a step in
// a random direction, or towards a random sample of another label, and goes
// where the margin of the true label becomes smaller. It returns which samples
// were mistaken on the way. (Ours: if it finds what the gradient attack does not,
// the gradients are to blame, not the network to be praised.)
func (a attack) search(ctx context.Context, p *passes, x0 []float32, labels []int32, others [][]float32, otherLabels []int32, steps int, rng *rand.Rand) ([]bool, error) {
	n, d := p.net, p.net.Inputs
	best, try := append([]float32(nil), x0...), make([]float32, len(x0))
	margins, fooled := make([]float32, len(labels)), make([]bool, len(labels))
	for step := range steps + 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		copy(try, best)
		if step > 0 {
			// From eps down to eps/10, so that late steps refine.
			reach := a.eps * (1 - 0.9*float64(step)/float64(steps))
			for i, label := range labels {
				if !fooled[i] {
					at := try[i*d:][:d]
					propose(at, reach, int32(label), others, otherLabels, rng)
					a.project(at, x0[i*d:][:d])
				}
			}
		}
		p.forward(try)
		for i, label := range labels {
			if fooled[i] {
				continue
			}
			m := margin(p.logits[i*n.Classes:][:n.Classes], int(label))
			if step == 0 || m < margins[i] {
				margins[i] = m
				copy(best[i*d:][:d], try[i*d:][:d])
			}
			fooled[i] = argmax(p.logits[i*n.Classes:][:n.Classes]) != int(label)
		}
	}
	return fooled, nil
}

// propose moves x by reach along a random direction or towards another label's sample.
func propose(x []float32, reach float64, label int32, others [][]float32, otherLabels []int32, rng *rand.Rand) {
	g := make([]float32, len(x))
	towards := rng.IntN(2) == 0
	if towards {
		j := rng.IntN(len(others))
		towards = otherLabels[j] != label
		for i, v := range others[j] {
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
