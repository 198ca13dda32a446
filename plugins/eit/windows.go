package eit

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// input says which units of a recording a network sees and what is subtracted
// from them.
type input struct {
	Channels int       `json:"channels"` // of the recording
	Kept     []int     `json:"kept"`     // its channels, in the order of the network: unit by unit
	Mean     []float64 `json:"mean"`     // of the kept channels of the train part; nil where centring is own or none
}

func (in *input) units(s *settings) int { return len(in.Kept) / s.Features }

// part is a recording as a network sees it.
type part struct {
	bins    data.Array // [bins x N F], centred
	raw     data.Array // the same before centring
	labels  []int32    // of the bins, as the recording has them; nil without the target
	windows []int      // first bin of each window, whose T bins lie one after another
	rows    []int      // sample of each bin, -1 for padding

	countsPerUnit float64 // spikes that one unit of raw is, for Poisson losses
}

// prepare chooses the units of a train part and returns the part itself.
func (s *settings) prepare(r *data.Recording, seed uint64) (*input, *part, error) {
	in := &input{Channels: r.Samples.Cols()}
	F := s.Features
	if in.Channels%F != 0 {
		return nil, nil, framework.Refuse(fmt.Sprintf("%d channels are not units of %d features", in.Channels, F), "set features to the number of channels that belong to a unit")
	}
	std := data.MomentsOf(r.Samples, 0).Std
	var units []int
	for u := range in.Channels / F {
		if slices.Max(std[u*F:(u+1)*F]) > s.MinStd {
			units = append(units, u)
		}
	}
	if len(units) == 0 {
		return nil, nil, framework.Refuse(fmt.Sprintf("none of %d units has a standard deviation above %v", in.Channels/F, s.MinStd), "check the recording, or lower min_std")
	}
	if s.Permute {
		data.Rand(seed, "unit order").Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	}
	if s.Units > len(units) {
		return nil, nil, framework.Refuse(fmt.Sprintf("units is %d, but only %d vary", s.Units, len(units)), "lower units, or set it to 0")
	}
	if s.Units > 0 {
		units = units[:s.Units]
	}
	for _, u := range units {
		for f := range F {
			in.Kept = append(in.Kept, u*F+f)
		}
	}
	p, err := in.cut(s, r)
	if err != nil {
		return nil, nil, err
	}
	if len(p.windows) == 0 {
		return nil, nil, framework.Refuse(fmt.Sprintf("no window of %d steps fits", s.Window), "try a smaller window")
	}
	if s.Centring == "train" {
		in.Mean = data.MomentsOf(p.raw, 0).Mean
	}
	return in, p.centred(in, s), nil
}

// cut returns the bins and windows that a part is learned from and scored on.
func (in *input) cut(s *settings, r *data.Recording) (*part, error) {
	if c := r.Samples.Cols(); c != in.Channels {
		return nil, fmt.Errorf("the recording has %d channels, the model was trained on %d", c, in.Channels)
	}
	if s.Windows == "consecutive" {
		var ps []stretch
		for _, run := range consecutive(r) {
			if run.n >= s.Window {
				ps = append(ps, run)
			}
		}
		return in.lay(s, r, ps, func(run stretch) int { return run.n - s.Window + 1 }), nil
	}
	if s.Bins < s.Window {
		return nil, framework.Refuse(fmt.Sprintf("a window of %d steps does not fit into %d bins", s.Window, s.Bins), "raise bins, or lower window")
	}
	trials := trialsOf(r)
	shortest := s.Bins
	for _, t := range trials {
		shortest = min(shortest, t.n)
	}
	for i := range trials { // cut, and pad to s.Bins
		trials[i].n, trials[i].pad = shortest, s.Bins-shortest
	}
	return in.lay(s, r, trials, func(stretch) int { return s.starts() }), nil
}

// starts is the number of windows of a trial.
func (s *settings) starts() int {
	most := s.Bins - s.Window + 1
	switch {
	case s.Starts >= 0:
		return min(s.Starts, most)
	case s.Window == 2 && s.Bins == 8 && s.Transfer != "time":
		return 6
	}
	return most
}

// stretch is samples from, ..., from+n−1, and zeros behind them.
type stretch struct{ from, n, pad int }

