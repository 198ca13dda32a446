package table

import (
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
	"github.com/assaylab/assay/framework/metric"
)

// Also are the figures over recordings that a table asks for beside its tests.
type Also struct {
	IQM         []float64       `json:"iqm,omitempty"`         // interquartile mean over datasets and seeds, of each method
	Improvement [][]float64     `json:"improvement,omitempty"` // probability that a run of the first is better than one of the second
	Bootstrap   []Bootstrapped  `json:"bootstrap,omitempty"`   // of each method
	Equivalence []Equivalent    `json:"equivalence,omitempty"` // of each pair
	Profiles    []ProfilePoints `json:"profiles,omitempty"`
}

// Bootstrapped is a hierarchical bootstrap of one method's mean: subject, session, seed.
type Bootstrapped struct {
	Method string   `json:"method"`
	SE     float64  `json:"se"`
	Lo     *float64 `json:"lo"` // null below 20 subjects, where it covers too little
	Hi     *float64 `json:"hi"`
}

// Equivalent is the Bayesian signed-rank test of one pair.
type Equivalent struct {
	A          string  `json:"a"`
	B          string  `json:"b"`
	Rope       float64 `json:"rope"`
	Better     float64 `json:"p_a_better"`
	Equivalent float64 `json:"p_equivalent"`
	Worse      float64 `json:"p_b_better"`
}

// ProfilePoints is a performance profile: the share of runs above each threshold.
type ProfilePoints struct {
	Method     string    `json:"method"`
	Thresholds []float64 `json:"thresholds"`
	Shares     []float64 `json:"shares"`
}

const (
	resampleDraws = 10_000
	resampleSeed  = 1
)

// also adds what Spec.Also names. runs are the values of each method by dataset.
func (a *Across) also(s Spec, datasets []*contest) error {
	if len(s.Also) == 0 {
		return nil
	}
	runs := make([][][]float64, len(a.Methods)) // [method][dataset][run], a failed dataset left out
	var all []float64
	for j, name := range a.Methods {
		for _, k := range datasets {
			if i := k.index(name); i >= 0 {
				runs[j] = append(runs[j], k.rivals()[i].Values)
				all = append(all, k.rivals()[i].Values...)
			}
		}
	}
	out := &Also{}
	for _, name := range s.Also {
		switch name {
		case alsoWilcoxon:
			if err := a.wilcoxon(); err != nil {
				return err
			}
		case alsoIQM:
			out.iqm(a, runs, all)
		case alsoImprovement:
			if err := out.improvement(a, runs); err != nil {
				return err
			}
		case alsoBootstrap:
			if err := out.bootstrap(a, datasets); err != nil {
				return err
			}
		case alsoEquivalence:
			for _, p := range a.Pairs {
				d := slices.Clone(p.Differences)
				if a.Goal == metric.Min {
					for i := range d {
						d[i] = -d[i]
					}
				}
				r, err := stats.BayesSignedRank(d, s.Rope, resampleDraws, resampleSeed)
				if err != nil {
					return err
				}
				out.Equivalence = append(out.Equivalence, Equivalent{p.A, p.B, s.Rope, r.Better, r.Equivalent, r.Worse})
			}
		}
	}
	a.Also = out
	return nil
}

func (a *Across) wilcoxon() error {
	for i := range a.Pairs {
		p := &a.Pairs[i]
		x, y := a.Values[slices.Index(a.Methods, p.A)], a.Values[slices.Index(a.Methods, p.B)]
		w, err := stats.Wilcoxon(x, y)
		if err != nil {
			return err
		}
		p.Wilcoxon = &w.P
	}
	return nil
}

func (o *Also) iqm(a *Across, runs [][][]float64, all []float64) {
	slices.Sort(all)
	var thresholds []float64
	for i := range 21 {
		thresholds = append(thresholds, all[i*(len(all)-1)/20])
	}
	thresholds = slices.Compact(thresholds)
	for j, name := range a.Methods {
		o.IQM = append(o.IQM, stats.InterquartileMean(slices.Concat(runs[j]...)))
		o.Profiles = append(o.Profiles, ProfilePoints{name, thresholds, stats.Profile(runs[j], thresholds)})
	}
}

func (o *Also) improvement(a *Across, runs [][][]float64) error {
	for i := range a.Methods {
		row := make([]float64, len(a.Methods))
		for j := range a.Methods {
			row[j] = 0.5
			if i == j || len(runs[i]) != len(runs[j]) {
				continue
			}
			x, y := runs[i], runs[j]
			if a.Goal == metric.Min {
				x, y = y, x
			}
			p, err := stats.Improvement(x, y)
			if err != nil {
				return err
			}
			row[j] = p
		}
		o.Improvement = append(o.Improvement, row)
	}
	return nil
}

func (o *Also) bootstrap(a *Across, datasets []*contest) error {
	for _, name := range a.Methods {
		var x [][][]float64
		for _, g := range a.Groups {
			var sessions [][]float64
			for _, k := range datasets {
				if i := k.index(name); i >= 0 && slices.Contains(g.Datasets, k.other) {
					sessions = append(sessions, k.rivals()[i].Values)
				}
			}
			if len(sessions) > 0 {
				x = append(x, sessions)
			}
		}
		b, err := stats.Hierarchical(x, resampleDraws, resampleSeed)
		if err != nil {
			return err
		}
		r := Bootstrapped{Method: name, SE: b.SE}
		if b.Interval && a.Unit == unitSubject {
			r.Lo, r.Hi = &b.Lo, &b.Hi
		}
		o.Bootstrap = append(o.Bootstrap, r)
	}
	return nil
}
