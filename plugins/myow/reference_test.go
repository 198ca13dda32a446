package myow

import (
	"maps"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// The first ten losses of a small training of the second release (cascaded
// heads, mining, AdamW, moving average, both schedules) are those of a PyTorch
// model that was written from the paper's equations (testdata/reference.py).
// What is mined is given to it; it checks that it would have mined from the
// same k candidates.
func TestFirstLossesArePyTorchs(t *testing.T) {
	type step struct {
		A           [][]float32 `json:"a"`            // all rows, augmented
		Positives   [][]float32 `json:"positives"`    // view 2 of the anchors, rows of A'
		Anchors     []int       `json:"anchors"`      // rows of A
		Trials      []int32     `json:"trials"`       // of the rows of A
		Mined       []int       `json:"mined"`        // rows of A
		MinedWeight float64     `json:"mined_weight"` // λ
	}
	problem := struct {
		Steps    []step               `json:"steps"`
		K        int                  `json:"k"`
		WarmUp   int                  `json:"warm_up"`
		Online   map[string][]float32 `json:"online"`
		Target   map[string][]float32 `json:"target"`
		Encoder  []int                `json:"encoder"`
		Rate     float64              `json:"rate"`
		Decay    float64              `json:"decay"`
		Momentum float64              `json:"ema"`
	}{K: 3, WarmUp: 3, Rate: 5e-4, Decay: 10, Momentum: 0.9}
	const steps = 10
	training, _ := narrow(map[string]any{"steps": steps, "batch": 12, "neighbours": problem.K, "warm_up": problem.WarmUp, "mining_ramp": 6,
		"learning_rate": problem.Rate, "weight_decay": problem.Decay, "ema": problem.Momentum})
	defer training.workers.Close()
	p := &training.p
	problem.Encoder = p.encoder
	// The target's heads do not begin as the online ones here, so that their
	// moving average shows. The rate is small because the bias of h has no
	// gradient but rounding (batch norm follows), which Adam makes steps of.
	training.target.heads.CopyFrom(newBranch(p, len(training.second.aug.(*augmenter).scale), false, request.Rand("other heads")).heads)
	problem.Online, problem.Target = map[string][]float32{}, map[string][]float32{}
	store := func(into map[string][]float32, sets ...*nn.Params) {
		for _, ps := range sets {
			for _, q := range ps.Trained() {
				into[q.Name] = slices.Clone(q.Data)
			}
		}
	}
	store(problem.Online, training.online.body, training.online.heads, training.online.predictors)
	store(problem.Target, training.target.body, training.target.heads)
	if maps.EqualFunc(problem.Online, problem.Target, slices.Equal[[]float32]) {
		t.Fatal("the target begins as the online network; a wrong branch would not show")
	}
	var losses []float64
	for i := range steps {
		o, second := training.full, training.second
		training.fill(o)
		o.weigh(p, p.mining(i))
		losses = append(losses, o.step.Run())
		training.optimiser.Step(training.rate(i))
		training.follow(i)

		st := step{A: rows(o.x.Pass(1), o.x.Cols()), Positives: rows(o.x.Pass(0), o.x.Cols()), Mined: slices.Clone(o.search.found), MinedWeight: p.mining(i)}
		for _, a := range second.anchors {
			st.Anchors = append(st.Anchors, second.rowOf[a])
		}
		for _, a := range second.all {
			st.Trials = append(st.Trials, second.r.Trial[a])
		}
		problem.Steps = append(problem.Steps, st)
	}
	nntest.Reference(t, problem, losses)
}

// narrow is a training of the toy with few units in every layer, so that the
// stored problem is small.
func narrow(values map[string]any) (*training, *model) {
	p := with(values).resolve()
	p.encoder, p.q, p.h, p.r = []int{6, 6, 5, 5}, mlp{7, 5}, mlp{7, 4}, mlp{7, 4}
	m, r := new(model), toy()
	if err := m.standardise(r, p); err != nil {
		panic(err)
	}
	t, err := newTraining(p, m, r, request)
	if err != nil {
		panic(err)
	}
	return t, m
}

// rows cuts a copy of x into rows.
func rows(x []float32, cols int) [][]float32 {
	return slices.Collect(slices.Chunk(slices.Clone(x), cols))
}
