package framework

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

// A Checkpoint lets training continue after its process was killed. It may be
// nil, when no checkpoints are wanted: its methods then do nothing.
//
//	done, err := req.Checkpoint.Resume(func(dir string) error { return m.read(dir) })
//	for epoch := int(done); epoch < req.End(epochs); epoch++ {
//		...
//		if req.Checkpoint.Due(int64(epoch + 1)) {
//			err := req.Checkpoint.Save(int64(epoch + 1), func(dir string) error { return m.write(dir) })
//		}
//	}
//
// Training that continues must give the model of training that was never
// interrupted: save the random streams (data.Stream) and the optimiser's state as
// well. Work is counted in units of the budget, where Describe names one, and
// training that ends early (TrainRequest.End) saves at its end.
type Checkpoint struct {
	dir    string
	until  int64         // at most so much work is wanted; 0: all
	every  time.Duration // between two saves that are due
	saved  time.Time     // when the last save or resumption was
	report func(*wire.Checkpoint)
}

// current begins the name of a whole checkpoint, unfinished that of one which is
// still being written.
const (
	current    = "checkpoint-"
	unfinished = "tmp-"
)

// checkpointEvery is how much work a kill may cost.
const checkpointEvery = 30 * time.Second

// Due reports whether it is time for Save after done units of work: half a minute
// after the last one, and where training ends early with them.
func (c *Checkpoint) Due(done int64) bool {
	return c != nil && (c.until > 0 && done == c.until || time.Since(c.saved) >= c.every)
}

// Save replaces the checkpoint: write fills an empty folder with what training
// needs to go on after done units of work. A kill at any moment leaves the old
// checkpoint or the new one, whole.
func (c *Checkpoint) Save(done int64, write func(dir string) error) error {
	if c == nil {
		return nil
	}
	tmp, err := os.MkdirTemp(c.dir, unfinished)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	defer os.RemoveAll(tmp) // after the rename there is nothing under this name
	if err := write(tmp); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	old, _, err := c.last()
	if err != nil {
		return err
	}
	whole := filepath.Join(c.dir, current+strconv.FormatInt(done, 10))
	if whole == old {
		return nil // equal work, equal state
	}
	if err := os.Rename(tmp, whole); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	c.saved = time.Now()
	c.report(&wire.Checkpoint{Done: done})
	if old != "" {
		return os.RemoveAll(old)
	}
	return nil
}

// Resume hands the checkpoint to read, if there is one, and returns how much
// work is done. A checkpoint that read refuses is an error, not a fresh start.
func (c *Checkpoint) Resume(read func(dir string) error) (done int64, err error) {
	if c == nil {
		return 0, nil
	}
	c.saved = time.Now()
	if err := c.tidy(); err != nil {
		return 0, err
	}
	dir, done, err := c.last()
	if err != nil || dir == "" {
		return 0, err
	}
	if c.until > 0 && done > c.until {
		return 0, fmt.Errorf("the checkpoint holds %d units of work, but only %d are asked for", done, c.until)
	}
	if err := read(dir); err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	c.report(&wire.Checkpoint{Done: done, Resumed: true})
	return done, nil
}

// tidy removes what an attempt that was killed within Save left unfinished.
func (c *Checkpoint) tidy() error {
	entries, err := os.ReadDir(c.dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), unfinished) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(c.dir, e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// last finds the checkpoint with the most work in it: a kill within Save may
// leave the one before it too, or a part of that.
func (c *Checkpoint) last() (dir string, done int64, err error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return "", 0, fmt.Errorf("checkpoint: %w", err)
	}
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), current)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err == nil && (dir == "" || n > done) {
			dir, done = filepath.Join(c.dir, e.Name()), n
		}
	}
	return dir, done, nil
}
