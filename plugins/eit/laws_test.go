package eit

import (
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
)

// bodies are the settings of the many-body runs.
func bodies(more map[string]any) *settings {
	values := map[string]any{"features": 2, "window": 10, "bins": 10, "centring": "none", "depth_t": 1, "depth_s": 1, "skip_s": false, "feed_forward_s": false,
		"neuron_dropout_t": 0, "neuron_dropout_s": 0, "alpha": 0}
	for k, v := range more {
		values[k] = v
	}
	return with(values)
}

func TestParameterCounts(t *testing.T) {
	three := map[string]any{"window": 50, "bins": 50, "d": 24, "depth_t": 2, "depth_s": 2}
	for name, c := range map[string]struct {
		s                 *settings
		n                 sizes
		transferred, want int
	}{
		"neural":              {with(nil), sizes{163, 8}, 51505, 107480},
		"neural, T = 8":       {with(map[string]any{"window": 8}), sizes{163, 8}, 51505, 107480},
		"two bodies":          {bodies(nil), sizes{4, 12}, 25793, 51202},
		"three bodies":        {bodies(three), sizes{6, 360}, 78817, 160406},
		"individual only":     {with(map[string]any{"depth_s": 0}), sizes{163, 8}, 51505, 51505 + 1312},
		"vanilla, neural":     {with(map[string]any{"model": "vanilla"}), sizes{163, 8}, 0, 3822521},
		"vanilla, two bodies": {bodies(map[string]any{"model": "vanilla", "depth": 2}), sizes{4, 12}, 0, 25464},
		"vanilla, three":      {bodies(map[string]any{"model": "vanilla", "depth": 2, "window": 50, "bins": 50}), sizes{6, 360}, 0, 41562},
	} {
		rng := data.Rand(1, "init")
		net := c.s.network(c.n, rng, rng)
		if got := count(net.sets()); got != c.want {
			t.Errorf("%s: %d parameters, want %d", name, got, c.want)
		}
		if f, ok := net.(*full); ok {
			if got := f.individual.ps.Count(); got != c.transferred {
				t.Errorf("%s: %d parameters in the individual module, want %d", name, got, c.transferred)
			}
		}
	}
}

const steps, windows, units = 3, 4, 5

// rearranged has the units, of F columns each, and the steps of every window in
// another order.
func rearranged(x data.Array, F int, unit, step []int) data.Array {
	out := data.NewArray(x.Rows(), len(unit)*F)
	for i := range x.Rows() {
		from := x.Row(i/len(step)*len(step) + step[i%len(step)])
		for k, u := range unit {
			copy(out.Row(i)[k*F:(k+1)*F], from[u*F:])
		}
	}
	return out
}

// The individual module gives a unit the same Z wherever it stands and whoever
// stands beside it, and without time encoding a step the same wherever it stands.
func TestIndividualModule(t *testing.T) {
	for name, s := range map[string]*settings{
		"neural": with(small(map[string]any{"window": steps})),
		"bodies": with(small(map[string]any{"window": steps, "features": 2, "depth_t": 1})),
		"time":   with(small(map[string]any{"window": steps, "time_encoding": true})),
	} {
		module := newIndividual(s, data.Rand(1, "init"), nil)
		run := func(x data.Array) (z, g []float32) {
			out := forward(t, steps, x, func(x *nn.Value) []*nn.Value {
				z, g := module.apply(x, x.Cols()/s.Features)
				return []*nn.Value{z, g}
			})
			return out[0], out[1]
		}
		same := []int{0, 1, 2}
		x := normal(1, windows*steps, units*s.Features)
		z, g := run(x)
		chosen := []int{3, 0, 4} // other units in another order, and fewer
		zc, gc := run(rearranged(x, s.Features, chosen, same))
		turned := []int{2, 0, 1}
		zt, _ := run(rearranged(x, s.Features, []int{0, 1, 2, 3, 4}, turned))
		d, order := s.D, true
		for b := range windows {
			for step := range steps {
				for k, u := range chosen {
					at, was := ((b*len(chosen)+k)*steps+step)*d, ((b*units+u)*steps+step)*d
					if !near(zc[at:at+d], z[was:was+d], 1e-5) || !near(gc[(b*steps+step)*3+k:][:1], g[(b*steps+step)*units+u:][:1], 1e-5) {
						t.Fatalf("%s: unit %d is another at place %d", name, u, k)
					}
				}
				for u := range units {
					at, was := ((b*units+u)*steps+step)*d, ((b*units+u)*steps+turned[step])*d
					order = order && near(zt[at:at+d], z[was:was+d], 1e-5)
				}
			}
		}
		if order != (s.TimeEncoding == false) {
			t.Errorf("%s: equivariant to the order of steps: %v", name, order)
		}
	}
}

// Interaction blocks are equivariant to the order of units while there are no
// identities, and the class token then does not see it.
func TestInteractionModule(t *testing.T) {
	same, turned := []int{0, 1, 2}, []int{3, 1, 4, 0, 2}
	for _, identity := range []bool{false, true} {
		for _, pooling := range []string{"cat", "cls", "mean"} {
			s := with(small(map[string]any{"window": steps, "identity": identity, "pooling": pooling}))
			net := newFull(s, sizes{units, 4}, data.Rand(1, "init"), nil)
			run := func(x data.Array) (latent, logits []float32) {
				out := forward(t, steps, x, func(x *nn.Value) []*nn.Value {
					o := net.apply(x)
					return []*nn.Value{o.latent, o.logits}
				})
				return out[0], out[1]
			}
			x := normal(2, windows*steps, units)
			latent, logits := run(x)
			latentT, logitsT := run(rearranged(x, 1, turned, same))
			want := latent
			if pooling == "cat" {
				want = rearranged(data.Array{Shape: []int{windows * steps, units}, Values: latent}, 1, turned, same).Values
			}
			if got := near(latentT, want, 1e-5); got != !identity {
				t.Errorf("identity %v, pooling %s: the latents follow the order of units: %v", identity, pooling, got)
			}
			if got := near(logitsT, logits, 1e-5); got != (!identity && pooling != "cat") {
				t.Errorf("identity %v, pooling %s: the logits do not see the order of units: %v", identity, pooling, got)
			}
			if identity { // that moves with its unit
				was := data.Array{Shape: []int{units, s.D}, Values: net.interact.identity.Table.Data}
				net.interact.identity.Table.Data = data.NewArray(units, s.D).Values
				for k, u := range turned {
					copy(net.interact.identity.Table.Data[k*s.D:], was.Row(u))
				}
				if latentT, _ := run(rearranged(x, 1, turned, same)); !near(latentT, want, 1e-5) {
					t.Errorf("pooling %s: the latents do not follow units and their identities", pooling)
				}
			}
		}
	}
}
