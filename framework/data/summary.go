package data

import "math"

// Summary is what people want to know about a recording at a glance.
type Summary struct {
	Samples    int             `json:"samples"`
	Channels   int             `json:"channels"`
	Trials     int             `json:"trials"`
	Unit       string          `json:"unit,omitempty"`
	BinSeconds float64         `json:"bin_seconds,omitempty"`
	Mean       float64         `json:"mean"`
	Min        float64         `json:"min"`
	Max        float64         `json:"max"`
	Zeros      float64         `json:"zeros"` // share of values that are 0
	Targets    []TargetSummary `json:"targets"`
	Parts      []PartSummary   `json:"parts"` // one, "all", where the recording is not divided
}

// TargetSummary describes a target.
type TargetSummary struct {
	Name    string `json:"name"`
	Class   bool   `json:"class"`
	Classes int    `json:"classes,omitempty"`
	Counts  []int  `json:"counts,omitempty"` // samples by label
	Dims    int    `json:"dims,omitempty"`
	Unit    string `json:"unit,omitempty"`
}

// PartSummary counts what is in a split.
type PartSummary struct {
	Split   Split `json:"split"`
	Samples int   `json:"samples"`
	Trials  int   `json:"trials"`
}

// Summarize reads the whole recording.
func (r *Recording) Summarize() Summary {
	s := Summary{
		Samples: r.Len(), Channels: r.Samples.Cols(), Trials: r.Trials(),
		Unit: r.Unit, BinSeconds: r.BinSeconds, Min: math.Inf(1), Max: math.Inf(-1),
	}
	zeros := 0
	for _, v := range r.Samples.Values {
		x := float64(v)
		s.Mean += x
		s.Min, s.Max = min(s.Min, x), max(s.Max, x)
		if x == 0 {
			zeros++
		}
	}
	n := float64(len(r.Samples.Values))
	s.Mean, s.Zeros = s.Mean/n, float64(zeros)/n
	for _, t := range r.Targets {
		ts := TargetSummary{Name: t.Name, Class: t.IsClass(), Classes: t.Classes, Unit: t.Unit}
		if t.IsClass() {
			ts.Counts = make([]int, t.Classes)
			for _, l := range t.Labels {
				ts.Counts[l]++
			}
		} else {
			ts.Dims = t.Values.Cols()
		}
		s.Targets = append(s.Targets, ts)
	}
	s.Parts = r.Parts()
	return s
}

// Parts counts what is in each split, in the order of [Recording.Splits].
func (r *Recording) Parts() []PartSummary {
	var out []PartSummary
	for _, split := range r.Splits() {
		p := PartSummary{Split: split}
		var last int32
		for i, trial := range r.Trial {
			if split != All && r.Split[i] != split {
				continue
			}
			if p.Samples == 0 || trial != last {
				p.Trials++
			}
			p.Samples++
			last = trial
		}
		out = append(out, p)
	}
	return out
}

// Trials is the number of trials.
func (r *Recording) Trials() int {
	n := 0
	for i, t := range r.Trial {
		if i == 0 || t != r.Trial[i-1] {
			n++
		}
	}
	return n
}
