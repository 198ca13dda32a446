package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
)

// Names that arrays of an .npz have by convention; docs/data.md lists them.
var (
	usualNames = map[string]string{"vel": "velocity", "pos": "position", "acc": "acceleration", "timestep": "time"}
	// usualOrder puts targets that recordings of reaches have into the order of the catalogue.
	usualOrder = []string{"direction", "velocity", "position", "time"}
	binNames   = []string{"bin_s", "bin_seconds"}
)

func readNPZ(path string, c Columns, limit int64) (*data.Recording, error) {
	z, err := npy.OpenZip(path, limit)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	r := &npzReader{Zip: z, columns: c, rec: &data.Recording{Unit: c.Unit, BinSeconds: c.BinSeconds}, used: map[string]bool{}}
	for _, step := range []func() error{r.samples, r.trials, r.split, r.targets} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return r.rec, nil
}

type npzReader struct {
	*npy.Zip
	columns Columns
	rec     *data.Recording
	n       int // samples
	used    map[string]bool
}

// samples takes the array that is named, or "samples", or "counts", or the only
// 2-d array of floats. Counts become Hz where the width of a bin is known.
func (r *npzReader) samples() error {
	name, err := r.samplesName()
	if err != nil {
		return err
	}
	a, err := r.Read(name)
	if err != nil {
		return err
	}
	if len(a.Shape) != 2 {
		return fmt.Errorf("samples %s must be [samples x channels], got shape %v", name, a.Shape)
	}
	r.used[name] = true
	r.n = a.Shape[0]
	r.rec.Samples = data.Array{Shape: a.Shape, Values: a.Float32()}
	for _, bin := range binNames {
		if !r.Has(bin) {
			continue
		}
		r.used[bin] = true
		b, err := r.Read(bin)
		if err != nil {
			return err
		}
		if b.Len() != 1 || !(b.Float64()[0] > 0) {
			return fmt.Errorf("%s must be one number of seconds above 0", bin)
		}
		if r.rec.BinSeconds == 0 {
			r.rec.BinSeconds = b.Float64()[0]
		}
	}
	if name != "counts" || r.rec.Unit != "" {
		return nil
	}
	if r.rec.BinSeconds == 0 {
		r.rec.Unit = "counts"
		return nil
	}
	r.rec.Unit = "Hz"
	for i, v := range r.rec.Samples.Values {
		r.rec.Samples.Values[i] = float32(float64(v) / r.rec.BinSeconds)
	}
	return nil
}

func (r *npzReader) samplesName() (string, error) {
	if len(r.columns.Samples) > 0 {
		return r.columns.Samples[0], nil
	}
	for _, name := range []string{"samples", "counts"} {
		if r.Has(name) {
			return name, nil
		}
	}
	var found []string
	for _, name := range r.Names() {
		h, err := r.Header(name)
		if err != nil {
			return "", err
		}
		if len(h.Shape) == 2 && !h.Type.Whole() {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("which array holds the samples? there is no \"samples\" and no \"counts\", and %d 2-d arrays of floats (%s): name it under read: samples", len(found), strings.Join(found, ", "))
	}
	return found[0], nil
}

// trials takes a trial number per sample, or the lengths of trials that lie one
// after another (with a label for each: the target "direction"). Without either
// the recording is one trial.
func (r *npzReader) trials() error {
	name := r.columns.Trial
	if name == "" && r.Has("trial") {
		name = "trial"
	}
	switch {
	case name != "":
		values, err := r.whole(name, r.n)
		if err != nil {
			return err
		}
		r.rec.Trial, err = trialNumbers(values)
		return err
	case r.Has("trial_len"):
		return r.trialLengths()
	}
	r.rec.Trial = make([]int32, r.n)
	return nil
}

func (r *npzReader) trialLengths() error {
	lengths, err := r.whole("trial_len", -1)
	if err != nil {
		return err
	}
	for i, l := range lengths {
		if l < 0 || l > int64(r.n-len(r.rec.Trial)) {
			return fmt.Errorf("trial_len: the first %d trials have more than the %d samples there are", i+1, r.n)
		}
		for range l {
			r.rec.Trial = append(r.rec.Trial, int32(i))
		}
	}
	if len(r.rec.Trial) != r.n {
		return fmt.Errorf("trial_len sums to %d for %d samples", len(r.rec.Trial), r.n)
	}
	if !r.Has("trial_label") {
		return nil
	}
	labels, err := r.whole("trial_label", len(lengths))
	if err != nil {
		return err
	}
	perSample := make([]int64, r.n)
	for i, t := range r.rec.Trial {
		perSample[i] = labels[t]
	}
	t, err := classTarget("direction", perSample)
	r.rec.Targets = append(r.rec.Targets, t)
	return err
}

// split takes an array "split" of 0 (no part), 1 (train), 2 (val), 3 (test).
func (r *npzReader) split() error {
	if !r.Has("split") || slices.Contains(r.columns.Classes, "split") {
		return nil
	}
	codes, err := r.whole("split", r.n)
	if err != nil {
		return err
	}
	names := []data.Split{"", data.Train, data.Val, data.Test}
	for i, c := range codes {
		if c < 0 || int(c) >= len(names) {
			return fmt.Errorf("split of sample %d is %d; 1 is train, 2 val, 3 test, 0 none", i, c)
		}
		r.rec.Split = append(r.rec.Split, names[c])
	}
	return nil
}