func trialsOf(r *data.Recording) []stretch {
	return stretches(r, func(i int) bool { return r.Trial[i] == r.Trial[i-1] })
}

// consecutive are the bins of a trial between which none is missing.
func consecutive(r *data.Recording) []stretch {
	time, err := r.ContinuousTarget("time")
	if err != nil || time.Values.Cols() != 1 {
		return trialsOf(r)
	}
	v := time.Values.Values
	return stretches(r, func(i int) bool { return r.Trial[i] == r.Trial[i-1] && math.Abs(float64(v[i]-v[i-1])-1) < 1e-3 })
}

// stretches joins sample i to the one before where together says so.
func stretches(r *data.Recording, together func(i int) bool) []stretch {
	var out []stretch
	for i := range r.Len() {
		if i == 0 || !together(i) {
			out = append(out, stretch{from: i})
		}
		out[len(out)-1].n++
	}
	return out
}

// lay puts stretches one after another and windows onto them, ordered by start,
// then trial.
func (in *input) lay(s *settings, r *data.Recording, all []stretch, starts func(stretch) int) *part {
	p := &part{}
	var at []int // first bin of each stretch
	most := 0
	for _, t := range all {
		at = append(at, len(p.rows))
		for i := range t.n {
			p.rows = append(p.rows, t.from+i)
		}
		for range t.pad {
			p.rows = append(p.rows, -1)
		}
		most = max(most, starts(t))
	}
	for start := range most {
		for i, t := range all {
			if start < starts(t) {
				p.windows = append(p.windows, at[i]+start)
			}
		}
	}
	p.raw = data.NewArray(len(p.rows), len(in.Kept))
	for i, row := range p.rows {
		if row >= 0 {
			from, to := r.Samples.Row(row), p.raw.Row(i)
			for k, c := range in.Kept {
				to[k] = from[c]
			}
		}
	}
	if t, err := r.ClassTarget(s.Target); err == nil {
		last := int32(0)
		for _, row := range p.rows { // padding has the label of its trial
			if row >= 0 {
				last = t.Labels[row]
			}
			p.labels = append(p.labels, last)
		}
	}
	return p
}

// centred subtracts the mean of the train part, or the part's own.
func (p *part) centred(in *input, s *settings) *part {
	mean := in.Mean
	if s.Centring == "own" {
		mean = data.MomentsOf(p.raw, 0).Mean
	}
	p.centre(mean)
	return p
}

func (p *part) centre(mean []float64) {
	if mean == nil {
		p.bins = p.raw
		return
	}
	p.bins = data.NewArray(p.raw.Rows(), p.raw.Cols())
	for i := range p.raw.Rows() {
		row := p.bins.Row(i)
		for k, v := range p.raw.Row(i) {
			row[k] = float32(float64(v) - mean[k])
		}
	}
}

// scored returns the part of a recording on which the model is scored.
func (in *input) scored(s *settings, r *data.Recording) (*part, error) {
	p, err := in.cut(s, r)
	if err != nil {
		return nil, err
	}
	return p.centred(in, s), nil
}

// everywhere returns windows that cover every sample: all windows of samples
// that follow each other; stretches shorter than T are padded with zeros. The
// mean is that of the scored part.
func (in *input) everywhere(s *settings, r *data.Recording) (*part, error) {
	mean := in.Mean
	if s.Centring == "own" {
		p, err := in.cut(s, r)
		if err != nil {
			return nil, err
		}
		mean = data.MomentsOf(p.raw, 0).Mean
	}
	all := trialsOf(r)
	if s.Windows == "consecutive" {
		all = consecutive(r)
	}
	for i, t := range all {
		all[i].pad = max(s.Window-t.n, 0)
	}
	p := in.lay(s, r, all, func(t stretch) int { return t.n + t.pad - s.Window + 1 })
	p.centre(mean)
	return p, nil
}

// half keeps the windows within the first or the second half of the bins of
// every trial.
func (p *part) half(s *settings, second bool) *part {
	var windows []int
	for _, w := range p.windows {
		start := w % s.Bins
		if second && start >= s.Bins/2 || !second && start+s.Window <= s.Bins/2 {
			windows = append(windows, w)
		}
	}
	out := *p
	out.windows = windows
	return &out
}
