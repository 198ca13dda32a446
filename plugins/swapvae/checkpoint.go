package swapvae

import (
	"encoding"
	"path/filepath"

	"github.com/assaylab/assay/framework/modelfile"
	"github.com/assaylab/assay/framework/nn"
)

// checkpoint is all that the coming epochs depend on.
type checkpoint struct {
	weights *nn.Params
	adam    *nn.Adam
	places  map[string]place
}

// place is where a random stream or a permutation has come to.
type place interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

const optimiserFile = "optimiser.safetensors"

func (c checkpoint) save(dir string) error {
	if err := c.weights.Save(filepath.Join(dir, weightsFile)); err != nil {
		return err
	}
	if err := c.adam.Save(filepath.Join(dir, optimiserFile)); err != nil {
		return err
	}
	states := map[string]encoding.BinaryMarshaler{}
	for name, p := range c.places {
		states[name] = p
	}
	return modelfile.WriteStates(dir, states)
}

func (c checkpoint) load(dir string) error {
	if err := c.weights.Load(filepath.Join(dir, weightsFile)); err != nil {
		return err
	}
	if err := c.adam.Load(filepath.Join(dir, optimiserFile)); err != nil {
		return err
	}
	states := map[string]encoding.BinaryUnmarshaler{}
	for name, p := range c.places {
		states[name] = p
	}
	return modelfile.ReadStates(dir, states)
}
