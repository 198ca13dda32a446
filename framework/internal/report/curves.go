package report

import (
	"cmp"
	"slices"

	"github.com/assaylab/assay/framework/internal/store"
)

// curves are what methods told while they trained, by metric and dataset.
type curves map[[2]string]map[string]map[int64]*band

// band is what the seeds of a method reached at one step.
type band struct {
	n           int
	sum, lo, hi float64
}

// figure is one learning-curve figure: a line for each method's mean over seeds, and
// a band from the lowest to the highest.
type figure struct {
	Metric  string `json:"metric"`
	Dataset string `json:"dataset"`
	Lines   []line `json:"lines"`
}

type line struct {
	Name  string      `json:"name"`
	Seeds int         `json:"seeds"` // at most
	Steps []int64     `json:"steps"`
	Mean  []number    `json:"mean"`
	Band  [][2]number `json:"band"`
}

func (c *curves) add(row store.Line) {
	name := row.MethodID
	if row.Variant != "" {
		name += ", " + row.Variant
	}
	for _, p := range row.Curves {
		if *c == nil {
			*c = curves{}
		}
		k := [2]string{p.Name, row.Dataset}
		if (*c)[k] == nil {
			(*c)[k] = map[string]map[int64]*band{}
		}
		if (*c)[k][name] == nil {
			(*c)[k][name] = map[int64]*band{}
		}
		b := (*c)[k][name][p.Step]
		if b == nil {
			b = &band{lo: p.Value, hi: p.Value}
			(*c)[k][name][p.Step] = b
		}
		b.n, b.sum, b.lo, b.hi = b.n+1, b.sum+p.Value, min(b.lo, p.Value), max(b.hi, p.Value)
	}
}

// mostPoints bounds a line: more than a screen shows.
const mostPoints = 400

func (c curves) figures() []figure {
	out := []figure{}
	for k, lines := range c {
		f := figure{Metric: k[0], Dataset: k[1]}
		for _, name := range sorted(lines) {
			l := line{Name: name}
			steps := sorted(lines[name])
			stride := (len(steps) + mostPoints - 1) / mostPoints
			for i, step := range steps {
				if i%stride != 0 && i != len(steps)-1 {
					continue
				}
				b := lines[name][step]
				l.Seeds = max(l.Seeds, b.n)
				l.Steps, l.Mean = append(l.Steps, step), append(l.Mean, number(b.sum/float64(b.n)))
				l.Band = append(l.Band, [2]number{number(b.lo), number(b.hi)})
			}
			f.Lines = append(f.Lines, l)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b figure) int {
		return cmp.Or(cmp.Compare(a.Metric, b.Metric), cmp.Compare(a.Dataset, b.Dataset))
	})
	return out
}
