package probe

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

// Run fits the probe on the train part (on "all" where there is no train) and
// scores every part present, in the order train, val, test, all. Metrics are
// named probe/NAME/... and are finite. Equal arguments give equal results. What
// the data do not allow is a [problem.Problem], wrapped with the probe's name.
func Run(ctx context.Context, s Spec, parts Parts, seed uint64) (Result, error) {
	s, err := Complete(s)
	if err != nil {
		return Result{}, err
	}
	r, err := run(ctx, s, parts, seed)
	if err != nil {
		return Result{}, fmt.Errorf("probe %s: %w", s.Name, err)
	}
	return r, nil
}

func run(ctx context.Context, s Spec, parts Parts, seed uint64) (Result, error) {
	k, _ := find(s.Kind, s.Version)
	prober, err := k.open(s)
	if err != nil {
		return Result{}, err
	}
	var shared common
	if err := k.schema().Decode(s.Settings, &shared); err != nil {
		return Result{}, err
	}
	if err := parts.check(); err != nil {
		return Result{}, err
	}
	t, err := parts.fitted().Recording.Target(s.Target)
	if err != nil {
		return Result{}, err
	}
	if err := suits(s, t); err != nil {
		return Result{}, err
	}
	parts = parts.count()
	if s.Columns != nil {
		if parts, err = parts.columns(s.Columns[0], s.Columns[1]); err != nil {
			return Result{}, err
		}
	}
	if p, ok := prober.(interface{ history() int }); ok {
		for split, part := range parts {
			part.X = history(part, p.history())
			parts[split] = part
		}
	}
	if shared.MinSpeed > 0 {
		if parts, err = parts.faster(shared.MinSpeed); err != nil {
			return Result{}, err
		}
	}
	r, err := prober.Run(ctx, parts, s.Target, seed)
	if err != nil {
		return Result{}, err
	}
	for _, v := range r.Values {
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
			return Result{}, problem.Problem{Fact: fmt.Sprintf("%s on %s is %v", v.Name, v.Split, v.Value)}
		}
	}
	r.rename(prefix(s))
	return r, nil
}

// columns keeps the dimensions from, ..., to−1 of the embeddings.
func (p Parts) columns(from, to int) (Parts, error) {
	out := make(Parts, len(p))
	for s, part := range p {
		if d := part.X.Cols(); to > d {
			return nil, problem.New(fmt.Sprintf("columns [%d, %d] of an embedding with %d dimensions", from, to, d), "limit the probe to the methods that have these columns: methods: [swapvae]")
		}
		x := data.NewArray(part.X.Rows(), to-from)
		for i := range x.Rows() {
			copy(x.Row(i), part.X.Row(i)[from:to])
		}
		out[s] = Part{X: x, Recording: part.Recording, cases: part.cases}
	}
	return out, nil
}

// splits are the parts present, in the order of scoring.
func (p Parts) splits() []data.Split {
	var out []data.Split
	for _, s := range []data.Split{data.Train, data.Val, data.Test, data.All} {
		if _, ok := p[s]; ok {
			out = append(out, s)
		}
	}
	return out
}

// fitted is the part that a probe learns from.
func (p Parts) fitted() Part {
	if part, ok := p[data.Train]; ok {
		return part
	}
	return p[data.All]
}

// check makes sure that there is something to fit, that embeddings and samples
// belong together, and that every number is finite.
func (p Parts) check() error {
	if p.fitted().Recording == nil {
		return problem.New("there is neither a train part nor a whole recording to fit on", "divide the recording so that some samples are in train")
	}
	dims := p.fitted().X.Cols()
	if dims == 0 {
		return problem.Problem{Fact: "the embedding has no dimensions"}
	}
	for _, s := range p.splits() {
		x, n := p[s].X, p[s].Recording.Len()
		switch {
		case x.Rows() != n:
			return problem.Problem{Fact: fmt.Sprintf("the embedding of the %s part has %d rows for %d samples", s, x.Rows(), n)}
		case x.Cols() != dims:
			return problem.Problem{Fact: fmt.Sprintf("the embedding has %d dimensions where the probe is fitted and %d in the %s part", dims, x.Cols(), s)}
		case n == 0:
			return problem.Problem{Fact: fmt.Sprintf("the %s part has no samples", s)}
		}
		if i := notFinite(x.Values); i >= 0 {
			return problem.Problem{Fact: fmt.Sprintf("the embedding of the %s part is %v at sample %d, dimension %d", s, x.Values[i], i/dims, i%dims)}
		}
	}
	return nil
}

// notFinite is the index of the first NaN or infinity, or -1.
func notFinite(x []float32) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

// faster keeps the samples whose velocity is strictly faster than limit.
func (p Parts) faster(limit float64) (Parts, error) {
	out := make(Parts, len(p))
	for _, s := range p.splits() {
		part := p[s]
		v, err := part.Recording.ContinuousTarget("velocity")
		if err != nil {
			return nil, fmt.Errorf("min_speed: %w", err)
		}
		var rows []int
		for i := range part.Recording.Len() {
			var sum float64
			for _, c := range v.Values.Row(i) {
				sum += float64(c) * float64(c)
			}
			if math.Sqrt(sum) > limit {
				rows = append(rows, i)
			}
		}
		if len(rows) == 0 {
			return nil, problem.New(fmt.Sprintf("no sample of the %s part is faster than min_speed %v", s, limit), "lower min_speed; it is in the unit of the target velocity")
		}
		out[s] = Part{X: part.X.Take(rows), Recording: part.Recording.Subset(rows), cases: part.cases.take(rows)}
	}
	return out, nil
}
