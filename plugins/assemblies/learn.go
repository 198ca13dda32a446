package assemblies

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/assaylab/assay/framework"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// learn is Algorithm 1 of the paper, in every area: for each class in turn h = 0,
// then T rounds with plasticity, a fresh sample of the class in each, then
// homeostasis.
func (m *model) learn(ctx context.Context, req framework.TrainRequest, x [][]int32, labels []int32, rec framework.Recorder) error {
	s := &m.Settings
	samples := m.present(x, labels, req.Rand("samples"))
	noise := req.Rand("noise")
	order := req.Rand("class order")
	m.Last, m.Union = make([][]int32, m.Classes), make([][]int32, m.Classes)
	before := make([][]int32, m.Classes)
	total := int64(0)
	for _, c := range samples {
		total += int64(len(c))
	}
	done := int64(0)
	for i := range m.Areas {
		a := &m.Areas[i]
		var h []int32
		for _, c := range m.classOrder(samples, order) {
			if a.Only >= 0 && a.Only != c {
				continue
			}
			if s.Reset {
				h = nil
			}
			var last []int32
			for _, sample := range samples[c] {
				if err := ctx.Err(); err != nil {
					return err
				}
				last = h
				h = assembly.Step(a.area, assembly.Drive{Firing: [][]int32{sample, h}, Sigma: s.Noise, Rand: noise}, true)
				m.Raster = append(m.Raster, shifted(h, a.First))
				m.RasterOf = append(m.RasterOf, [2]int{i, c})
				m.Union[c] = union(m.Union[c], shifted(h, a.First))
				done++
				rec.Metric("persistence", done, float64(shared(last, h))/float64(a.K))
				rec.Progress(done, max(done, total*int64(len(m.Areas))), "rounds")
			}
			before[c] = append(before[c], shifted(last, a.First)...)
			m.Last[c] = append(m.Last[c], shifted(h, a.First)...)
			if s.Normalise == "class" {
				a.area.Homeostasis()
			}
			if s.Bias > 0 {
				a.area.Penalise(h, s.Bias)
			}
		}
		a.area.ClearBias() // it is part of training only
	}
	for c := range m.Last {
		m.Before = append(m.Before, shared(before[c], m.Last[c]))
		rec.Log("class %d: support %d of cap %d, the last two caps share %d", c, len(m.Union[c]), s.K, m.Before[c])
	}
	return nil
}

// present chooses the T samples of every class. Of a decision by threshold only
// class 1 is learned.
func (m *model) present(x [][]int32, labels []int32, rng *rand.Rand) [][][]int32 {
	of := make([][]int, m.Classes)
	for i, l := range labels {
		of[l] = append(of[l], i)
	}
	out := make([][][]int32, m.Classes)
	for c, rows := range of {
		if m.Settings.Draw == "random" {
			rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		}
		if len(rows) == 0 || m.Settings.Decision == "threshold" && c != 1 {
			continue
		}
		for t := range m.Settings.T {
			out[c] = append(out[c], x[rows[t%len(rows)]])
		}
	}
	return out
}

// classOrder returns the classes that have samples.
func (m *model) classOrder(samples [][][]int32, rng *rand.Rand) []int {
	var out []int
	for c, s := range samples {
		if len(s) > 0 {
			out = append(out, c)
		}
	}
	if m.Settings.ClassOrder == "random" || m.Settings.Architecture == "random" {
		rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

func shifted(cap []int32, by int) []int32 {
	out := make([]int32, len(cap))
	for i, j := range cap {
		out[i] = j + int32(by)
	}
	return out
}

// union merges ascending lists.
func union(a, b []int32) []int32 {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// shared is |a ∩ b| of ascending lists.
func shared(a, b []int32) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			n++
			a, b = a[1:], b[1:]
		case a[0] < b[0]:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return n
}

// caps presents samples with plasticity off: a round of a = Aᵀx, then further
// ones of a = Wᵀh + Aᵀx. Areas are told apart by their neurons' numbers.
func caps(ctx context.Context, areas []area, of func(area) assembly.Area, x [][]int32, rounds int) ([][]int32, error) {
	out := make([][]int32, len(x))
	for _, a := range areas {
		reader := of(a)
		_, perSample := reader.(interface{ Sampled() })
		if !perSample {
			reader = reader.Fork(0)
		}
		added := 0 // neurons of this area in the last cap
		for i := range x {
			if i%64 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if i > 0 && slices.Equal(x[i], x[i-1]) { // a stimulus that is always the same
				out[i] = append(out[i], out[i-1][len(out[i-1])-added:]...)
				continue
			}
			view := reader
			if perSample {
				view = reader.Fork(content(x[i]))
			}
			var h []int32
			for range rounds {
				h = view.Project(assembly.Drive{Firing: [][]int32{x[i], h}})
			}
			for _, j := range h {
				out[i] = append(out[i], j+int32(a.First))
			}
			added = len(h)
		}
	}
	return out, nil
}

func trained(a area) assembly.Area   { return a.area }
func untrained(a area) assembly.Area { return a.area.Fresh() }

// content is a number of an encoded sample: its lazy draws depend on it alone.
func content(x []int32) uint64 {
	h := uint64(14695981039346656037)
	for _, i := range x {
		h = (h ^ uint64(i)) * 1099511628211
	}
	return h
}
