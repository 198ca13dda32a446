package file

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/assaylab/assay/framework/data/npy"
)

// suite2p is a folder of suite2p's: fluorescence F, that of the surroundings Fneu, and
// deconvolved spks, [cells x frames] each; iscell says which are cells. ops.npy, where
// the frame rate stands, is a pickle, and is not run.
type suite2p struct {
	path string
	list []Array
}

const cells = "cells"

func openSuite2p(path string, _ int64) (container, error) {
	s := &suite2p{path: path}
	for _, name := range []string{"F", "Fneu", "spks", "iscell"} {
		h, from, err := npy.OpenFile(filepath.Join(path, name+".npy"))
		if err != nil && name != "iscell" && name != "F" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		from.Close()
		if len(h.Shape) != 2 {
			return nil, fmt.Errorf("%s: %s.npy has shape %s, not that of cells x frames", path, name, times(h.Shape))
		}
		a := described(name, h)
		if a.Table = cells; name == "iscell" { // its second column is a probability
			a.Shape, a.Kind = a.Shape[:1], Wholes
		}
		s.list = append(s.list, a)
	}
	return s, nil
}

func (s *suite2p) arrays() []Array { return s.list }

func (s *suite2p) read(ctx context.Context, wants map[string]*want) error {
	for _, a := range s.list {
		w := wants[a.Name]
		if w == nil {
			continue
		}
		h, from, err := npy.OpenFile(filepath.Join(s.path, a.Name+".npy"))
		if err != nil {
			return err
		}
		to := w
		if a.Name == "iscell" {
			columns, at := h.Shape[1], 0
			to = &want{put: func(v values) error {
				var first []float64
				for _, x := range v.floats {
					if at%columns == 0 {
						first = append(first, x)
					}
					at++
				}
				return w.put(values{floats: first})
			}}
		}
		err = to.stream(ctx, from, h.Type, h.Count())
		from.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	return nil
}

func (s *suite2p) Close() error { return nil }
