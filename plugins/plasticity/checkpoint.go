package plasticity

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/modelfile"
)

// state is what a checkpoint holds beside its arrays: the model so far, with the
// rule that was found, and what only training knows.
type state struct {
	Model   *model         `json:"model"`
	Steps   map[string]int `json:"steps"`   // of each Adam
	Right   int            `json:"right"`   // since the last point of the curve
	Waiting []int32        `json:"waiting"` // labels of samples that the next step of gd-output is for
	arrays  map[string][]float32
}

func readState(dir string) (*state, error) {
	s := &state{arrays: map[string][]float32{}}
	if err := modelfile.Read(dir, name, version, s); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.npy"))
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		a, unmap, err := data.ReadArray(path)
		if err != nil {
			return nil, err
		}
		s.arrays[strings.TrimSuffix(filepath.Base(path), ".npy")] = append([]float32(nil), a.Values...)
		if err := unmap(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// A course is one training of the network, epoch after epoch, with checkpoints.
// The order of an epoch needs no place in them: those before it are drawn again.
type course struct {
	m      *model
	req    framework.TrainRequest
	st     *state // of an attempt before this one, or nil
	done   int    // epochs that it had made
	views  *views
	adams  map[string]*adam
	batch  *waiting // of gd-output, or nil
	budget int      // epochs in all
}

// waiting are samples that the next step is for.
type waiting struct {
	labels    []int32
	h, logits []float32 // [batch x V], [batch x l]
}

// arrays are all numbers that the coming epochs depend on, by file.
func (c *course) arrays() map[string]*[]float32 {
	out := c.m.arrays()
	for name, a := range c.adams {
		out["adam-m-"+name], out["adam-v-"+name] = &a.m, &a.v
	}
	if c.batch != nil {
		out["waiting-h"], out["waiting-logits"] = &c.batch.h, &c.batch.logits
	}
	return out
}

// restore puts the numbers of the attempt before this one into their places, once
// these have been made.
func (c *course) restore() error {
	if c.st == nil || c.done == 0 {
		return nil
	}
	c.m.Snapshots = c.st.Model.Snapshots
	c.m.Mistakes = c.st.Model.Mistakes
	c.views.goOn(c.st.Right, c.done*c.views.total/c.budget)
	for name, a := range c.adams {
		a.steps = c.st.Steps[name]
	}
	if c.batch != nil {
		c.batch.labels = append(c.batch.labels, c.st.Waiting...)
	}
	for name, into := range c.arrays() {
		from := c.st.arrays[name]
		if strings.HasPrefix(name, "U-") || strings.HasPrefix(name, "W-") { // of a snapshot
			*into = from
			continue
		}
		if len(from) != len(*into) {
			return fmt.Errorf("the checkpoint has %d numbers of %s, not %d", len(from), name, len(*into))
		}
		copy(*into, from)
	}
	return nil
}

func (c *course) save(dir string) error {
	s := state{Model: c.m, Steps: map[string]int{}}
	for name, a := range c.adams {
		s.Steps[name] = a.steps
	}
	if c.views != nil {
		s.Right = c.views.right
	}
	if c.batch != nil {
		s.Waiting = c.batch.labels
	}
	for name, a := range c.arrays() {
		if len(*a) == 0 {
			continue
		}
		if err := data.WriteArray(filepath.Join(dir, name+".npy"), data.Array{Shape: []int{len(*a)}, Values: *a}); err != nil {
			return err
		}
	}
	return modelfile.Write(dir, name, version, s)
}

// epochs runs what is left of the budget, as far as it is asked for; epoch makes
// one.
func (c *course) epochs(ctx context.Context, epoch func() error) error {
	for e := c.done; e < c.req.End(c.budget); e++ {
		if err := epoch(); err != nil {
			return err
		}
		if c.req.Checkpoint.Due(int64(e + 1)) {
			if err := c.req.Checkpoint.Save(int64(e+1), c.save); err != nil {
				return err
			}
		}
	}
	if c.views.done < c.views.total {
		c.m.Seen = c.views.done
	}
	return ctx.Err()
}
