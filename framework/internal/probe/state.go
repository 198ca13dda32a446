package probe

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

// state reads out a state that is seldom as often as another (sleep and wake), as
// MYOW does for rodents (Azabou et al. 2021): a linear layer to the classes, trained
// with the cross-entropy on batches drawn with replacement, every class equally
// often, by AdamW 0.01. Of the weight decays 2^-10 ... 2^9 the first that is most
// accurate on val is kept. Besides the accuracy it reports F1 averaged over the
// classes by their frequency.
type state struct {
	Passes int `name:"passes" default:"100" min:"1" doc:"passes; each draws that many samples"`
	Draws  int `name:"draws" default:"5000" min:"1" doc:"samples drawn in a pass; an incomplete batch is dropped"`
	Batch  int `name:"batch" default:"512" min:"1" doc:"samples in a batch"`
}

func (p state) Run(ctx context.Context, parts Parts, target string, seed uint64) (Result, error) {
	t, err := parts.fitted().Recording.ClassTarget(target)
	if err != nil {
		return Result{}, err
	}
	val, ok := parts[data.Val]
	if !ok {
		val, ok = parts[data.All] // not divided: fitted, chosen and scored on the whole
	}
	if !ok {
		return Result{}, problem.New("the weight decay is chosen on a val part, and there is none", "divide the recording into train, val and test")
	}
	judge, err := val.Recording.ClassTarget(target)
	if err != nil {
		return Result{}, err
	}
	best, err := p.choose(ctx, labelled{widen(parts.fitted().X), t.Labels, t.Classes}, labelled{widen(val.X), judge.Labels, judge.Classes}, func(decay int) *rand.Rand {
		return data.Rand(seed, fmt.Sprintf("probe/state/decay/%d", decay))
	})
	if err != nil {
		return Result{}, err
	}
	var out Result
	for _, s := range parts.splits() {
		t, err := parts[s].Recording.ClassTarget(target)
		if err != nil {
			return Result{}, err
		}
		given, cases := best.classify(widen(parts[s].X)), parts[s].cases
		hit := hits(given, t.Labels)
		accuracy := portion(given, t.Labels)
		out.put("accuracy", s, accuracy, cases.mean(accuracy, hit))
		all, each := cases.confusions(given, t.Labels, t.Classes)
		f1, n := cases.classMetric(all, each, hit, confusion.weightedF1)
		out.put("f1", s, f1, n)
	}
	return out, nil
}

// classifier is a linear layer from d inputs to k classes.
type classifier struct {
	d, k int
	p    []float64 // [k·d + k]: a row of weights for each class, then the biases
}

func (p state) fit(ctx context.Context, t labelled, rng *rand.Rand, decay float64) (classifier, error) {
	c := classifier{t.x.d, t.classes, make([]float64, t.classes*(t.x.d+1))}
	bound := 1 / math.Sqrt(float64(t.x.d)) // PyTorch's Linear
	for i := range c.p {
		c.p[i] = bound * (2*rng.Float64() - 1)
	}
	members := make([][]int, 0, t.classes) // of the classes that there are
	for l := range t.classes {
		var m []int
		for i, label := range t.labels {
			if int(label) == l {
				m = append(m, i)
			}
		}
		if m != nil {
			members = append(members, m)
		}
	}
	o := adam{rate: 0.01, decay: decay}
	g, rows := make([]float64, len(c.p)), make([]int, p.Batch)
	for range p.Passes {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		for range p.Draws / p.Batch {
			for i := range rows { // weight 1/count: each class equally likely
				m := members[rng.IntN(len(members))]
				rows[i] = m[rng.IntN(len(m))]
			}
			c.gradient(g, t.x, t.labels, rows)
			o.step(c.p, g)
		}
	}
	return c, nil
}

// logits fills z [k] for x [d].
func (c classifier) logits(z, x []float64) {
	for l := range z {
		w := c.p[l*c.d : (l+1)*c.d]
		sum := c.p[c.k*c.d+l]
		for j, v := range x {
			sum += w[j] * v
		}
		z[l] = sum
	}
}

// gradient writes the gradient of the mean cross-entropy over the named rows to g
// and returns the loss.
func (c classifier) gradient(g []float64, x samples, labels []int32, rows []int) (loss float64) {
	clear(g)
	z, scale := make([]float64, c.k), 1/float64(len(rows))
	for _, r := range rows {
		c.logits(z, x.row(r))
		top, sum := slices.Max(z), 0.0
		for _, v := range z {
			sum += math.Exp(v - top)
		}
		loss += (top + math.Log(sum) - z[labels[r]]) * scale
		for l, v := range z {
			e := math.Exp(v-top) / sum * scale // softmax − 1 at the label
			if int32(l) == labels[r] {
				e -= scale
			}
			for j, u := range x.row(r) {
				g[l*c.d+j] += e * u
			}
			g[c.k*c.d+l] += e
		}
	}
	return loss
}

// classify gives every row its class; where weights have grown beyond all bounds
// the first class wins.
func (c classifier) classify(x samples) []int32 {
	out, z := make([]int32, x.n), make([]float64, c.k)
	for i := range out {
		c.logits(z, x.row(i))
		out[i] = int32(largest(z))
	}
	return out
}

func portion(given, labels []int32) float64 {
	n := 0
	for i := range given {
		if given[i] == labels[i] {
			n++
		}
	}
	return float64(n) / float64(len(given))
}
