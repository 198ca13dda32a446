package file

import (
	"fmt"
	"strconv"

	"github.com/assaylab/assay/framework/data"
)

// numbers is a column of numbers on its way into memory, whole ones exactly.
type numbers struct {
	name     string
	g        geometry
	perTrial bool
	texts    *dictionary // of a column of text: numbered as they come
	floats   []float64
	wholes   []int64
}

// want collects the values in the order of the file: a list has no other.
func (c *numbers) want() *want {
	return &want{exact: true, put: func(v values) error {
		c.floats, c.wholes = append(c.floats, v.floats...), append(c.wholes, v.wholes...)
		return nil
	}}
}

// whole are the values, all of which must be whole numbers.
func (c *numbers) whole() ([]int64, error) {
	out := c.wholes
	for i, v := range c.floats { // MATLAB users save everything as floats
		w, ok := exact(v).(int64)
		if !ok {
			return nil, fmt.Errorf("%s must hold whole numbers, value %d is %v", c.name, i, v)
		}
		out = append(out, w)
	}
	return out, nil
}

// planTrialNumbers asks for a trial number per sample, or per trial where the axes
// of the samples show which samples are one. Trials may also have names.
func (r *reader) planTrialNumbers(name string) error {
	a, err := r.find(name)
	if err != nil {
		return err
	}
	c := &numbers{name: name}
	var ok bool
	if c.g, c.perTrial, ok = r.fit(a); !ok || c.g.dims != 1 || c.perTrial && r.plan.samples.lengths == nil {
		return fmt.Errorf("%s must be one column of %d values, got shape %v%s", name, r.plan.samples.rows, times(a.Shape), r.turned(a))
	}
	if err := r.within(c.g); err != nil {
		return err
	}
	r.plan.trial = c
	if a.Kind == Texts {
		c.texts = newDictionary()
	}
	w := c.collect()
	if r.format.table && c.texts == nil {
		w.accept = func(s string) error {
			if _, ok := numbersOf([]any{s})[0].(int64); !ok {
				return fmt.Errorf("%q in column %q is no whole number", s, name)
			}
			return nil
		}
	}
	r.take(name, w)
	return nil
}

// collect puts trial numbers where their samples are.
func (c *numbers) collect() *want {
	var codes []int32
	return &want{exact: true, put: func(v values) (err error) {
		if c.wholes == nil {
			c.wholes = make([]int64, c.g.rows)
		}
		switch {
		case c.texts != nil:
			if codes, err = c.texts.add(v, codes); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			placeAll(c.g.to, c.wholes, codes, func(x int32) int64 { return int64(x) })
		case v.texts != nil: // of a table, accepted as numbers
			whole := make([]int64, len(v.texts))
			for i, s := range v.texts {
				whole[i], _ = numbersOf([]any{s})[0].(int64)
			}
			placeAll(c.g.to, c.wholes, whole, func(x int64) int64 { return x })
		case v.floats != nil:
			for _, x := range v.floats {
				if _, ok := exact(x).(int64); !ok {
					return fmt.Errorf("%s must hold whole numbers, one is %s", c.name, strconv.FormatFloat(x, 'g', -1, 64))
				}
			}
			placeAll(c.g.to, c.wholes, v.floats, func(x float64) int64 { return int64(x) })
		default:
			placeAll(c.g.to, c.wholes, v.wholes, func(x int64) int64 { return x })
		}
		return nil
	}}
}

// trials numbers the samples: as the file says, or by lengths, or by the shape of
// the samples. Without any the recording is one trial.
func (r *reader) trials() error {
	s := r.plan.samples
	lengths, from := s.lengths, "the shape of the samples"
	if c := r.plan.lengths; c != nil {
		whole, err := c.whole()
		if err != nil {
			return err
		}
		from = c.name
		sum := int64(0)
		for i, l := range whole {
			if l < 0 || l > int64(s.rows)-sum {
				return fmt.Errorf("%s: the first %d trials have more than the %d samples there are%s", c.name, i+1, s.rows, r.sumFits(whole))
			}
			sum += l
			lengths = append(lengths, int(l))
		}
		if sum != int64(s.rows) {
			return fmt.Errorf("%s sums to %d for %d samples%s", c.name, sum, s.rows, r.sumFits(whole))
		}
	}
	r.rec.Trial = make([]int32, 0, s.rows)
	for i, l := range lengths {
		for range l {
			r.rec.Trial = append(r.rec.Trial, int32(i))
		}
	}
	r.trialOf, r.trialCount = r.rec.Trial, len(lengths)
	if c := r.plan.trial; c != nil {
		from = c.name
		if err := r.numbered(c); err != nil {
			return err
		}
	}
	if len(r.rec.Trial) == 0 {
		r.rec.Trial = make([]int32, s.rows)
		r.trialOf, r.trialCount = r.rec.Trial, 1
		if !r.format.table || s.rows > 1 {
			r.question("no array says which samples are one trial: all %d are one", s.rows)
		}
		return nil
	}
	r.note("%d trials, from %s", r.trialCount, from)
	return nil
}

// numbered gives every sample the number of its trial.
func (r *reader) numbered(c *numbers) error {
	whole, err := spread(r, c.perTrial, c.g, c.wholes, c.name)
	if err != nil {
		return err
	}
	trial := make([]int32, len(whole))
	of := make([]int32, len(whole))
	count := 0
	for i, v := range whole {
		if trial[i] = int32(v); int64(trial[i]) != v {
			return fmt.Errorf("trial number %d of sample %d is beyond 32 bits", v, i)
		}
		if i == 0 || trial[i] != trial[i-1] {
			count++
		}
		of[i] = int32(count - 1)
	}
	r.rec.Trial, r.trialOf, r.trialCount = trial, of, count
	return nil
}

// sumFits adds advice where lengths of trials go with the other axis of the samples.
func (r *reader) sumFits(lengths []int64) string {
	sum := int64(0)
	for _, l := range lengths {
		sum += max(0, min(l, 1<<40))
	}
	s := r.plan.samples
	if s.said || sum != int64(s.dims) || sum == int64(s.rows) {
		return ""
	}
	return "; they sum to the number of channels: if the channels come first, say read: {transpose: true}"
}

// split puts the samples into their parts.
func (r *reader) split() error {
	l := r.plan.split
	if l == nil {
		return nil
	}
	names := make([]data.Split, len(l.d.values))
	for i, v := range l.d.values {
		var err error
		if names[i], err = splitOf(labelName(v)); err != nil {
			return err
		}
	}
	r.rec.Split = make([]data.Split, len(l.codes))
	for i, c := range l.codes {
		if c != missingCode {
			r.rec.Split[i] = names[c]
		}
	}
	r.note("split: from %s", l.Column)
	return nil
}
