package source

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/source/pickle"
)

// The reach recordings come in two layouts of the same quantities, trial by
// trial: {"data": {name: [array per trial]}} of NumPy arrays, and
// {"data": [Data per trial]} of torch tensors. Both hold rates in Hz
// [bins x units], the reach direction per bin, and kinematics [bins x 2].
var (
	reachNumPy = reachNames{rates: "firing_rates", label: "labels", position: "position", velocity: "velocity", acceleration: "acceleration"}
	reachTorch = reachNames{rates: "x", label: "y", position: "pos", velocity: "vel", acceleration: "acc", step: "timestep"}
)

type reachNames struct {
	rates, label, position, velocity, acceleration string
	step                                           string // bin number in the trial; "" where bins are simply counted
}

const (
	directions     = 8       // of centre-out reaches
	maxPickleBytes = 1 << 30 // of the arrays in one
)

// readReach reads a recording of reaches; binSeconds is not in the file.
func readReach(b []byte, binSeconds float64) (*data.Recording, error) {
	p, err := pickle.Load(b, maxPickleBytes)
	if err != nil {
		return nil, err
	}
	root, err := pickle.Get(p.Value, "data")
	if err != nil {
		return nil, err
	}
	r := reachReader{pickle: p, rec: &data.Recording{Unit: "Hz", BinSeconds: binSeconds}}
	if trials, err := pickle.List(root); err == nil {
		for i, t := range trials {
			if err := r.trial(i, torchTrial(t), reachTorch); err != nil {
				return nil, fmt.Errorf("trial %d: %w", i, err)
			}
		}
		return r.finish()
	}
	rates, err := pickle.Get(root, reachNumPy.rates)
	if err != nil {
		return nil, err
	}
	trials, err := pickle.List(rates)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", reachNumPy.rates, err)
	}
	for i := range trials {
		if err := r.trial(i, numPyTrial(root, i), reachNumPy); err != nil {
			return nil, fmt.Errorf("trial %d: %w", i, err)
		}
	}
	return r.finish()
}

// A field finds one quantity of one trial.
type field func(name string) (any, error)

func torchTrial(t any) field {
	return func(name string) (any, error) {
		store, err := pickle.Get(t, "_store")
		if err != nil {
			return nil, err
		}
		mapping, err := pickle.Get(store, "_mapping")
		if err != nil {
			return nil, err
		}
		return pickle.Get(mapping, name)
	}
}

func numPyTrial(root any, i int) field {
	return func(name string) (any, error) {
		all, err := pickle.Get(root, name)
		if err != nil {
			return nil, err
		}
		list, err := pickle.List(all)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if i >= len(list) {
			return nil, fmt.Errorf("%s has only %d trials", name, len(list))
		}
		return list[i], nil
	}
}

// reachReader puts trials one after another.
type reachReader struct {
	pickle                    *pickle.Loaded
	rec                       *data.Recording
	units                     int
	labels                    []int32
	velocity, position, accel []float32
	time                      []float32
}

func (r *reachReader) trial(i int, f field, names reachNames) error {
	rates, err := r.array(f, names.rates)
	if err != nil {
		return err
	}
	if len(rates.Shape) != 2 || r.units != 0 && rates.Shape[1] != r.units {
		return fmt.Errorf("%s has shape %v, expected [bins x %d]", names.rates, rates.Shape, r.units)
	}
	bins := rates.Shape[0]
	r.units = rates.Shape[1]
	r.rec.Samples.Values = append(r.rec.Samples.Values, rates.Float32()...)
	for _, q := range []struct {
		name string
		into *[]float32
	}{{names.velocity, &r.velocity}, {names.position, &r.position}, {names.acceleration, &r.accel}} {
		a, err := r.sized(f, q.name, bins, 2)
		if err != nil {
			return err
		}
		*q.into = append(*q.into, a.Float32()...)
	}
	labels, err := r.sized(f, names.label, bins, 1)
	if err != nil {
		return err
	}
	for k, v := range labels.Float64() {
		if v != float64(int32(v)) || v < 0 || v >= directions {
			return fmt.Errorf("%s of bin %d is %v, expected 0..%d", names.label, k, v, directions-1)
		}
		r.labels = append(r.labels, int32(v))
		r.rec.Trial = append(r.rec.Trial, int32(i))
	}
	if names.step == "" {
		for k := range bins {
			r.time = append(r.time, float32(k))
		}
		return nil
	}
	steps, err := r.sized(f, names.step, bins, 1)
	if err != nil {
		return err
	}
	r.time = append(r.time, steps.Float32()...)
	return nil
}

func (r *reachReader) array(f field, name string) (*npy.Array, error) {
	v, err := f(name)
	if err != nil {
		return nil, err
	}
	a, err := r.pickle.Array(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

// sized is array with a row per bin and dims values in each.
func (r *reachReader) sized(f field, name string, bins, dims int) (*npy.Array, error) {
	a, err := r.array(f, name)
	if err == nil && (len(a.Shape) == 0 || a.Shape[0] != bins || a.Len() != bins*dims) {
		err = fmt.Errorf("%s has shape %v, expected %d values for each of %d bins", name, a.Shape, dims, bins)
	}
	return a, err
}

func (r *reachReader) finish() (*data.Recording, error) {
	n := len(r.rec.Trial)
	r.rec.Samples.Shape = []int{n, r.units}
	pairs := func(v []float32) data.Array { return data.Array{Shape: []int{n, 2}, Values: v} }
	r.rec.Targets = []data.Target{
		{Name: "direction", Labels: r.labels, Classes: directions},
		{Name: "velocity", Values: pairs(r.velocity), Unit: "cm/s"},
		{Name: "position", Values: pairs(r.position), Unit: "cm"},
		{Name: "time", Values: data.Array{Shape: []int{n, 1}, Values: r.time}, Unit: "bins"},
		{Name: "acceleration", Values: pairs(r.accel), Unit: "cm/s²"},
	}
	return r.rec, r.rec.Check()
}
