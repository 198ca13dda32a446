package eit

import (
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// The gradients of the whole loss of every model are those of central
// differences, with dropout and masks held fast.
func TestGradients(t *testing.T) {
	for name, values := range map[string]map[string]any{
		"eit":          nil,
		"class token":  {"pooling": "cls"},
		"mean":         {"pooling": "mean", "time_encoding": true},
		"no auxiliary": {"alpha": 0, "skip_s": false, "feed_forward_s": false},
		"individual":   {"depth_s": 0, "dropout_t": 0.3},
		"interaction":  {"depth_t": 0},
		"vanilla":      {"model": "vanilla", "depth": 1},
		"ndt":          {"model": "ndt", "depth": 1},
		"mlp":          {"model": "mlp"},
		"gru":          {"model": "gru"},
		"two features": {"features": 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := with(small(values))
			s.Window = 3
			tr := testTrainer(t)
			p := noise(4, s)
			net := s.network(sizes{4, 8}, tr.req.Rand("init"), tr.noise)
			o := s.objective(net, p, classesOf(p), tr.workers, tr.masks)
			o.batch.Set(5)
			o.fill(p.windows[:5])
			nntest.Problem{Step: o.step, Reset: func() { tr.reseed("test", 1) }, Tolerance: 0.01}.Check(t)
		})
	}
}

// So are those of the masked interaction module.
func TestMaskedGradients(t *testing.T) {
	r := divided(toy(1, 12, 6))
	m := trained(t, small(map[string]any{"transfer": "untrained"}), map[string]*data.Recording{data.MainRole: r})
	s := m.Settings
	s.Transfer = "masked"
	tr := testTrainer(t)
	net := newCarried(&s, 5, tr.req.Rand("init"), tr.noise)
	p, err := m.Input.scored(&s, r)
	if err != nil {
		t.Fatal(err)
	}
	m.net = net
	o, _, err := m.maskedStep(tr, net, p)
	if err != nil {
		t.Fatal(err)
	}
	o.fill([]int{0, 3, 4, 9, 17, 2, 30, 1})
	nntest.Problem{Step: o.step, Reset: func() { tr.reseed("test", 1) }, Tolerance: 0.01}.Check(t)
}
