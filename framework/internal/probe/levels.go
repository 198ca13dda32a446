package probe

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/metric"
)

// maxDims is of how many dimensions of a target r2 is reported one by one.
const maxDims = 8

// unseen is reported where there are such samples.
var unseen = metric.Info{Name: "unseen", Goal: metric.None, Doc: "share of samples whose class train lacks, where there are such (class targets only)"}

var (
	classMetrics = []metric.Info{
		higher("accuracy", "share of samples given their class (class targets only)"),
		higher("balanced_accuracy", "share of each class's samples that were given it, mean over the classes that occur (class targets only)"),
		higher("macro_f1", "F1 of each class, mean over the classes that occur (class targets only)"),
		unseen,
	}
	angleMetrics = []metric.Info{
		higher("accuracy", "share of samples whose angle is off by less than pi/8"),
		higher("delta_accuracy", "share of samples whose angle is off by less than 3*pi/16"),
		{Name: "circular_error", Goal: metric.Min, Doc: "mean angle that samples are off by, in degrees; 90 by chance"},
		unseen,
	}
	valueMetrics = func() []metric.Info {
		out := []metric.Info{higher("r2", r2Doc+" (continuous targets only)")}
		for d := range maxDims {
			out = append(out, higher(fmt.Sprintf("r2_%d", d), fmt.Sprintf("r2 of dimension %d alone (continuous targets of 2 to %d dimensions)", d, maxDims)))
		}
		return out
	}()
)

// withLevels adds the levels of chance, and of shuffled targets where they are made.
func withLevels(metrics []metric.Info, shuffled bool) []metric.Info {
	out := slices.Clone(metrics)
	metrics = slices.DeleteFunc(slices.Clone(metrics), func(m metric.Info) bool { return m.Name == unseen.Name })
	for _, m := range metrics {
		out = append(out, metric.Info{Name: "chance/" + m.Name, Goal: m.Goal, Doc: m.Name + " of the best constant answer, known from train"})
	}
	if shuffled {
		for _, m := range metrics {
			out = append(out, metric.Info{Name: "shuffled/" + m.Name, Goal: m.Goal, Doc: m.Name + " after fitting to permuted targets, mean"},
				metric.Info{Name: "shuffled95/" + m.Name, Goal: m.Goal, Doc: m.Name + " after fitting to permuted targets, 95th percentile towards better"})
		}
	}
	return out
}

// score is one metric of one part.
type score struct {
	name  string
	goal  metric.Goal
	value float64
	numbers
}

// scores compares answers with what is wanted; of several they are averages.
func (t *task) scores(answers []answer) ([]score, error) {
	all := make([][]score, len(answers))
	for i, a := range answers {
		var err error
		if all[i], err = t.score(a); err != nil {
			return nil, err
		}
	}
	return averages(all), nil
}

// averages are the mean values and numbers per case of several scores of one part.
func averages(all [][]score) []score {
	if len(all) == 1 {
		return all[0]
	}
	out := slices.Clone(all[0])
	for k := range out {
		out[k].value, out[k].z = 0, make([]float64, len(out[k].z))
		for _, one := range all {
			out[k].value += one[k].value / float64(len(all))
			if one[k].z == nil {
				out[k].z = nil
			}
			for j := range out[k].z {
				out[k].z[j] += one[k].z[j] / float64(len(all))
			}
		}
		if len(out[k].z) == 0 {
			out[k].z = nil
		}
	}
	return out
}

func (t *task) score(a answer) ([]score, error) {
	switch {
	case t.want.theta != nil:
		return t.scoreAngles(a.theta), nil
	case t.want.labels != nil:
		return t.scoreClasses(a.labels), nil
	}
	return t.scoreValues(a.values)
}

func (t *task) mean(name string, goal metric.Goal, x []float64) score {
	value := 0.0
	for _, v := range x {
		value += v
	}
	value /= float64(len(x))
	return score{name, goal, value, t.cases.mean(value, x)}
}

func (t *task) scoreAngles(theta []float64) []score {
	n := len(theta)
	near, nearly, off := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range theta {
		e := distance(theta[i], t.want.theta[i])
		if math.IsNaN(e) {
			e = math.Pi // of a read-out that diverged
		}
		if e < tolerance {
			near[i] = 1
		}
		if e < deltaTolerance {
			nearly[i] = 1
		}
		off[i] = e * 180 / math.Pi
	}
	return []score{t.mean("accuracy", metric.Max, near), t.mean("delta_accuracy", metric.Max, nearly), t.mean("circular_error", metric.Min, off)}
}

func (t *task) scoreClasses(given []int32) []score {
	hit := hits(given, t.want.labels)
	all, each := t.cases.confusions(given, t.want.labels, t.want.classes)
	out := []score{t.mean("accuracy", metric.Max, hit)}
	for _, m := range []struct {
		name string
		of   func(confusion) float64
	}{{"balanced_accuracy", confusion.balanced}, {"macro_f1", confusion.macroF1}} {
		value, n := t.cases.classMetric(all, each, hit, m.of)
		out = append(out, score{m.name, metric.Max, value, n})
	}
	return out
}

func (t *task) scoreValues(got samples) ([]score, error) {
	want := t.want.values
	all, ok := r2(got, want)
	if !ok {
		return nil, problem.New(fmt.Sprintf("r2 is undefined: the target is the same for all %d samples", want.n), "leave out parts this small, or divide otherwise")
	}
	out := []score{{"r2", metric.Max, all, t.cases.r2(all, got, want)}}
	if want.d == 1 || want.d > maxDims {
		return out, nil
	}
	for j := range want.d {
		g, w := got.column(j), want.column(j)
		if one, ok := r2(g, w); ok {
			out = append(out, score{fmt.Sprintf("r2_%d", j), metric.Max, one, t.cases.r2(one, g, w)})
		}
	}
	return out, nil
}

func (s samples) column(j int) samples {
	out := samples{s.n, 1, make([]float64, s.n)}
	for i := range out.x {
		out.x[i] = s.row(i)[j]
	}
	return out
}

// matrix counts samples by the class that they have (rows) and were given (columns).
func matrix(given []int32, want answer) data.Array {
	m := data.NewArray(want.classes, want.classes)
	for i, l := range want.labels {
		m.Row(int(l))[given[i]]++
	}
	return m
}

// unseen is the share of samples of classes that train lacks.
func (t *task) unseen(train *task) (share float64) {
	if t.want.labels == nil {
		return 0
	}
	known := frequencies(train.want)
	for _, l := range t.want.labels {
		if known[l] == 0 {
			share += 1 / float64(len(t.want.labels))
		}
	}
	return share
}
