package myow

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/nn"
)

// place is where a random stream or a permutation has come to.
type place interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

const optimiserFile = "optimiser.safetensors"

// weights are all parameters and statistics by file.
func (t *training) weights() map[string]*nn.Params {
	return map[string]*nn.Params{
		"online-body.safetensors": t.online.body, "online-heads.safetensors": t.online.heads, "predictors.safetensors": t.online.predictors,
		"target-body.safetensors": t.target.body, "target-heads.safetensors": t.target.heads,
	}
}

// save writes all that the coming steps depend on.
func (t *training) save(dir string) error {
	for name, ps := range t.weights() {
		if err := ps.Save(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := t.optimiser.Save(filepath.Join(dir, optimiserFile)); err != nil {
		return err
	}
	states := map[string]encoding.BinaryMarshaler{}
	for name, p := range t.places {
		states[name] = p
	}
	return modelfile.WriteStates(dir, states)
}

func (t *training) load(dir string) error {
	for name, ps := range t.weights() {
		if err := ps.Load(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := t.optimiser.Load(filepath.Join(dir, optimiserFile)); err != nil {
		return err
	}
	states := map[string]encoding.BinaryUnmarshaler{}
	for name, p := range t.places {
		states[name] = p
	}
	return modelfile.ReadStates(dir, states)
}

// partition is the order in which the second release's sampler goes through the
// samples, and how far it has come.
type partition struct{ *secondSampler }

func (p partition) MarshalBinary() ([]byte, error) {
	return numbers(append([]int{p.next}, p.order...)), nil
}

func (p partition) UnmarshalBinary(b []byte) error {
	list, err := listed(b, len(p.order)+1)
	if err != nil {
		return err
	}
	p.next, p.order = list[0], list[1:]
	sorted := slices.Sorted(slices.Values(p.order))
	for i, k := range sorted {
		if i != k {
			return fmt.Errorf("no permutation of %d samples", len(sorted))
		}
	}
	return nil
}

// trialOrder is the order that the first release's sampler has shuffled the trials
// into, each given by its first sample.
type trialOrder struct{ *firstSampler }

func (o trialOrder) MarshalBinary() ([]byte, error) {
	var list []int
	for _, t := range o.trials {
		list = append(list, t[0])
	}
	return numbers(list), nil
}

func (o trialOrder) UnmarshalBinary(b []byte) error {
	list, err := listed(b, len(o.trials))
	if err != nil {
		return err
	}
	from := map[int][]int{}
	for _, t := range o.trials {
		from[t[0]] = t
	}
	for i, first := range list {
		t, ok := from[first]
		if !ok {
			return fmt.Errorf("no trial begins at sample %d", first)
		}
		delete(from, first)
		o.trials[i] = t
	}
	return nil
}

func numbers(list []int) []byte {
	var out []byte
	for _, v := range list {
		out = binary.LittleEndian.AppendUint32(out, uint32(v))
	}
	return out
}

func listed(b []byte, n int) ([]int, error) {
	if len(b) != 4*n {
		return nil, fmt.Errorf("%d bytes for %d numbers", len(b), n)
	}
	out := make([]int, n)
	for i := range out {
		out[i] = int(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out, nil
}
