package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// frame says of what the packed numbers of cases are: of these values of the
// layout, one after another, each over the same cases.
type frame struct {
	Split  string  `json:"split"`
	Unit   string  `json:"unit,omitempty"`
	IDs    []int64 `json:"ids,omitempty"`
	Sizes  []int   `json:"sizes,omitempty"`
	Pooled int     `json:"pooled,omitempty"`
	Cases  int     `json:"cases"`
	Values []int   `json:"values"`         // places in the layout
	Lag1   []int   `json:"lag1,omitempty"` // of these, which have an autocorrelation: it follows the numbers
	// Problems stand here and not with the numbers: trials of one sweep share them.
	Problems []remark `json:"problems,omitempty"`
}

// remark is a word about a value of the layout.
type remark struct {
	At   int    `json:"at"`
	Text string `json:"text"`
}

// packCases packs the cases of metrics that the layout has. Others have no place.
func packCases(rec trial.Record, l layout) (frames string, body []byte, err error) {
	var list []frame
	var numbers []float64
	for _, c := range rec.Cases {
		if c.Split == string(data.Train) { // nobody tests on it
			continue
		}
		c = c.Pool(trial.MaxCases)
		f := frame{Split: c.Split, Unit: c.Unit, IDs: c.IDs, Sizes: c.Sizes, Pooled: c.Pooled, Cases: c.Len()}
		type place struct {
			at int
			z  []float64
		}
		var places []place
		for name, z := range c.Values {
			at := l.place(rec, name, c.Split)
			if at < 0 {
				continue
			}
			if len(z) != f.Cases || f.Sizes != nil && len(f.Sizes) != f.Cases || f.IDs != nil && len(f.IDs) != f.Cases {
				return "", nil, fmt.Errorf("%s on %s has %d cases of %d", name, c.Split, len(z), f.Cases)
			}
			places = append(places, place{at, z})
		}
		slices.SortFunc(places, func(a, b place) int { return a.at - b.at })
		for _, p := range places {
			f.Values = append(f.Values, p.at)
			numbers = append(numbers, p.z...)
		}
		for _, name := range slices.Sorted(maps.Keys(c.Lag1)) {
			if at := l.place(rec, name, c.Split); at >= 0 {
				f.Lag1, numbers = append(f.Lag1, at), append(numbers, c.Lag1[name])
			}
		}
		for _, name := range slices.Sorted(maps.Keys(c.Problems)) {
			if at := l.place(rec, name, c.Split); at >= 0 {
				f.Problems = append(f.Problems, remark{at, c.Problems[name]})
			}
		}
		if len(f.Values)+len(f.Problems) > 0 {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return "", nil, nil
	}
	text, err := json.Marshal(list)
	return string(text), packNumbers(numbers), err
}

// place is where the layout has a record's metric, or -1.
func (l layout) place(rec trial.Record, name, split string) int {
	one := rec
	one.Metrics = []metric.Value{{Name: name, Split: split}}
	mine, scores := one.Apart()
	for _, v := range mine {
		return l.find(v.Name, v.Split, own)
	}
	for _, s := range scores {
		for _, v := range s.Values {
			if of := l.measure(s.Measure.ID()); of >= 0 {
				return l.find(v.Name, v.Split, of)
			}
		}
	}
	return -1
}

// cases are those of a row, for the metrics that a view has.
func (r *reading) cases(row *trialRow, v *view) ([]trial.Cases, error) {
	if row.cases == nil {
		return nil, nil
	}
	frames, err := memo(r.ctx, r.text, r.text.frames, row.frame, parseJSON[[]frame])
	if err != nil {
		return nil, err
	}
	numbers, err := unpackNumbers(row.cases)
	if err != nil {
		return nil, err
	}
	return unpackCases(frames, numbers, v)
}

func unpackCases(frames []frame, numbers []float64, v *view) ([]trial.Cases, error) {
	names := make(map[int][]string, len(v.at)) // a value may have two names
	for i, at := range v.at {
		names[at] = append(names[at], v.metrics[i].Name)
	}
	var out []trial.Cases
	for _, f := range frames {
		c := trial.Cases{Split: f.Split, Unit: f.Unit, IDs: f.IDs, Sizes: f.Sizes, Pooled: f.Pooled, Values: map[string][]float64{}}
		for _, at := range f.Values {
			if f.Cases < 0 || f.Cases > len(numbers) {
				return nil, fmt.Errorf("it has %d numbers of cases too few", f.Cases-len(numbers))
			}
			for _, name := range names[at] {
				c.Values[name] = numbers[:f.Cases:f.Cases]
			}
			numbers = numbers[f.Cases:]
		}
		if len(f.Lag1) > len(numbers) {
			return nil, errors.New("it has too few numbers of cases")
		}
		for i, at := range f.Lag1 {
			for _, name := range names[at] {
				if c.Lag1 == nil {
					c.Lag1 = map[string]float64{}
				}
				c.Lag1[name] = numbers[i]
			}
		}
		numbers = numbers[len(f.Lag1):]
		for _, p := range f.Problems {
			for _, name := range names[p.At] {
				c.Add(name, nil, errors.New(p.Text))
			}
		}
		if !c.Empty() {
			out = append(out, c)
		}
	}
	return out, nil
}
