package probe

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

// balanced is the read-out of state, of embeddings in a unit of their own: with chance
// and permuted targets beside it, and F1 as the other kinds of version 2 have it.
type balanced struct {
	Passes int `name:"passes" default:"100" min:"1" doc:"passes; each draws that many samples"`
	Draws  int `name:"draws" default:"5000" min:"1" doc:"samples drawn in a pass; an incomplete batch is dropped"`
	Batch  int `name:"batch" default:"512" min:"1" doc:"samples in a batch"`
}

func (p balanced) learn(ctx context.Context, how course, train, val *task) ([]reader, error) {
	if val == nil {
		val = train // not divided: fitted, chosen and scored on the whole; see check
	}
	best, err := state(p).choose(ctx, samplesOf(train), samplesOf(val), func(decay int) *rand.Rand {
		return data.Rand(how.seed, fmt.Sprintf("probe/state/decay/%d", decay))
	})
	if err != nil {
		return nil, err
	}
	return []reader{func(_ context.Context, q *task, _ bool) (answer, error) {
		return answer{labels: best.classify(q.x), classes: train.want.classes}, nil
	}}, nil
}

func samplesOf(t *task) labelled { return labelled{t.x, t.want.labels, t.want.classes} }

// labelled are samples with their classes.
type labelled struct {
	x       samples
	labels  []int32
	classes int
}

// choose fits once for each weight decay and keeps the first that is most accurate on
// held.
func (p state) choose(ctx context.Context, train, held labelled, stream func(decay int) *rand.Rand) (best classifier, err error) {
	if p.Draws < p.Batch {
		return best, problem.New(fmt.Sprintf("%d draws do not fill a batch of %d", p.Draws, p.Batch), "raise draws, or lower batch")
	}
	most := -1.0
	for i, decay := range decays() {
		c, err := p.fit(ctx, train, stream(i), decay)
		if err != nil {
			return best, err
		}
		if a := portion(c.classify(held.x), held.labels); a > most {
			best, most = c, a
		}
	}
	return best, nil
}
